"""Turns sorting, resizing, padding and functions of PyTorch into oracle files (make.py)."""
import torch
import torch.nn.functional as F

from make import oracle


@oracle
def order_along_axes(case):
    x = case.input("x", (3, 5, 4))
    case.output(torch.sort(x, dim=1).values, "ascending")
    case.output(torch.sort(x, dim=0, descending=True).values, "descending")
    values, places = torch.topk(x, 2, dim=1)
    case.output(values, "largest")
    case.output(values * places, "placed")
    case.output(x.movedim(0, 2) * 2, "moved")


@oracle
def arrays(case):
    x = case.input("x", (3, 5))
    unit = case.input("unit", (3, 4), -0.9, 0.9)
    case.output(torch.sort(x).values, "ascending")
    values, places = torch.topk(x, 3)
    case.output(values, "largest")
    case.output(torch.logsumexp(x, 1), "total")
    case.output(torch.asin(unit) + torch.acos(unit) * torch.atanh(unit), "angles")
    case.output(torch.sinh(x) - torch.cosh(x) * torch.asinh(x) + torch.tan(unit.sum()), "hyperbolic")
    case.output(torch.atan2(unit, unit.flip(1) + 0.05), "angle")
    case.output(x.repeat_interleave(2, 1), "repeated")
    case.output(x.repeat(1, 2), "tiled")
    case.output(torch.cumsum(x, 1) * torch.cumprod(x, 1).flip(1), "running")


@oracle
def images(case):
    x = case.input("x", (2, 4, 5, 3))
    first = x.movedim(-1, 1)
    for name, size, mode in (("larger", (7, 9), "bilinear"), ("smaller", (3, 2), "bilinear"), ("nearest", (6, 10), "nearest-exact")):
        case.output(F.interpolate(first, size, mode=mode).movedim(1, -1), name)
    case.output(F.interpolate(first, scale_factor=2, mode="nearest").movedim(1, -1), "doubled")
    case.output(F.pad(first, (2, 1, 1, 3), mode="reflect").movedim(1, -1), "reflected")
    case.output(F.pad(first, (2, 0, 1, 3), mode="replicate").movedim(1, -1), "edges")
    case.output(F.pad(first, (2, 1, 4, 0), mode="circular").movedim(1, -1), "wrapped")
