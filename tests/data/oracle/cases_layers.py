"""Turns layers of PyTorch and JAX into oracle files (make.py)."""
import torch
import torch.nn.functional as F

from make import oracle


def linear(x, w, b=None):
    """PyTorch's linear with the weight as [inputs, units]."""
    return F.linear(x, w.T, b)


@oracle
def dense(case):
    x = case.input("x", (5, 3, 4))
    w = case.weight("dense_1.w", (4, 6))
    b = case.weight("dense_1.b", (6,))
    case.output(linear(x, w, b))
