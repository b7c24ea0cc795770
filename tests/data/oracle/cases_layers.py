"""Turns layers of PyTorch, Keras and JAX into oracle files (make.py)."""
import math

import torch
import torch.nn.functional as F

from make import as_keras, oracle


def linear(x, w, b=None):
    """PyTorch's linear with the weight as [inputs, units]."""
    return F.linear(x, w.T, b)


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


@oracle
def dense(case):
    x = case.input("x", (5, 3, 4))
    w = case.weight("dense_1.w", (4, 6))
    b = case.weight("dense_1.b", (6,))
    case.output(linear(x, w, b))


@oracle
def bilinear(case):
    left, right = case.input("left", (3, 5, 3)), case.input("right", (3, 5, 4))
    w, b = case.weight("bilinear_1.w", (3, 4, 6)), case.weight("bilinear_1.b", (6,))
    case.output(F.bilinear(left, right, w.permute(2, 0, 1), b), "full")
    case.output(F.bilinear(left, right, case.weight("bilinear_2.w", (3, 4, 2)).permute(2, 0, 1)), "plain")


@oracle
def layer_norm(case):
    x = case.input("x", (4, 3, 6))
    g, b = case.weight("layer_norm_1.gamma", (6,)), case.weight("layer_norm_1.beta", (6,))
    case.output(F.layer_norm(x, (6,), g, b, 1e-3), "keras")
    g, b = case.weight("layer_norm_2.gamma", (6,)), case.weight("layer_norm_2.beta", (6,))
    case.output(F.layer_norm(x, (6,), g, b), "torch_y")
    case.output(F.layer_norm(x, (6,), case.weight("layer_norm_3.gamma", (6,)), None), "no_center")
    case.output(F.layer_norm(x, (6,)), "plain")


@oracle
def rms_norm(case):
    x = case.input("x", (4, 3, 6))
    case.output(F.rms_norm(x, (6,), case.weight("rms_norm_1.gamma", (6,)), 1e-6))


@oracle
def group_norm(case):
    x = case.input("x", (3, 4, 5, 6))
    g, b = case.weight("group_norm_1.gamma", (6,)), case.weight("group_norm_1.beta", (6,))
    case.output(channels_last(F.group_norm(channels_first(x), 3, g, b, 1e-3)))


@oracle
def instance_norm(case):
    x = case.input("x", (3, 4, 5, 6))
    g, b = case.weight("instance_norm_1.gamma", (6,)), case.weight("instance_norm_1.beta", (6,))
    case.output(channels_last(F.instance_norm(channels_first(x), weight=g, bias=b, eps=1e-3)), "affine")
    case.output(channels_last(F.instance_norm(channels_first(x))), "plain")


@oracle
def batch_norm_inference(case):
    x = case.input("x", (4, 3, 6))
    g, b = case.weight("batch_norm_1.gamma", (6,)), case.weight("batch_norm_1.beta", (6,))
    m = case.state("batch_norm_1.moving_mean", (6,))
    v = case.state("batch_norm_1.moving_variance", (6,), low=0.5, high=2)
    case.output((x - m) / torch.sqrt(v + 1e-3) * g + b)


def batch_norm(case, momentum, epsilon, shape):
    case.training = True
    x = case.input("x", shape)
    channels = shape[-1]
    g, b = case.weight("batch_norm_1.gamma", (channels,)), case.weight("batch_norm_1.beta", (channels,))
    m = case.state("batch_norm_1.moving_mean", (channels,))
    v = case.state("batch_norm_1.moving_variance", (channels,), low=0.5, high=2)
    return x, g, b, m, v


@oracle
def batch_norm_torch(case):
    x, g, b, m, v = batch_norm(case, 0.9, 1e-5, (4, 3, 5, 6))
    case.output(channels_last(F.batch_norm(channels_first(x), m, v, g, b, training=True)))
    case.after("batch_norm_1.moving_mean", m)
    case.after("batch_norm_1.moving_variance", v)


@oracle
def batch_norm_keras(case):
    import keras
    x, g, b, m, v = batch_norm(case, 0.99, 1e-3, (7, 3))
    layer = keras.layers.BatchNormalization(dtype="float64")
    layer.build((7, 3))
    with torch.no_grad():
        theirs, after = layer.stateless_call([g, b], [m, v], x, training=True)
    mean, variance = x.mean(0), x.var(0, unbiased=False)
    case.output(as_keras((x - mean) / torch.sqrt(variance + 1e-3) * g + b, theirs))
    case.after("batch_norm_1.moving_mean", as_keras(0.99 * m + 0.01 * mean, after[0]))
    case.after("batch_norm_1.moving_variance", as_keras(0.99 * v + 0.01 * variance, after[1]))


@oracle
def embedding(case):
    tokens = case.integers("tokens", values=[[0, 3, 3], [5, 1, 0]])
    table = case.weight("embedding_1.w", (7, 4))
    positions = case.weight("positional_embedding_1.w", (3, 4))
    case.output(F.embedding(tokens, table) + positions)


@oracle
def highway(case):
    x = case.input("x", (5, 4))
    w, b = case.weight("highway_1.w", (4, 4)), case.weight("highway_1.b", (4,))
    wg, bg = case.weight("highway_1.w_gate", (4, 4)), case.weight("highway_1.b_gate", (4,))
    gate = torch.sigmoid(linear(x, wg, bg))
    case.output(torch.lerp(x, torch.relu(linear(x, w, b)), gate))


@oracle
def residual_squeeze(case):
    """y = x + dense(relu(x)), then squeeze and excitation with PyTorch's 1x1 convolutions."""
    x = case.input("x", (3, 4, 5, 6))
    path = "squeeze_excite_1."
    w, b = case.weight("residual_1.f_1.dense_1.w", (6, 6)), case.weight("residual_1.f_1.dense_1.b", (6,))
    y = channels_first(x + linear(torch.relu(x), w, b))
    w1, b1 = case.weight(path + "dense_1.w", (6, 2)), case.weight(path + "dense_1.b", (2,))
    w2, b2 = case.weight(path + "dense_2.w", (2, 6)), case.weight(path + "dense_2.b", (6,))
    inner = torch.relu(F.conv2d(F.adaptive_avg_pool2d(y, 1), w1.T[:, :, None, None], b1))
    case.output(channels_last(y * torch.sigmoid(F.conv2d(inner, w2.T[:, :, None, None], b2))))


def experts(case, path, x, top):
    e, n, h, o = 5, 4, 3, 2
    gate = case.weight(path + "gate", (n, e))
    w1, b1 = case.weight(path + "w1", (e, n, h)), case.weight(path + "b1", (e, h))
    w2, b2 = case.weight(path + "w2", (e, h, o)), case.weight(path + "b2", (e, o))
    weights = torch.softmax(linear(x, gate), -1)
    if top:
        values, indices = torch.topk(weights, top)
        weights = torch.zeros_like(weights).scatter(-1, indices, values / values.sum(-1, keepdim=True))
    rows = []
    for row in range(x.shape[0]):
        each = [linear(torch.relu(linear(x[row], w1[k], b1[k])), w2[k], b2[k]) for k in range(e)]
        rows.append(sum(weights[row, k] * each[k] for k in range(e)))
    return torch.stack(rows)


@oracle
def mixture_of_experts(case):
    x = case.input("x", (6, 4))
    case.output(experts(case, "mixture_of_experts_1.", x, 0), "dense_y")
    case.output(experts(case, "mixture_of_experts_2.", x, 2), "sparse_y")


@oracle
def unit_norm(case):
    x = case.input("x", (6, 4))
    case.output(F.normalize(x, dim=-1))


def projections(case, path, width, sizes):
    found = []
    for name, rows, columns in sizes:
        found += [case.weight(f"{path}{name}.w", (rows, columns)), case.weight(f"{path}{name}.b", (columns,))]
    return found


def multi_head(query, memory, weights, heads, causal):
    """torch.nn.MultiheadAttention with nncc's weights."""
    wq, bq, wk, bk, wv, bv, wo, bo = weights
    width = query.shape[-1]
    mask = torch.triu(torch.full((query.shape[1], memory.shape[1]), -math.inf), 1) if causal else None
    turned = [value.transpose(0, 1) for value in (query, memory, memory)]
    found, _ = F.multi_head_attention_forward(
        *turned, width, heads, None, torch.cat([bq, bk, bv]), None, None, False, 0.0, wo.T, bo,
        training=False, need_weights=False, attn_mask=mask, use_separate_proj_weight=True,
        q_proj_weight=wq.T, k_proj_weight=wk.T, v_proj_weight=wv.T)
    return found.transpose(0, 1)


def square(width):
    return [(name, width, width) for name in ("query", "key", "value", "out")]


@oracle
def attention(case):
    x = case.input("x", (2, 5, 6))
    memory = case.input("memory", (2, 4, 3))
    path = "multi_head_attention_"
    case.output(multi_head(x, x, projections(case, path + "1.", 6, square(6)), 2, False), "plain")
    case.output(multi_head(x, x, projections(case, path + "2.", 6, square(6)), 3, True), "causal")
    cross = [("query", 6, 6), ("key", 3, 6), ("value", 3, 6), ("out", 6, 6)]
    case.output(multi_head(x, memory, projections(case, "cross_attention_1.", 6, cross), 2, False), "cross")


def rotated(x, interleaved):
    """Rotation as multiplication by complex numbers; x is [batch, time, heads, size]."""
    half = x.shape[-1] // 2
    rates = 10000.0 ** (-2 * torch.arange(half) / x.shape[-1])
    turn = torch.polar(torch.ones(x.shape[1], half), torch.outer(torch.arange(x.shape[1]) * 1.0, rates))[None, :, None]
    if interleaved:
        return torch.view_as_real(torch.view_as_complex(x.reshape(*x.shape[:-1], half, 2)) * turn).flatten(-2)
    y = torch.complex(x[..., :half], x[..., half:]) * turn
    return torch.cat([y.real, y.imag], -1)


@oracle
def dot_product(case):
    q, k, v = case.input("q", (2, 5, 4, 3)), case.input("k", (2, 7, 2, 3)), case.input("v", (2, 7, 2, 6))
    mixed = F.scaled_dot_product_attention(*(value.transpose(1, 2) for value in (q, k, v)), enable_gqa=True)
    case.output(mixed.transpose(1, 2))


@oracle
def grouped_query(case):
    """Grouped-query attention by scaled_dot_product_attention(enable_gqa), plain and with rotary positions."""
    x = case.input("x", (2, 5, 8))
    for number, rotary in ((1, False), (2, True)):
        sizes = [("query", 8, 8), ("key", 8, 4), ("value", 8, 4), ("out", 8, 8)]
        wq, bq, wk, bk, wv, bv, wo, bo = projections(case, f"multi_head_attention_{number}.", 8, sizes)
        q = linear(x, wq, bq).reshape(2, 5, 4, 2)
        k = linear(x, wk, bk).reshape(2, 5, 2, 2)
        v = linear(x, wv, bv).reshape(2, 5, 2, 2)
        if rotary:
            q, k = rotated(q, False), rotated(k, False)
        q, k, v = (value.transpose(1, 2) for value in (q, k, v))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        case.output(linear(mixed.transpose(1, 2).reshape(2, 5, 8), wo, bo), "rotary" if rotary else "plain")


@oracle
def positions(case):
    x = case.input("x", (2, 5, 3, 8))
    case.output(rotated(x, False), "halves")
    case.output(rotated(x, True), "interleaved")
    place = torch.arange(5)[:, None] / 10000.0 ** (2 * torch.arange(4) / 8)
    waves = torch.stack([torch.sin(place), torch.cos(place)], -1).reshape(5, 8)
    case.output(x[:, :, 0] + waves, "waves")


def transformer(case, path, x, norm_first):
    layer = torch.nn.TransformerEncoderLayer(6, 2, 10, 0.0, "gelu" if norm_first else "relu", 1e-5, True, norm_first)
    wq, bq, wk, bk, wv, bv, wo, bo = projections(case, path + "multi_head_attention_1.", 6, square(6))
    w1, b1 = case.weight(path + "dense_1.w", (6, 10)), case.weight(path + "dense_1.b", (10,))
    w2, b2 = case.weight(path + "dense_2.w", (10, 6)), case.weight(path + "dense_2.b", (6,))
    norms = [case.weight(f"{path}layer_norm_{k}.{part}", (6,)) for k in (1, 2) for part in ("gamma", "beta")]
    mask = torch.nn.Transformer.generate_square_subsequent_mask(5)
    return torch.func.functional_call(layer, {
        "self_attn.in_proj_weight": torch.cat([wq.T, wk.T, wv.T]), "self_attn.in_proj_bias": torch.cat([bq, bk, bv]),
        "self_attn.out_proj.weight": wo.T, "self_attn.out_proj.bias": bo, "linear1.weight": w1.T, "linear1.bias": b1,
        "linear2.weight": w2.T, "linear2.bias": b2, "norm1.weight": norms[0], "norm1.bias": norms[1],
        "norm2.weight": norms[2], "norm2.bias": norms[3]}, (x,), {"src_mask": mask, "is_causal": True})


@oracle
def transformer_block(case):
    x = case.input("x", (2, 5, 6))
    case.output(transformer(case, "transformer_block_1.", x, True), "norm_first_y")
    case.output(transformer(case, "transformer_block_2.", x, False), "norm_last")
