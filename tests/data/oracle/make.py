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
UPDATES = {}


def oracle(function):
    """Registers a case under its function's name: NAME.npz, to be held against NAME.nn."""
    assert function.__name__ not in CASES, function.__name__
    CASES[function.__name__] = function
    return function


def update(name, optimizer, run, gradient="", validation=()):
    """Registers updates/NAME.npz: `run(start, gradients)` yields the parameters after each step of the optimiser.
    `validation`: each step is an epoch, and these are the losses known when it has ended."""
    assert name not in UPDATES, name
    UPDATES[name] = (optimizer, run, gradient, validation)


def as_keras(value, theirs):
    """A formula's value in float64, after a look at Keras, which falls back to float32 here and there."""
    np.testing.assert_allclose(array(value), array(theirs), rtol=3e-5, atol=1e-6)
    return value


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


STEPS = 8


def steps_of(name):
    """The record of an optimiser: a matrix and a vector through eight random gradients."""
    optimizer, run, gradient, validation = UPDATES[name]
    random = np.random.default_rng(zlib.crc32(name.encode()))
    shapes = {"w": (3, 2), "b": (2,)}
    start = {key: random.normal(size=shape) for key, shape in shapes.items()}
    gradients = [{key: random.normal(size=shape) for key, shape in shapes.items()} for _ in range(STEPS)]
    after = list(run(start, gradients))
    arrays = {"optimizer": text(optimizer)}
    for key in (key for key in after[0] if key not in shapes):
        arrays["slot." + key] = np.stack([one[key] for one in after])
    if gradient:
        arrays["gradient"] = text(gradient)
    if validation:
        arrays["validation"] = np.array(validation, dtype=np.float64)
    for key in shapes:
        arrays["start." + key] = start[key]
        arrays["g." + key] = np.stack([one[key] for one in gradients])
        arrays["p." + key] = np.stack([one[key] for one in after])
    return arrays


def main():
    made_with = text(versions())
    for name in sys.argv[1:] or sorted(CASES) + sorted(UPDATES):
        if name in CASES:
            case = Case(name)
            CASES[name](case)
            path, arrays = name + ".npz", case.finish()
        else:
            path, arrays = os.path.join("updates", name + ".npz"), steps_of(name)
        arrays = {key: np.array(value, order="C") for key, value in arrays.items()}
        np.savez_compressed(os.path.join(FOLDER, path), made_with=made_with, **arrays)
        print(f"{path}: {os.path.getsize(os.path.join(FOLDER, path))} bytes")


if __name__ == "__main__":
    sys.modules["make"] = sys.modules["__main__"]
    sys.path.insert(0, FOLDER)
    import keras
    keras.config.set_floatx("float64")
    for file in sorted(os.listdir(FOLDER)):
        if file.startswith("cases_"):
            __import__(file.removesuffix(".py"))
    main()
