"""The models of models/*.nn as PyTorch modules over nncc's weights, taken in the order in which nncc lists them."""
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def random_weights(tensors, seed):
    """One array for each (name, extents): scales that keep activations near 1, moments that a norm could have seen."""
    generator = np.random.default_rng(seed)
    arrays = []
    for name, extents in tensors:
        kind = name.rsplit(".", 1)[-1]
        size = tuple(extents)
        if kind in ("gamma", "moving_variance"):
            array = generator.uniform(0.7, 1.3, size)
        elif len(extents) < 2 or kind == "moving_mean":
            array = generator.normal(0, 0.1, size)
        else:
            depthwise = "depthwise" in name
            fan_in = np.prod(extents[:-2] if depthwise else extents[:-1])
            array = generator.normal(0, 1 / math.sqrt(fan_in), size)
        arrays.append(array.astype(np.float32))
    return arrays


class Network(nn.Module):
    """Parameters are taken in nncc's order while the subclass's `build` runs; `tensors` is [(name, array)]."""

    def __init__(self, tensors, sizes):
        super().__init__()
        self.rest = list(tensors)
        self.sizes = sizes
        self.build()
        assert not self.rest, f"not taken: {[name for name, _ in self.rest]}"

    def take(self, kind):
        name, array = self.rest.pop(0)
        assert name.rsplit(".", 1)[-1] == kind, f"{name} where {kind} is expected"
        return torch.from_numpy(array.copy())

    def dense(self, bias=True):
        weight = self.take("w")
        layer = nn.Linear(*weight.shape, bias=bias)
        layer.weight = nn.Parameter(weight.T.contiguous())
        if bias:
            layer.bias = nn.Parameter(self.take("b"))
        return layer

    def joined(self, count):
        """Several dense layers of one input as one."""
        layers = [self.dense() for _ in range(count)]
        layer = nn.Linear(layers[0].in_features, sum(part.out_features for part in layers))
        layer.weight = nn.Parameter(torch.cat([part.weight.data for part in layers]))
        layer.bias = nn.Parameter(torch.cat([part.bias.data for part in layers]))
        return layer

    def convolution(self, stride=1, padding=0, bias=True, depthwise=False):
        weight = self.take("w")
        weight = weight.permute(2, 3, 0, 1) if depthwise else weight.permute(3, 2, 0, 1)
        groups = weight.shape[0] if depthwise else 1
        layer = nn.Conv2d(weight.shape[1] * groups, weight.shape[0], weight.shape[2:], stride, padding, groups=groups,
                          bias=bias)
        layer.weight = nn.Parameter(weight.contiguous())
        if bias:
            layer.bias = nn.Parameter(self.take("b"))
        return layer

    def batch_norm(self):
        gamma, beta = self.take("gamma"), self.take("beta")
        layer = nn.BatchNorm2d(len(gamma))
        layer.weight, layer.bias = nn.Parameter(gamma), nn.Parameter(beta)
        layer.running_mean, layer.running_var = self.take("moving_mean"), self.take("moving_variance")
        return layer

    def layer_norm(self):
        gamma, beta = self.take("gamma"), self.take("beta")
        layer = nn.LayerNorm(len(gamma))
        layer.weight, layer.bias = nn.Parameter(gamma), nn.Parameter(beta)
        return layer


class Seed(Network):
    def build(self):
        self.layers = nn.Sequential(self.dense(), nn.ReLU(), self.dense(), nn.ReLU(), self.dense(), nn.Sigmoid())

    def forward(self, x):
        return self.layers(x)


class Perceptron(Network):
    def build(self):
        self.layers = nn.Sequential(self.dense(), nn.ReLU(), self.dense(), nn.ReLU(), self.dense())

    def forward(self, x):
        return self.layers(x)


class LeNet(Network):
    def build(self):
        self.first, self.second = self.convolution(padding=2), self.convolution()
        weight = self.dense()
        channels = self.second.out_channels  # nncc flattens with the channels last
        weight.weight = nn.Parameter(weight.weight.data.reshape(-1, 5, 5, channels).permute(0, 3, 1, 2).flatten(1).contiguous())
        self.head = nn.Sequential(weight, nn.ReLU(), self.dense(), nn.ReLU(), self.dense())

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        return self.head(torch.flatten(F.max_pool2d(F.relu(self.second(x)), 2), 1))


class Keywords(Network):
    def build(self):
        layers = [self.convolution(2, (5, 1), bias=False), self.batch_norm(), nn.ReLU()]
        for _ in range(4):
            layers += [self.convolution(1, 1, bias=False, depthwise=True), self.batch_norm(), nn.ReLU()]
            layers += [self.convolution(bias=False), self.batch_norm(), nn.ReLU()]
        self.layers, self.head = nn.Sequential(*layers), self.dense()

    def forward(self, x):
        return self.head(self.layers(x).mean((2, 3)))


class Inverted(nn.Module):
    def __init__(self, network, stride, expands, joins):
        super().__init__()
        layers = []
        if expands:
            layers += [network.convolution(bias=False), network.batch_norm(), nn.ReLU6()]
        layers += [network.convolution(stride, 1, bias=False, depthwise=True), network.batch_norm(), nn.ReLU6()]
        layers += [network.convolution(bias=False), network.batch_norm()]
        self.layers, self.joins = nn.Sequential(*layers), joins

    def forward(self, x):
        return x + self.layers(x) if self.joins else self.layers(x)


class MobileNet(Network):
    def build(self):
        layers = [self.convolution(2, 1, bias=False), self.batch_norm(), nn.ReLU6(), Inverted(self, 1, False, False)]
        for blocks, stride in [(2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1)]:
            layers += [Inverted(self, stride if k == 0 else 1, True, k > 0) for k in range(blocks)]
        layers += [self.convolution(bias=False), self.batch_norm(), nn.ReLU6()]
        self.layers, self.head = nn.Sequential(*layers), self.dense()

    def forward(self, x):
        return self.head(self.layers(x).mean((2, 3)))


class Basic(nn.Module):
    def __init__(self, network, stride, projects):
        super().__init__()
        self.first = nn.Sequential(network.convolution(stride, 1, bias=False), network.batch_norm())
        self.second = nn.Sequential(network.convolution(1, 1, bias=False), network.batch_norm())
        self.skip = nn.Identity()
        if projects:
            self.skip = nn.Sequential(network.convolution(stride, bias=False), network.batch_norm())

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.skip(x))


class ResNet(Network):
    def build(self):
        self.stem = nn.Sequential(self.convolution(2, 3, bias=False), self.batch_norm(), nn.ReLU())
        self.blocks = nn.Sequential(*[Basic(self, 2 if k in (2, 4, 6) else 1, k in (2, 4, 6)) for k in range(8)])
        self.head = self.dense()

    def forward(self, x):
        return self.head(self.blocks(F.max_pool2d(self.stem(x), 3, 2, 1)).mean((2, 3)))


class Recurrent(Network):
    """x [time, batch, 1]; `gates` 4 is an LSTM (i, f, g, o), 3 a GRU (r, z, n)."""
    gates = 4

    def build(self):
        w, u = self.take("w"), self.take("u")
        biases = [self.take("b"), self.take("d") if self.gates == 3 else torch.zeros(w.shape[1])]
        self.cell = (nn.LSTM if self.gates == 4 else nn.GRU)(w.shape[0], u.shape[0])
        for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), [w.T, u.T, *biases]):
            setattr(self.cell, name, nn.Parameter(value.contiguous()))
        self.head = self.dense()

    def forward(self, x, h, c=None):
        if self.gates == 4:
            y, (h, c) = self.cell(x, (h.unsqueeze(0), c.unsqueeze(0)))
            return self.head(y), h.squeeze(0), c.squeeze(0)
        y, h = self.cell(x, h.unsqueeze(0))
        return self.head(y), h.squeeze(0)


class Gated(Recurrent):
    gates = 3


class Block(nn.Module):
    def __init__(self, network, heads, causal, separate, epsilon):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm_1 = network.layer_norm()
        self.qkv = network.joined(3) if separate else network.dense()
        self.out = network.dense()
        self.norm_2 = network.layer_norm()
        self.wide, self.narrow = network.dense(), network.dense()
        self.norm_1.eps = self.norm_2.eps = epsilon

    def forward(self, x):
        batch, time, width = x.shape
        q, k, v = self.qkv(self.norm_1(x)).view(batch, time, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q @ k.transpose(-1, -2)) * (1 / math.sqrt(width // self.heads))
        if self.causal:
            scores = scores + torch.triu(torch.full((time, time), -1e9), 1)
        mixed = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(batch, time, width)
        x = x + self.out(mixed)
        return x + self.narrow(F.gelu(self.wide(self.norm_2(x))))


class Transformer(Network):
    def build(self):
        self.block = Block(self, self.sizes["heads"], False, True, 1e-5)

    def forward(self, x):
        return self.block(x)


class Characters(Network):
    def build(self):
        self.table = nn.Parameter(self.take("w"))
        self.positions = nn.Parameter(self.take("w"))
        self.blocks = nn.Sequential(*[Block(self, self.sizes["heads"], True, False, 1e-5) for _ in range(4)])
        self.norm, self.head = self.layer_norm(), self.dense(bias=False)
        self.norm.eps = 1e-5

    def forward(self, tokens):
        return self.head(self.norm(self.blocks(F.embedding(tokens, self.table) + self.positions)))
