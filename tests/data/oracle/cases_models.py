"""Turns architectures, written in PyTorch as their papers and torchvision have them, into oracle files for models/*.nn (make.py)."""
import math

import torch
import torch.nn.functional as F

from cases_layers import channels_first, channels_last, linear
from make import oracle


class Net:
    """Weights of one program by path, made where they are first asked for."""

    def __init__(self, case, path):
        self.case, self.path = case, path

    def at(self, path):
        return Net(self.case, self.path + path + ".")

    def weight(self, name, shape, scale=1.0):
        return self.case.weight(self.path + name, values=scale * self.case.numbers(shape))

    def dense(self, name, x, units, bias=True):
        w = self.weight(name + ".w", (x.shape[-1], units), 1 / math.sqrt(x.shape[-1]))
        return linear(x, w, self.weight(name + ".b", (units,), 0.3) if bias else None)

    def conv(self, name, x, filters, kernel, stride=1, groups=1, bias=False, padding=0):
        """Of x [batch, channels, height, width]; a kernel for each channel is kept as [rows, columns, channels, 1]."""
        fan = kernel[0] * kernel[1] * x.shape[1] // groups
        w = self.weight(name + ".w", (*kernel, x.shape[1] // groups, filters), 1 / math.sqrt(fan))
        b = self.weight(name + ".b", (filters,), 0.3) if bias else None
        return F.conv2d(x, w.permute(3, 2, 0, 1), b, stride, padding, groups=groups)

    def batch_norm(self, name, x, epsilon):
        c = x.shape[1]
        g, b = self.case.weight(f"{self.path}{name}.gamma", (c,), 0.5, 1.5), self.weight(name + ".beta", (c,), 0.3)
        m = self.case.state(f"{self.path}{name}.moving_mean", values=0.3 * self.case.numbers((c,)))
        v = self.case.state(f"{self.path}{name}.moving_variance", (c,), 0.5, 2)
        return F.batch_norm(x, m, v, g, b, training=False, eps=epsilon)

    def layer_norm(self, name, x):
        width = x.shape[-1]
        g, b = self.case.weight(f"{self.path}{name}.gamma", (width,), 0.5, 1.5), self.weight(name + ".beta", (width,), 0.3)
        return F.layer_norm(x, (width,), g, b, 1e-3)


def conv_norm(net, x, filters, kernel=1, stride=1, groups=1):
    x = net.conv("conv2d_1", x, filters, (kernel, kernel), stride, groups, padding=(kernel - 1) // 2)
    return net.batch_norm("batch_norm_1", x, 1e-5)


@oracle
def model_resnet(case):
    """He et al. 2016 as torchvision has it: strides in the first convolution of a stage, a 1 x 1 shortcut where shapes change."""
    net = Net(case, "resnet_1.")
    x = channels_first(case.input("x", (2, 37, 35, 3)))
    x = F.max_pool2d(F.relu(conv_norm(net.at("conv_norm_1"), x, 2, 7, 2)), 3, 2, 1)
    for stage in range(4):
        for block in range(2):
            here = net.at(f"stage_{stage}.block_{block}.basic_block_1")
            filters, stride = 2 * 2**stage, 2 if stage and not block else 1
            y = F.relu(conv_norm(here.at("conv_norm_1"), x, filters, 3, stride))
            y = conv_norm(here.at("conv_norm_2"), y, filters, 3)
            x = F.relu(y + (x if x.shape == y.shape else conv_norm(here.at("conv_norm_3"), x, filters, 1, stride)))
    case.output(net.dense("dense_1", x.mean((2, 3)), 5))


@oracle
def model_mobilenet(case):
    """Sandler et al. 2018, table 2."""
    net = Net(case, "mobilenet_1.")
    x = channels_first(case.input("x", (2, 37, 35, 3)))
    x = F.relu6(conv_norm(net.at("conv_norm_1"), x, 4, 3, 2))
    table = [(1, 2, 1, 1), (6, 3, 2, 2), (6, 4, 1, 2), (6, 8, 1, 2), (6, 12, 2, 1), (6, 20, 1, 2), (6, 40, 1, 1)]
    for k, (expand, filters, blocks, stride) in enumerate(table):
        for block in range(blocks):
            here = net.at(f"k_{k}.stage_1.block_{block}.inverted_residual_1")
            wide = x.shape[1] * expand
            y = x if expand == 1 else F.relu6(conv_norm(here.at("conv_norm_1"), x, wide))
            y = F.relu6(conv_norm(here.at(f"conv_norm_{1 if expand == 1 else 2}"), y, wide, 3, 1 if block else stride, wide))
            y = conv_norm(here.at("narrow"), y, filters)
            x = x + y if x.shape == y.shape else y
    x = F.relu6(conv_norm(net.at("conv_norm_2"), x, 160))
    case.output(net.dense("dense_1", x.mean((2, 3)), 5))


@oracle
def model_kws(case):
    """Zhang et al. 2017: Keras's `same` puts the odd row of padding last."""
    net = Net(case, "dscnn_1.")
    x = channels_first(case.input("x", (2, 49, 10, 1)))
    x = net.conv("conv2d_1", F.pad(x, (1, 1, 4, 5)), 3, (10, 4), 2, bias=True)
    x = F.relu(net.at("normal_relu_1").batch_norm("batch_norm_1", x, 1e-3))
    for block in range(2):
        here = net.at(f"block_{block}.separable_block_1")
        w = here.weight("depthwise_conv2d_1.w", (3, 3, 3, 1), 1 / 3)
        b = here.weight("depthwise_conv2d_1.b", (3,), 0.3)
        x = F.conv2d(x, w.permute(2, 3, 0, 1), b, padding=1, groups=3)
        x = F.relu(here.at("normal_relu_1").batch_norm("batch_norm_1", x, 1e-3))
        x = F.relu(here.at("normal_relu_2").batch_norm("batch_norm_1", here.conv("conv2d_1", x, 3, (1, 1), bias=True), 1e-3))
    case.output(net.dense("dense_1", x.mean((2, 3)), 5))


@oracle
def model_wavenet(case):
    """van den Oord et al. 2016, without conditions."""
    net = Net(case, "wavenet_1.")
    x = net.dense("x", case.input("x", (2, 24, 1)), 3)
    skips = 0
    for layer in range(3):
        here = net.at(f"layer_{layer}")
        w, b = here.weight("unit.conv1d_1.w", (3, 3, 6), 0.5), here.weight("unit.conv1d_1.b", (6,), 0.3)
        before = F.pad(channels_first(x), (2 * 2**layer, 0))
        signal, gate = channels_last(F.conv1d(before, w.permute(2, 1, 0), b, dilation=2**layer)).chunk(2, -1)
        unit = torch.tanh(signal) * torch.sigmoid(gate)
        skips = skips + here.dense("skip", unit, 3)
        if layer < 2:
            x = x + here.dense("dense_1", unit, 3)
    case.output(net.dense("dense_2", F.relu(net.dense("dense_1", F.relu(skips), 3)), 1))


@oracle
def model_amp_gru(case):
    x = case.input("x", (2, 12, 1))
    net = Net(case, "amp_gru_1.")
    w, u = net.weight("gru_1.w", (1, 9)), net.weight("gru_1.u", (3, 9), 0.6)
    b, r = net.weight("gru_1.b", (9,), 0.3), net.weight("gru_1.b_recurrent", (9,), 0.3)
    turned = lambda p: torch.cat([p[..., 3:6], p[..., :3], p[..., 6:]], -1)  # z, r, n to PyTorch's r, z, n
    gru = torch.nn.GRU(1, 3, batch_first=True)
    weights = {"weight_ih_l0": turned(w).T, "weight_hh_l0": turned(u).T, "bias_ih_l0": turned(b), "bias_hh_l0": turned(r)}
    h = torch.func.functional_call(gru, weights, x)[0]
    case.output(x + net.dense("dense_1", h, 1))


def attention(net, x, memory, heads, causal=False):
    q, k, v = (net.dense(name, of, x.shape[-1]).unflatten(-1, (heads, -1)).transpose(1, 2)
               for name, of in (("query", x), ("key", memory), ("value", memory)))
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(-2)
    return net.dense("out", mixed, x.shape[-1])


def feed_forward(net, x):
    return net.dense("dense_2", F.relu(net.dense("dense_1", net.layer_norm("layer_norm_1", x), 4 * x.shape[-1])), x.shape[-1])


def embedded(net, name, tokens, letters, width):
    table = net.weight(name + ".w", (letters, width), 0.5)
    place = torch.arange(tokens.shape[1])[:, None] / 10000.0 ** (torch.arange(0, width, 2) / width)
    return table[tokens] * math.sqrt(width) + torch.stack([place.sin(), place.cos()], -1).flatten(-2)


@oracle
def model_encoder_decoder(case):
    """Vaswani et al. 2017, norms before each part."""
    net = Net(case, "encoder_decoder_1.")
    source, written = case.integers("source", (2, 5), 9), case.integers("written", (2, 6), 9)
    memory = embedded(net, "embedding_1", source, 9, 8)
    for layer in range(2):
        here = net.at(f"layer_{layer}.encoder_block_1")
        y = here.layer_norm("layer_norm_1", memory)
        memory = memory + attention(here.at("multi_head_attention_1"), y, y, 2)
        memory = memory + feed_forward(here.at("feed_forward_1"), memory)
    memory = net.layer_norm("layer_norm_1", memory)
    x = embedded(net, "embedding_2", written, 9, 8)
    for layer in range(2):
        here = net.at(f"layer_{layer}_2.decoder_block_1")
        y = here.layer_norm("layer_norm_1", x)
        x = x + attention(here.at("multi_head_attention_1"), y, y, 2, causal=True)
        x = x + attention(here.at("cross_attention_1"), here.layer_norm("layer_norm_2", x), memory, 2)
        x = x + feed_forward(here.at("feed_forward_1"), x)
    case.output(net.dense("dense_1", net.layer_norm("layer_norm_2", x), 9))
