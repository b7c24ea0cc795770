"""Turns convolutions and pools of PyTorch and Keras into oracle files (make.py)."""
import numpy as np
import torch
import torch.nn.functional as F

from make import oracle


def first(x):
    """Channels first, as PyTorch has them."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def kernel(w):
    """[kernel.., channels, filters] as PyTorch's [filters, channels, kernel..]."""
    return w.movedim(-1, 0).movedim(-1, 1)


def widths(extent, size, stride, dilation):
    """Keras' `same`: before and after."""
    total = max((-(-extent // stride) - 1) * stride + (size - 1) * dilation + 1 - extent, 0)
    return total // 2, total - total // 2


def same(x, size, stride, dilation, value=0.0):
    """x, channels first, padded as Keras pads for `same`."""
    pads = []
    for axis in range(x.dim() - 1, 1, -1):
        pads += widths(x.shape[axis], size[axis - 2], stride[axis - 2], dilation[axis - 2])
    return F.pad(x, pads, value=value)


@oracle
def conv1d(case):
    x = case.input("x", (2, 11, 3))
    w, b = case.weight("conv1d_1.w", (3, 3, 4)), case.weight("conv1d_1.b", (4,))
    case.output(last(F.conv1d(first(x), kernel(w), b)), "valid")
    w, b = case.weight("conv1d_2.w", (4, 3, 2)), case.weight("conv1d_2.b", (2,))
    case.output(last(F.conv1d(same(first(x), [4], [3], [1]), kernel(w), b, stride=3)), "strided")
    w, b = case.weight("conv1d_3.w", (3, 3, 2)), case.weight("conv1d_3.b", (2,))
    case.output(last(F.conv1d(F.pad(first(x), (4, 0)), kernel(w), b, dilation=2)), "causal")
    w = case.weight("conv1d_4.w", (2, 1, 6))
    case.output(last(F.conv1d(first(x), kernel(w), groups=3)), "grouped")
    w = case.weight("depthwise_conv1d_1.w", (3, 3, 2))
    case.output(last(F.conv1d(first(x), w.reshape(3, 1, 6).movedim(0, 2).movedim(1, 0), groups=3)), "depthwise")


@oracle
def conv2d(case):
    x = case.input("x", (2, 7, 6, 4))
    w, b = case.weight("conv2d_1.w", (3, 2, 4, 3)), case.weight("conv2d_1.b", (3,))
    case.output(last(F.conv2d(first(x), kernel(w), b)), "valid")
    w, b = case.weight("conv2d_2.w", (3, 3, 4, 2)), case.weight("conv2d_2.b", (2,))
    case.output(last(F.conv2d(same(first(x), [3, 3], [2, 2], [1, 1]), kernel(w), b, stride=2)), "strided")
    w = case.weight("conv2d_3.w", (3, 3, 4, 2))
    case.output(last(F.conv2d(same(first(x), [3, 3], [1, 1], [2, 1]), kernel(w), dilation=(2, 1))), "dilated")
    w, b = case.weight("conv2d_4.w", (2, 3, 2, 6)), case.weight("conv2d_4.b", (6,))
    case.output(last(F.conv2d(first(x), kernel(w), b, stride=(1, 3), groups=2)), "grouped")
    w = case.weight("conv2d_5.w", (1, 1, 4, 5))
    case.output(last(F.conv2d(first(x), kernel(w), stride=2)), "point")


@oracle
def conv3d(case):
    x = case.input("x", (2, 4, 5, 4, 2))
    w, b = case.weight("conv3d_1.w", (2, 3, 2, 2, 3)), case.weight("conv3d_1.b", (3,))
    case.output(last(F.conv3d(first(x), kernel(w), b)), "valid")
    w, b = case.weight("conv3d_2.w", (3, 3, 3, 2, 2)), case.weight("conv3d_2.b", (2,))
    case.output(last(F.conv3d(same(first(x), [3, 3, 3], [2, 1, 2], [1, 1, 1]), kernel(w), b, stride=(2, 1, 2))), "strided")


def depthwise(x, w, **options):
    """w [rows, columns, channels, multiplier]."""
    rows, columns, channels, multiplier = w.shape
    weights = w.reshape(rows, columns, 1, channels * multiplier)
    return F.conv2d(x, kernel(weights), groups=channels, **options)


@oracle
def depthwise_conv2d(case):
    x = case.input("x", (2, 6, 5, 3))
    w, b = case.weight("depthwise_conv2d_1.w", (3, 3, 3, 1)), case.weight("depthwise_conv2d_1.b", (3,))
    case.output(last(depthwise(same(first(x), [3, 3], [1, 1], [1, 1]), w, bias=b)), "plain")
    w = case.weight("depthwise_conv2d_2.w", (2, 3, 3, 2))
    case.output(last(depthwise(first(x), w, stride=2)), "multiplied")
    d, p = case.weight("separable_conv2d_1.depth", (3, 3, 3, 2)), case.weight("separable_conv2d_1.point", (6, 4))
    b = case.weight("separable_conv2d_1.b", (4,))
    case.output(last(depthwise(same(first(x), [3, 3], [2, 2], [1, 1]), d, stride=2)) @ p + b, "separable")


def transposed(x, w, b, stride, padding, dilation=1):
    """Keras' transposed convolution by the whole sum, cut to its places; w [kernel.., channels, filters]."""
    axes = x.dim() - 2
    function = F.conv_transpose1d if axes == 1 else F.conv_transpose2d
    y = function(x, w.movedim(-2, 0).movedim(-1, 1), None, stride=stride, dilation=dilation)
    for axis in range(2, 2 + axes):
        span = (w.shape[axis - 2] - 1) * dilation + 1
        step = stride if isinstance(stride, int) else stride[axis - 2]
        wanted = x.shape[axis] * step + (max(span - step, 0) if padding == "valid" else 0)
        low = 0 if padding == "valid" else max(span - step, 0) // 2
        y = y.narrow(axis, low, min(wanted, y.shape[axis] - low))
        if wanted > y.shape[axis]:  # places that nothing reaches
            shape = list(y.shape)
            shape[axis] = wanted - y.shape[axis]
            y = torch.cat([y, torch.zeros(shape)], axis)
    return y + b.reshape(-1, *[1] * axes)


@oracle
def conv_transpose(case):
    x = case.input("x", (2, 5, 3))
    image = case.input("image", (2, 3, 4, 3))
    w, b = case.weight("conv_transpose1d_1.w", (3, 3, 2)), case.weight("conv_transpose1d_1.b", (2,))
    case.output(last(transposed(first(x), w, b, 2, "valid")), "time")
    w, b = case.weight("conv_transpose1d_2.w", (2, 3, 2)), case.weight("conv_transpose1d_2.b", (2,))
    case.output(last(transposed(first(x), w, b, 3, "same")), "gaps")
    w, b = case.weight("conv_transpose2d_1.w", (3, 3, 3, 2)), case.weight("conv_transpose2d_1.b", (2,))
    case.output(last(transposed(first(image), w, b, 2, "same")), "same")
    w, b = case.weight("conv_transpose2d_2.w", (4, 2, 3, 2)), case.weight("conv_transpose2d_2.b", (2,))
    case.output(last(transposed(first(image), w, b, (1, 3), "valid")), "valid")


@oracle
def conv_transpose3d(case):
    """PyTorch's own layer, whose padding is what is cut off at both ends."""
    solid = case.input("solid", (2, 2, 3, 2, 3))
    w, b = case.weight("conv_transpose3d_1.w", (2, 2, 2, 3, 2)), case.weight("conv_transpose3d_1.b", (2,))
    case.output(last(F.conv_transpose3d(first(solid), w.permute(3, 4, 0, 1, 2), b, stride=2)), "apart")
    w = case.weight("conv_transpose3d_2.w", (3, 3, 3, 3, 2))
    case.output(last(F.conv_transpose3d(first(solid), w.permute(3, 4, 0, 1, 2), None, padding=1)), "same")
    w = case.weight("conv_transpose3d_3.w", (3, 1, 2, 3, 4))
    case.output(last(F.conv_transpose3d(first(solid), w.permute(3, 4, 0, 1, 2), None, stride=(1, 1, 2), dilation=(2, 1, 1))), "spread")


@oracle
def conv_transpose_keras(case):
    """The same layers by Keras itself, results only."""
    import keras
    case.differentiable = False
    x = case.input("image", (2, 3, 4, 3))
    for index, (size, stride, padding) in enumerate([((3, 3), 2, "same"), ((4, 2), (1, 3), "valid"), ((2, 5), 3, "same")], 1):
        layer = keras.layers.Conv2DTranspose(2, size, strides=stride, padding=padding, dtype="float64")
        layer.build(x.shape)
        w = case.weight(f"conv_transpose2d_{index}.w", (*size, 3, 2))
        b = case.weight(f"conv_transpose2d_{index}.b", (2,))
        layer.set_weights([w.detach().numpy().swapaxes(2, 3), b.detach().numpy()])
        case.output(torch.tensor(keras.ops.convert_to_numpy(layer(x.detach()))), f"y{index}")


@oracle
def pools(case):
    x = case.input("x", (2, 7, 6, 3))
    line = case.input("line", (2, 9, 3))
    solid = case.input("solid", (2, 4, 4, 3, 2))
    least = -np.inf
    case.output(last(F.max_pool2d(first(x), 2)), "largest")
    case.output(last(F.max_pool2d(same(first(x), [3, 3], [2, 2], [1, 1], least), 3, 2)), "overlapping")
    case.output(last(F.avg_pool2d(first(x), (2, 3))), "mean")
    ones = torch.ones(1, 1, 7, 6)
    count = F.avg_pool2d(same(ones, [3, 3], [2, 2], [1, 1]), 3, 2, divisor_override=1)
    case.output(last(F.avg_pool2d(same(first(x), [3, 3], [2, 2], [1, 1]), 3, 2, divisor_override=1) / count), "mean_same")
    case.output(last(F.avg_pool2d(same(first(x), [3, 3], [2, 2], [1, 1]), 3, 2)), "mean_padded")
    case.output(last(F.max_pool1d(first(line), 3, 2)), "line_largest")
    case.output(last(F.avg_pool1d(first(line), 4, 1)), "line_mean")
    case.output(last(F.max_pool3d(first(solid), (2, 2, 3))), "solid_largest")
    case.output(last(F.avg_pool3d(first(solid), 2)), "solid_mean")
    case.output(x.mean((1, 2)), "all_mean")
    case.output(x.amax((1, 2)), "all_largest")
