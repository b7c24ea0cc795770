"""Turns the cases registered below into oracle files: what PyTorch, JAX, Keras or NumPy say of a program's values.

    python -m venv v && v/bin/pip install numpy torch jax keras optax scikit-learn
    v/bin/python tests/data/oracle/make.py [NAME ...]

README.md beside this file says what a file holds and how a case is written.
"""
import os
import sys
import zlib

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np  # noqa: E402
import torch  # noqa: E402

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FOLDER = os.path.dirname(os.path.abspath(__file__))
CASES = {}


def oracle(function):
    """Registers a case under its function's name: NAME.npz, to be held against NAME.nn."""
    assert function.__name__ not in CASES, function.__name__
    CASES[function.__name__] = function
    return function


def array(value):
    return value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)


class Case:
    """Leaves, outputs and what else one file records. All floating numbers are float64."""

    def __init__(self, name):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.leaves = {}  # "x" or "dense_1.w": a torch tensor in the layout of the program
        self.arrays = {}  # what is written
        self.outputs = {}
        self.differentiable = True
        self.training = False  # the program's loss is sum(output * bar), its states are stored

    def numbers(self, shape, low=None, high=None):
        """Normal numbers, or uniform ones in [low, high)."""
        return self.random.normal(size=shape) if low is None else self.random.uniform(low, high, shape)

    def _leaf(self, group, name, shape, low, high, values):
        values = self.numbers(shape, low, high) if values is None else np.array(values, dtype=np.float64)
        self.arrays[f"{group}.{name}"] = values
        self.leaves[name] = torch.tensor(values, requires_grad=True)
        return self.leaves[name]

    def input(self, name, shape=None, low=None, high=None, values=None):
        return self._leaf("in", name, shape, low, high, values)

    def weight(self, name, shape=None, low=None, high=None, values=None):
        """A parameter, by its path in the program and in the program's layout ([inputs, units] of a dense layer)."""
        return self._leaf("w", name, shape, low, high, values)

    def state(self, name, shape=None, low=None, high=None, values=None):
        """A state before the call; it has no gradient."""
        values = self.numbers(shape, low, high) if values is None else np.array(values, dtype=np.float64)
        self.arrays["w." + name] = values
        return torch.tensor(values)

    def integers(self, name, shape=None, high=None, values=None):
        values = self.random.integers(0, high, shape) if values is None else np.array(values)
        self.arrays["in." + name] = values.astype(np.int64)
        return torch.tensor(values.astype(np.int64))

    def output(self, value, name="output"):
        self.outputs[name] = value

    def after(self, name, value):
        """A state after the call."""
        self.arrays["after." + name] = array(value)

    def by_jax(self, function):
        """Outputs and gradients by JAX instead: `function` of a dictionary of the leaves gives one of outputs."""
        import jax
        leaves = {name: np.array(leaf.detach().numpy()) for name, leaf in self.leaves.items()}
        outputs, pull_back = jax.vjp(function, leaves)
        bars = {name: self.numbers(value.shape) for name, value in outputs.items()}
        for name, value in outputs.items():
            self.arrays["out." + name] = array(value)
            self.arrays["bar." + name] = bars[name]
        for name, gradient in pull_back(bars)[0].items():
            self.arrays["d." + name] = array(gradient)
        self.differentiable = False

    def finish(self):
        total = 0
        for name, value in self.outputs.items():
            bar = self.numbers(tuple(value.shape))
            if self.training:
                self.arrays["in.bar"] = bar
            else:
                self.arrays["out." + name] = array(value)
                if self.differentiable:
                    self.arrays["bar." + name] = bar
            if self.differentiable:
                total = total + (value * torch.tensor(bar)).sum()
        if not self.differentiable:
            return self.arrays
        if self.training:
            self.arrays["loss"] = array(total)
        gradients = torch.autograd.grad(total, list(self.leaves.values()), allow_unused=True)
        for (name, leaf), gradient in zip(self.leaves.items(), gradients):
            self.arrays["d." + name] = np.zeros(leaf.shape) if gradient is None else array(gradient)
        return self.arrays


def versions():
    import jax
    import keras
    import optax
    import sklearn
    parts = [np, torch, jax, keras, optax, sklearn]
    return ", ".join(f"{part.__name__} {part.__version__}" for part in parts)


def text(value):
    return np.frombuffer(value.encode(), dtype=np.uint8)


def main():
    names = sys.argv[1:] or sorted(CASES)
    made_with = versions()
    for name in names:
        case = Case(name)
        CASES[name](case)
        arrays = {key: np.ascontiguousarray(value) for key, value in case.finish().items()}
        np.savez_compressed(os.path.join(FOLDER, name + ".npz"), made_with=text(made_with), **arrays)
        print(f"{name}: {os.path.getsize(os.path.join(FOLDER, name + '.npz'))} bytes")


if __name__ == "__main__":
    sys.modules["make"] = sys.modules["__main__"]
    sys.path.insert(0, FOLDER)
    import cases_layers  # noqa: E402,F401
    main()
