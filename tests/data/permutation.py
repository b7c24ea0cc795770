# Prints what seeded_permutation must give, from its definition in compiler/data/permutation.h, for batches_test.cpp.
MASK = 2**64 - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def permutation(rows, seed, stream):
    state = (mix((seed + 0x9E3779B97F4A7C15) & MASK) + mix(stream)) & MASK
    order = list(range(rows))
    for i in range(rows - 1, 0, -1):
        limit = 2**64 - 2**64 % (i + 1)
        while True:
            state = (state + 0x9E3779B97F4A7C15) & MASK
            draw = mix(state)
            if draw < limit:
                break
        j = draw % (i + 1)
        order[i], order[j] = order[j], order[i]
    return order


for seed, stream in [(7, 0), (7, 1), (8, 0)]:
    print(seed, stream, permutation(10, seed, stream))
