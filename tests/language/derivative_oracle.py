# JAX's derivatives of the programs in derivative_test.cpp, to data/derivative.json.
# Run: python derivative_oracle.py (jax on CPU, float64); the versions are recorded in the file.
import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(7)


def numbers(shape, low=-1.0, high=1.0):
    return jnp.asarray(rng.uniform(low, high, shape))


cases = {}


def case(name, inputs, storages, outputs):
    pack = lambda values: {k: {"shape": list(v.shape), "elements": np.asarray(v, dtype=np.float64).reshape(-1).tolist()} for k, v in values.items()}
    cases[name] = {"inputs": pack(inputs), "storages": pack(storages), "outputs": pack(outputs)}


# elementwise, first to third order
x = numbers((4, 3), -2, 2)
f = lambda q: jnp.sum(jnp.tanh(q) ** 2 * jnp.sin(q) + q**3 * jnp.exp(-q))
d1 = jax.grad(f)
d2 = jax.grad(lambda q: jnp.sum(d1(q)))
d3 = jax.grad(lambda q: jnp.sum(d2(q)))
case("orders", {"x": x}, {}, {"first": d1(x), "second": d2(x), "third": d3(x)})

# Hessian-vector product of a function that mixes all elements
w, v, a = numbers((2, 5)), numbers((2, 5)), numbers((5, 7), -2, 2)
g = lambda q: jnp.sum(jax.nn.logsumexp(q @ a, axis=-1)) + 0.1 * jnp.sum(q**4)
hvp = jax.grad(lambda q: jnp.sum(jax.grad(g)(q) * v))(w)
case("hessian_vector", {"w": w, "v": v}, {"a": a}, {"output": hvp})

# softmax, matrix products, means: the gradient of a small attention by its input
x = numbers((2, 4, 3))
wq, wk = numbers((3, 3)), numbers((3, 3))


def attend(q):
    weights = jax.nn.softmax(jnp.einsum("bte,bse->bts", q @ wq, q @ wk) / np.sqrt(3), axis=-1)
    y = weights @ q
    return jnp.sum((y - jnp.mean(y, axis=-1, keepdims=True)) ** 2 * q)


case("attention", {"x": x}, {"wq": wq, "wk": wk}, {"output": jax.grad(attend)(x)})

# a network that is to satisfy u'' = -u, u(0) = 1: the loss and its gradient by the parameters
t = numbers((6, 1), 0, 3)
parameters = {"hidden.w": numbers((1, 8)), "hidden.b": numbers((8,)), "out.w": numbers((8, 1)), "out.b": numbers((1,))}
network = lambda p, q: jnp.tanh(q @ p["hidden.w"] + p["hidden.b"]) @ p["out.w"] + p["out.b"]
first = lambda p, q: jax.grad(lambda r: jnp.sum(network(p, r)))(q)
second = lambda p, q: jax.grad(lambda r: jnp.sum(first(p, r)))(q)


def physics(p):
    start = network(p, 0.0 * t)
    return jnp.mean((second(p, t) + network(p, t)) ** 2) + jnp.mean((start - 1) ** 2)


case("physics", {"t": t, "u": 0 * t}, parameters, {"loss": physics(parameters)} | {"d " + k: d for k, d in jax.grad(physics)(parameters).items()})

# a loss that holds its own gradient by the parameters
x, y = numbers((5, 3)), numbers((5, 2))
parameters = {"hidden.w": numbers((3, 4)), "hidden.b": numbers((4,)), "out.w": numbers((4, 2)), "out.b": numbers((2,))}
error = lambda p: jnp.mean((network(p, x) - y) ** 2)


def penalised(p):
    return error(p) + 0.1 * sum(jnp.sum(d**2) for d in jax.grad(error)(p).values())


case("penalty", {"x": x, "y": y}, parameters, {"loss": penalised(parameters)} | {"d " + k: d for k, d in jax.grad(penalised)(parameters).items()})

path = pathlib.Path(__file__).parent / "data" / "derivative.json"
path.write_text(json.dumps({"made_with": f"jax {jax.__version__}, numpy {np.__version__}, float64", "cases": cases}, indent=0) + "\n")
