"""Turns small trainings by PyTorch into traces to be followed: the files *_torch.npz of this folder (README.md).

    python -m venv v && v/bin/pip install numpy torch
    v/bin/python tests/data/traces/make.py

Weights are in nncc's layout and under nncc's names; every training runs in float32 and in float64 from the same start.
"""
import os

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = os.path.dirname(os.path.abspath(__file__))
IRIS = np.load(os.path.join(FOLDER, "open_iris_mlp_momentum.npz"))


def dense(x, p, name):
    return x @ p[name + ".w"] + p[name + ".b"]


def norm(x, p, name, epsilon):
    return F.layer_norm(x, x.shape[-1:], p[name + ".gamma"], p[name + ".beta"], epsilon)


def layers(*sizes, without_bias=()):
    """Shapes of dense_1, dense_2 ... between these widths."""
    shapes = {}
    for k, (rows, columns) in enumerate(zip(sizes, sizes[1:]), 1):
        shapes |= {f"dense_{k}.w": (rows, columns)} | ({} if k in without_bias else {f"dense_{k}.b": (columns,)})
    return shapes


def norms(name, width):
    return {name + ".gamma": (width,), name + ".beta": (width,)}


def cross_entropy(output, y):
    return F.cross_entropy(output.flatten(0, -2), y.flatten())


def layer_norm_mlp(x, p, state):
    x = F.gelu(norm(dense(x, p, "dense_1"), p, "layer_norm_1", 1e-5))
    return dense(F.gelu(norm(dense(x, p, "dense_2"), p, "layer_norm_2", 1e-5)), p, "dense_3")


def batch_norm_mlp(x, p, state):
    for k in (1, 2):
        name = f"batch_norm_{k}"
        x = F.batch_norm(x @ p[f"dense_{k}.w"], state[name + ".moving_mean"], state[name + ".moving_variance"],
                         p[name + ".gamma"], p[name + ".beta"], training=True, momentum=0.1, eps=1e-5)
        x = torch.relu(x)
    return dense(x, p, "dense_3")


def tanh_mlp(x, p, state):
    return dense(torch.tanh(dense(x, p, "dense_1")), p, "dense_2")


def attention_block(tokens, p, state):
    """One causal block with norms first and two heads, over embedded letters and learned positions.

    Without biases before norms and in attention: the gradient of those of keys is 0, and Adam would divide noise by
    itself."""
    a = "block_1."
    x = p["embedding_1.w"][tokens] + p["positional_embedding_1.w"]
    y = norm(x, p, a + "layer_norm_1", 1e-5)
    m = a + "multi_head_attention_1."
    q, k, v = ((y @ p[f"{m}{part}.w"]).unflatten(-1, (2, -1)).transpose(1, 2) for part in ("query", "key", "value"))
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(-2)
    x = x + mixed @ p[m + "out.w"]
    y = norm(x, p, a + "layer_norm_2", 1e-5)
    x = x + dense(F.gelu(dense(y, p, a + "dense_1")), p, a + "dense_2")
    return dense(norm(x, p, "layer_norm_1", 1e-5), p, "dense_1")


def attention_shapes(letters, time, width):
    a = "block_1."
    shapes = {"embedding_1.w": (letters, width), "positional_embedding_1.w": (time, width)}
    shapes |= norms(a + "layer_norm_1", width) | norms(a + "layer_norm_2", width) | norms("layer_norm_1", width)
    for part in ("query", "key", "value", "out"):
        name = a + "multi_head_attention_1." + part
        shapes |= {name + ".w": (width, width)}
    for name, rows, columns in ((a + "dense_1", width, 2 * width), (a + "dense_2", 2 * width, width), ("dense_1", width, letters)):
        shapes |= {name + ".w": (rows, columns), name + ".b": (columns,)}
    return shapes


def same(x, size, stride, value=0.0):
    """Channels first, padded as Keras pads for `same`: the odd element after."""
    pads = []
    for extent in reversed(x.shape[2:]):
        total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def kernel(w):
    """[rows, columns, channels, filters] as PyTorch's [filters, channels, rows, columns]."""
    return w.permute(3, 2, 0, 1)


def sliding(x, p, state):
    """Every kind of convolution and overlapping pools, channels last at both ends."""
    x = F.conv2d(same(x.movedim(-1, 1), 3, 1), kernel(p["conv2d_1.w"]), p["conv2d_1.b"])
    x = F.max_pool2d(same(torch.tanh(x), 3, 2, float("-inf")), 3, 2)
    w = p["depthwise_conv2d_1.w"]
    weights = kernel(w.reshape(3, 3, 1, -1))
    x = torch.tanh(F.conv2d(same(x, 3, 1), weights, p["depthwise_conv2d_1.b"], groups=w.shape[2]))
    x = torch.tanh(F.conv2d(same(x, 3, 2), kernel(p["conv2d_2.w"]), p["conv2d_2.b"], stride=2, groups=4))
    w = p["conv_transpose2d_1.w"].permute(2, 3, 0, 1)
    x = F.conv_transpose2d(x, w, stride=2)[:, :, :4, :4] + p["conv_transpose2d_1.b"].reshape(-1, 1, 1)
    x = F.avg_pool2d(torch.tanh(x), 2, 1).movedim(1, -1).flatten(1)
    return dense(x, p, "dense_1")


SLIDING = {"conv2d_1.w": (3, 3, 1, 8), "conv2d_1.b": (8,), "depthwise_conv2d_1.w": (3, 3, 8, 2), "depthwise_conv2d_1.b": (16,),
           "conv2d_2.w": (3, 3, 4, 12), "conv2d_2.b": (12,), "conv_transpose2d_1.w": (3, 3, 12, 4), "conv_transpose2d_1.b": (4,),
           "dense_1.w": (36, 10), "dense_1.b": (10,)}


def letters(time):
    """Windows of a text, each letter's number and the next one's."""
    text = "peter piper picked a peck of pickled peppers a peck of pickled peppers peter piper picked "
    known = sorted(set(text))
    numbers = np.array([known.index(letter) for letter in text], dtype=np.int32)
    rows = [numbers[at : at + time + 1] for at in range(0, len(numbers) - time)]
    return np.stack(rows)[:, :-1], np.stack(rows)[:, 1:], len(known)


def decayed(shapes, p, decay):
    """AdamW's usual groups: matrices decay, vectors do not."""
    return [{"params": [p[n] for n in p if len(shapes[n]) > 1], "weight_decay": decay},
            {"params": [p[n] for n in p if len(shapes[n]) == 1], "weight_decay": 0.0}]


def oscillator(t, p, state):
    """The loss of models/physics_informed.nn: the residual of a damped oscillator's equation, and its start."""
    def network(q):
        return dense(torch.tanh(dense(torch.tanh(dense(q / 3 - 1, p, "dense_1")), p, "dense_2")), p, "dense_3")

    def derivatives(q):
        q = q.detach().requires_grad_()
        u = network(q)
        slope, = torch.autograd.grad(u.sum(), q, create_graph=True)
        return u, slope, torch.autograd.grad(slope.sum(), q, create_graph=True)[0]
    u, slope, bend = derivatives(t)
    u0, slope0, _ = derivatives(0 * t)
    return ((bend + 0.4 * slope + 4.04 * u) ** 2).mean() + 30 * ((u0 - 1) ** 2 + slope0**2).mean()


def record(name, x, y, shapes, forward, optimizer, batch, steps, states=None, seed=1):
    """Without `y`, `forward` gives the loss."""
    random = np.random.default_rng(seed)
    start = {}
    for key, shape in shapes.items():
        scale = 1 / np.sqrt(shape[0]) if len(shape) > 1 else 0.1
        start[key] = ((key.endswith("gamma")) + scale * random.normal(size=shape)).astype(np.float32)
    arrays = {"X": x} | ({} if y is None else {"Y": y}) | {"init." + key: value for key, value in start.items()}
    for key, (shape, value) in (states or {}).items():
        arrays["init." + key] = np.full(shape, value, np.float32)
    for kind, dtype in (("f32", torch.float32), ("f64", torch.float64)):
        p = {key: torch.tensor(value, dtype=dtype, requires_grad=True) for key, value in start.items()}
        state = {key: torch.full(shape, value, dtype=dtype) for key, (shape, value) in (states or {}).items()}
        steps_of, losses = optimizer(shapes, p), []
        inputs = torch.tensor(x, dtype=dtype if x.dtype.kind == "f" else torch.int64)
        for step in range(steps):
            rows = (np.arange(batch) + step * batch) % len(x)
            result = forward(inputs[rows], p, state)
            loss = result if y is None else cross_entropy(result, torch.tensor(y[rows], dtype=torch.int64))
            steps_of.zero_grad()
            loss.backward()
            losses.append(loss.item())
            if kind == "f64" and step == 0:
                arrays |= {"grad0_f64." + key: value.grad.numpy().copy() for key, value in p.items()}
            steps_of.step()
        arrays["loss_" + kind] = np.array(losses, dtype=np.float64 if kind == "f64" else np.float32)
        arrays |= {f"final_{kind}.{key}": value.detach().numpy() for key, value in (p | state).items()}
    arrays["made_with"] = np.frombuffer(f"torch {torch.__version__}, numpy {np.__version__}".encode(), np.uint8)
    path = os.path.join(FOLDER, name + "_torch.npz")
    np.savez_compressed(path, **arrays)
    apart = np.max(np.abs(arrays["loss_f32"] - arrays["loss_f64"]))
    print(f"{name}: {os.path.getsize(path)} bytes, loss {losses[0]:.4f} to {losses[-1]:.4f}, f32 apart by {apart:.1e}")


def main():
    torch.set_num_threads(1)
    x, y = IRIS["X"].astype(np.float32), IRIS["Y"].astype(np.int32)
    O = torch.optim
    record("iris_layer_norm_adamw", x, y, layers(4, 12, 8, 3) | norms("layer_norm_1", 12) | norms("layer_norm_2", 8),
           layer_norm_mlp, lambda s, p: O.AdamW(decayed(s, p, 0.05), 3e-3), 15, 200)
    states = {f"batch_norm_{k}.{part}": ((width,), value) for k, width in ((1, 12), (2, 8))
              for part, value in (("moving_mean", 0.0), ("moving_variance", 1.0))}
    record("iris_batch_norm_sgd", x, y, layers(4, 12, 8, 3, without_bias=(1, 2)) | norms("batch_norm_1", 12) | norms("batch_norm_2", 8),
           batch_norm_mlp, lambda s, p: O.SGD(list(p.values()), 0.05, momentum=0.9), 16, 150, states)
    record("iris_rmsprop", x, y, layers(4, 10, 3), tanh_mlp,
           lambda s, p: O.RMSprop(list(p.values()), 2e-3, 0.95, 1e-6, momentum=0.5, centered=True), 15, 200)
    record("iris_nesterov_l2", x, y, layers(4, 10, 3), tanh_mlp,
           lambda s, p: O.SGD(list(p.values()), 0.05, momentum=0.9, nesterov=True, weight_decay=0.01), 20, 200)
    digits = np.load(os.path.join(FOLDER, "open_digits_cnn_adam.npz"))
    images, classes = digits["X"][:320].transpose(0, 2, 3, 1).copy(), digits["Y"][:320].astype(np.int32)
    record("digits_sliding_sgd", images, classes, SLIDING, sliding, lambda s, p: O.SGD(list(p.values()), 0.02, momentum=0.9), 32, 60)
    tokens, targets, count = letters(12)
    record("letters_attention_adamw", tokens, targets, attention_shapes(count, 12, 16), attention_block,
           lambda s, p: O.AdamW(decayed(s, p, 0.1), 2e-3, (0.9, 0.95)), 8, 120)
    times = ((np.arange(48)[:, None] * 29 % 48 + 0.5) / 8).astype(np.float32)
    record("oscillator_adam", times, None, layers(1, 12, 12, 1), oscillator, lambda s, p: O.Adam(list(p.values()), 3e-3), 16, 120)


if __name__ == "__main__":
    main()
