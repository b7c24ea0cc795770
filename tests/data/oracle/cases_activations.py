"""Turns activations of PyTorch and Keras into oracle files (make.py)."""
import keras
import torch
import torch.nn.functional as F

from make import as_keras, oracle


def sparsemax(x):
    """The projection by its definition: of all supports, the one whose multiplier fits it. (Keras 3.15's is wrong in
    float64.)"""
    rows = []
    for row in x:
        for count in range(1, len(row) + 1):
            top = torch.topk(row, count).values
            level = (top.sum() - 1) / count
            rest = torch.sort(row, descending=True).values[count:]
            if top[-1] > level and bool((rest <= level).all()):
                rows.append(torch.clamp(row - level, min=0))
    return torch.stack(rows)


@oracle
def activations(case):
    x = case.input("x", (6, 8), low=-4, high=8)
    slopes = case.weight("prelu_1.slope", (8,))
    slope = case.weight("prelu_2.slope", (1,))
    k = keras.activations
    for name, value in {
        "relu_y": F.relu(x), "relu6_y": F.relu6(x), "leaky_y": F.leaky_relu(x, 0.3),
        "leaky_torch": F.leaky_relu(x), "elu_y": F.elu(x), "elu_half": F.elu(x, 0.5), "selu_y": F.selu(x),
        "celu_y": F.celu(x, 1.5), "silu_y": F.silu(x), "swish_y": F.silu(x), "gelu_y": F.gelu(x),
        "gelu_tanh": F.gelu(x, approximate="tanh"), "mish_y": F.mish(x), "softsign_y": F.softsign(x),
        "hard_sigmoid_y": F.hardsigmoid(x), "hard_silu_y": F.hardswish(x), "hard_tanh_y": F.hardtanh(x),
        "log_sigmoid_y": F.logsigmoid(x), "squareplus_y": as_keras((x + torch.sqrt(x ** 2 + 4)) / 2, k.squareplus(x)), "sparse_plus_y": as_keras(torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1) ** 2 / 4, x)), k.sparse_plus(x)),
        "sparse_sigmoid_y": as_keras(torch.clamp((x + 1) / 2, 0, 1), k.sparse_sigmoid(x)), "tanh_shrink_y": F.tanhshrink(x), "soft_shrink_y": F.softshrink(x),
        "hard_shrink_y": F.hardshrink(x), "threshold_y": F.threshold(x, 0.3, 0.25), "glu_y": F.glu(x),
        "swiglu": x[:, :4] * F.silu(x[:, 4:]), "sparsemax_y": sparsemax(x), "softmax_y": F.softmax(x, -1),
        "log_softmax_y": F.log_softmax(x, -1), "softplus_y": F.softplus(x), "clip_y": torch.clamp(x, -0.75, 1.25),
        "prelu_y": F.prelu(x, slopes), "prelu_shared": F.prelu(x, slope),
        "hard_sigmoid_onnx": torch.clamp(0.2 * x + 0.5, 0, 1),
    }.items():
        case.output(value, name)
