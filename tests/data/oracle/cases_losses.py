"""Turns losses and metrics of PyTorch, Keras and scikit-learn into oracle files (make.py)."""
import keras
import numpy as np
import sklearn.metrics as M
import torch
import torch.nn.functional as F

from make import as_keras, oracle

L = keras.losses


def keras_mean(value, function, *arguments, **named):
    """The mean of `value` over rows, which is a loss of Keras."""
    return as_keras(value.mean(), function(*[argument.detach() for argument in arguments], **named).mean())


def bits(y, p):
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


@oracle
def regression_losses(case):
    p = case.input("p", (6, 4), low=0.1, high=3)
    y = case.input("y", (6, 4), low=0.1, high=3)
    v = case.input("v", (6, 4), low=0.2, high=2)
    mean = torch.mean
    for name, value in {
        "mse": F.mse_loss(p, y), "mae": F.l1_loss(p, y), "mape_y": keras_mean(100 * torch.abs((y - p) / y), L.mean_absolute_percentage_error, y, p),
        "msle": keras_mean((torch.log1p(p) - torch.log1p(y)) ** 2, L.mean_squared_logarithmic_error, y, p), "huber_y": F.huber_loss(p, y, delta=0.7),
        "smooth": F.smooth_l1_loss(p, y, beta=0.7), "log_cosh_y": keras_mean(torch.log(torch.cosh(p - y)), L.log_cosh, y, p),
        "quantile": mean(torch.maximum(0.9 * (y - p), -0.1 * (y - p))), "poisson_y": keras_mean(p - y * torch.log(p + 1e-7), L.poisson, y, p),
        "poisson_logits": F.poisson_nll_loss(p, y), "gaussian": F.gaussian_nll_loss(p, y, v),
        "kl": -0.5 * (1 + torch.log(v) - p ** 2 - v).sum(-1).mean(),
        "cosine": keras_mean(-F.cosine_similarity(y, p), L.cosine_similarity, y, p),
    }.items():
        case.output(value, name)


@oracle
def classification_losses(case):
    z = case.input("z", (6, 4))
    p = case.input("p", (6, 4), low=0.05, high=0.95)
    q = case.input("q", (6, 4), low=0.05, high=0.95)
    c = case.integers("c", (6,), 4)
    t = case.integers("t", (6, 4), 2).double()
    mean, hot = torch.mean, F.one_hot(c, 4).double()
    spread = q / q.sum(-1, keepdim=True)
    share = p / p.sum(-1, keepdim=True)
    sign = 2 * t - 1
    wrong, right, hit = torch.where(t > 0, 1 - p, p), share[hot > 0], (t * p).sum()
    for name, value in {
        "binary": F.binary_cross_entropy(p, t), "binary_keras": keras_mean(bits(t, p), L.binary_crossentropy, t, p),
        "binary_soft": F.binary_cross_entropy(p, q),
        "binary_smooth": keras_mean(bits(0.8 * t[:, :1] + 0.1, p[:, :1]), L.binary_crossentropy, t[:, :1], p[:, :1], label_smoothing=0.2),
        "logits": F.binary_cross_entropy_with_logits(z, t),
        "logits_weighted": F.binary_cross_entropy_with_logits(z, t, pos_weight=torch.tensor(3.0)),
        "categorical": F.nll_loss(torch.log(share), c), "categorical_keras": keras_mean(-torch.log(share[hot > 0]), L.categorical_crossentropy, hot, p),
        "categorical_smooth": F.cross_entropy(z, c, label_smoothing=0.2),
        "categorical_logits": F.cross_entropy(z, spread), "sparse": F.nll_loss(torch.log(share), c),
        "sparse_logits": F.cross_entropy(z, c),
        "focal": keras_mean(wrong ** 2 * bits(t, p), L.binary_focal_crossentropy, t, p),
        "focal_alpha": keras_mean((0.75 - 0.5 * t) * wrong ** 2 * bits(t, p), L.binary_focal_crossentropy, t, p,
                                  apply_class_balancing=True),
        "focal_many": keras_mean(-0.25 * (1 - right) ** 2 * torch.log(right), L.categorical_focal_crossentropy, hot, p),
        "divergence": keras_mean((spread * torch.log(spread / share)).sum(-1), L.kl_divergence, spread, share), "hinge_y": keras_mean(torch.clamp(1 - sign * z, min=0), L.hinge, sign, z),
        "squared_hinge_y": keras_mean(torch.clamp(1 - sign * z, min=0) ** 2, L.squared_hinge, sign, z), "categorical_hinge_y": keras_mean(torch.clamp(1 + torch.where(hot > 0, 0.0, z).max(-1).values - z[hot > 0], min=0),
                                          L.categorical_hinge, hot, z),
        "dice_y": keras_mean(1 - (2 * (t * p).sum() + 1e-7) / (t.sum() + p.sum() + 1e-7), L.dice, t, p), "tversky_y": keras_mean(1 - (hit + 1e-7) / (0.3 * p.sum() + 0.7 * t.sum() + 1e-7), L.tversky, t, p, alpha=0.7, beta=0.3),
    }.items():
        case.output(value, name)


@oracle
def pair_losses(case):
    a, b, n = case.input("a", (6, 4)), case.input("b", (6, 4)), case.input("n", (6, 4))
    t = case.integers("t", values=[0, 1, 1, 0, 1, 0])
    margin = F.triplet_margin_loss(a, b, n, margin=0.8)
    distance = F.pairwise_distance(a, b)
    case.output(margin, "triplet_y")
    squared = F.pairwise_distance(a, b) ** 2 - F.pairwise_distance(a, n) ** 2 + 0.8
    case.output(torch.clamp(squared, min=0).mean(), "triplet_squared")
    case.output(F.cosine_embedding_loss(a, b, 2 * t - 1, margin=0.1), "cosine")
    case.output((t * distance ** 2 + (1 - t) * torch.clamp(1 - distance, min=0) ** 2).mean(), "contrastive_y")


@oracle
def ctc(case):
    """Targets with repetitions, and one shorter than the others."""
    z = case.input("z", (3, 8, 4))
    target = case.integers("target", values=[[1, 1, 3], [2, 3, 2], [2, -1, -1]])
    lengths = torch.tensor([3, 3, 1])
    scores = F.log_softmax(z, -1).transpose(0, 1)
    each = F.ctc_loss(scores, torch.clamp(target, min=0), torch.full((3,), 8), lengths, reduction="none")
    case.output(each.mean(), "whole")
    case.output(F.ctc_loss(scores, torch.clamp(target, min=0), torch.full((3,), 8), lengths), "per_label")


@oracle
def binary_metrics(case):
    """scikit-learn's; the scores have ties."""
    case.differentiable = False
    p = case.input("p", values=0.95 * np.round(case.numbers((40, 1), 0, 1), 1) + 0.02).detach().numpy()
    t = case.integers("t", values=(case.numbers((40, 1), 0, 1) < 0.2 + 0.6 * p)).numpy()
    chosen, y = (p > 0.5).astype(int)[:, 0], t[:, 0]
    for name, value in {
        "accuracy_y": M.accuracy_score(y, chosen), "auc_y": M.roc_auc_score(y, p[:, 0]),
        "average": M.average_precision_score(y, p[:, 0]), "precision_y": M.precision_score(y, chosen),
        "recall_y": M.recall_score(y, chosen), "f1_y": M.f1_score(y, chosen),
        "f2": M.fbeta_score(y, chosen, beta=2), "specificity_y": M.recall_score(1 - y, 1 - chosen),
        "matthews_y": M.matthews_corrcoef(y, chosen), "balanced": M.balanced_accuracy_score(y, chosen),
        "loss": M.log_loss(y, p[:, 0]),
    }.items():
        case.output(torch.tensor(float(value)), name)


@oracle
def class_metrics(case):
    case.differentiable = False
    p = torch.softmax(case.input("p", (30, 5)), -1)
    case.arrays["in.p"] = p.detach().numpy()
    c = case.integers("c", values=case.random.permutation([0, 1, 2, 4, 1] * 6)).numpy()
    q, chosen = p.detach().numpy(), p.argmax(-1).numpy()
    hot = np.eye(5)[c]
    for name, value in {
        "accuracy_y": M.accuracy_score(c, chosen), "sparse": M.accuracy_score(c, chosen),
        "top": M.top_k_accuracy_score(c, q, k=2, labels=range(5)),
        "sparse_top": np.mean(np.array(keras.metrics.sparse_top_k_categorical_accuracy(c, q, k=3))),
        "balanced": M.balanced_accuracy_score(c, chosen),
        "macro": M.f1_score(c, chosen, average="macro", labels=range(5), zero_division=0),
        "loss": M.log_loss(c, q, labels=range(5)),
    }.items():
        case.output(torch.tensor(float(value)), name)


@oracle
def regression_metrics(case):
    case.differentiable = False
    p = case.input("p", (31, 1)).detach().numpy()[:, 0]
    y = case.input("y", values=p[:, None] * 0.7 + 0.5 * case.numbers((31, 1)) + 0.2).detach().numpy()[:, 0]
    rows = case.input("rows", (31, 4)).detach().numpy()
    other = case.input("other", (31, 4)).detach().numpy()
    k = keras.metrics
    for name, value in {
        "mae_y": M.mean_absolute_error(y, p), "rmse_y": M.root_mean_squared_error(y, p), "r2_y": M.r2_score(y, p),
        "explained": M.explained_variance_score(y, p), "mape_y": 100 * M.mean_absolute_percentage_error(y, p),
        "median": M.median_absolute_error(y, p), "pearson_y": np.corrcoef(y, p)[0, 1],
        "concordance_y": as_keras(2 * np.cov(y, p, bias=True)[0, 1] / (y.var() + p.var() + (y.mean() - p.mean()) ** 2),
                                  k.concordance_correlation(y[None], p[None])[0]),
        "cosine": np.mean([1 - np.sum((a / np.linalg.norm(a) - b / np.linalg.norm(b)) ** 2) / 2
                           for a, b in zip(rows, other)]),
    }.items():
        case.output(torch.tensor(float(value)), name)
    case.output(torch.tensor(float(np.median(np.abs(rows - other)))), "median_even")


@oracle
def statistics(case):
    x = case.input("x", (4, 3, 5))
    case.output(torch.var(x, unbiased=False), "all_axes_y")
    case.output(torch.var(x, dim=(0, 2), unbiased=True), "unbiased_y")
    case.output(torch.std(x, dim=1, unbiased=False, keepdim=True), "deviation")
    case.output(torch.std(x, dim=0, unbiased=True), "deviation_unbiased")
