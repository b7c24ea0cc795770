"""Turns optimisers and schedules of PyTorch, Keras and Optax into records of steps (updates/*.npz)."""
import keras
import numpy as np
import torch
import torch.optim as O
from torch.optim import lr_scheduler as L
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from make import update


def by_torch(make, schedule=None, shape_gradients=None, validation=None, average_decay=None):
    """Steps of `make(parameters)`; `shape_gradients(parameters)` clips between. With `average_decay` also the averages, as
    slots of the optimiser."""
    def run(start, gradients):
        leaves = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}
        optimizer = make(list(leaves.values()))
        scheduler = schedule(optimizer) if schedule else None
        holder = torch.nn.ParameterDict({name: torch.nn.Parameter(leaf.detach()) for name, leaf in leaves.items()})
        average = AveragedModel(holder, multi_avg_fn=get_ema_multi_avg_fn(average_decay)) if average_decay else None
        for step, gradient in enumerate(gradients):
            for name, leaf in leaves.items():
                leaf.grad = torch.tensor(gradient[name])
            if shape_gradients:
                shape_gradients(leaves.values())
            optimizer.step()
            if scheduler:
                scheduler.step(*([validation[step]] if validation else []))
            after = {name: leaf.detach().numpy().copy() for name, leaf in leaves.items()}
            if average:
                for name, leaf in leaves.items():
                    holder[name].data.copy_(leaf.detach())
                average.update_parameters(holder)
                after |= {f"sgd.average/{name}": average.module[name].detach().numpy().copy() for name in leaves}
            yield after
    return run


def by_keras(make):
    def run(start, gradients):
        variables = [keras.Variable(value, dtype="float64", name=name) for name, value in start.items()]
        optimizer = make()
        optimizer.build(variables)
        for gradient in gradients:
            optimizer.apply([torch.tensor(gradient[name]) for name in start], variables)
            yield {name: variable.value.detach().numpy().copy() for name, variable in zip(start, variables)}
    return run


def by_optax(make):
    def run(start, gradients):
        import jax.numpy as jnp
        import optax
        transformation = make(optax)
        parameters = {name: jnp.array(value) for name, value in start.items()}
        state = transformation.init(parameters)
        for gradient in gradients:
            steps, state = transformation.update(gradient, state, parameters)
            parameters = optax.apply_updates(parameters, steps)
            yield {name: np.array(value) for name, value in parameters.items()}
    return run


def clipped_as_keras(make, scales):
    """Plain descent with each gradient times its scale, after a look at Keras."""
    def run(start, gradients):
        value = start
        for gradient, theirs in zip(gradients, by_keras(make)(start, gradients)):
            scale = scales(gradient)
            value = {name: value[name] - 0.1 * scale[name] * gradient[name] for name in value}
            for name in value:
                np.testing.assert_allclose(value[name], theirs[name], rtol=1e-5, atol=1e-6)
            yield value
    return run


def length(values):
    return np.sqrt(sum((value ** 2).sum() for value in values))


K = keras.optimizers
S = K.schedules
update("sgd_torch", "sgd(0.1, momentum = 0.9, dampening = 0.25, weight_decay = 0.05)",
       by_torch(lambda p: O.SGD(p, 0.1, momentum=0.9, dampening=0.25, weight_decay=0.05)))
update("sgd_nesterov_torch", "sgd(0.1, momentum = 0.9, nesterov = true, weight_decay = 0.05)",
       by_torch(lambda p: O.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.05)))
update("sgd_keras", "sgd(polynomial(0.1, over = 6, last = 0.02), momentum = 0.9, rate_inside = true)",
       by_keras(lambda: K.SGD(S.PolynomialDecay(0.1, 6, 0.02), momentum=0.9)))
update("sgd_nesterov_keras", "sgd(inverse_time(0.1, factor = 0.5, every = 3), momentum = 0.9, nesterov = true, rate_inside = true)",
       by_keras(lambda: K.SGD(S.InverseTimeDecay(0.1, 3, 0.5), momentum=0.9, nesterov=True)))
update("sgd_decoupled_keras", "sgd(0.1, decay = 0.05, decay_all = true)", by_keras(lambda: K.SGD(0.1, weight_decay=0.05)))
update("rmsprop_torch", "rmsprop(0.02, rho = 0.95, epsilon = 1e-4, momentum = 0.8, centered = true, weight_decay = 0.1)",
       by_torch(lambda p: O.RMSprop(p, 0.02, 0.95, 1e-4, momentum=0.8, centered=True, weight_decay=0.1)))
update("rmsprop_plain_torch", "rmsprop(0.02, rho = 0.99, epsilon = 1e-8)", by_torch(lambda p: O.RMSprop(p, 0.02)))
update("rmsprop_keras", "rmsprop(0.02, epsilon = 1e-3, momentum = 0.8, centered = true, epsilon_inside = true, rate_inside = true)",
       by_keras(lambda: K.RMSprop(0.02, epsilon=1e-3, momentum=0.8, centered=True)))
update("adagrad_torch", "adagrad(0.1, weight_decay = 0.1)", by_torch(lambda p: O.Adagrad(p, 0.1, weight_decay=0.1)))
update("adagrad_keras", "adagrad(0.1, initial = 0.1, epsilon = 1e-3, epsilon_inside = true)",
       by_keras(lambda: K.Adagrad(0.1, epsilon=1e-3)))
update("adadelta_torch", "adadelta(weight_decay = 0.1)", by_torch(lambda p: O.Adadelta(p, weight_decay=0.1)))
update("adadelta_keras", "adadelta(0.5, rho = 0.95, epsilon = 1e-5)", by_keras(lambda: K.Adadelta(0.5, epsilon=1e-5)))
update("adam_torch", "adam(0.05, beta1 = 0.8, beta2 = 0.99, epsilon = 1e-3, amsgrad = true, weight_decay = 0.1)",
       by_torch(lambda p: O.Adam(p, 0.05, (0.8, 0.99), 1e-3, 0.1, amsgrad=True)))
update("adam_keras", "adam(0.05, epsilon = 1e-3, epsilon_hat = true)", by_keras(lambda: K.Adam(0.05, epsilon=1e-3)))
update("adam_amsgrad_keras", "adam(0.05, epsilon = 1e-7, epsilon_hat = true, amsgrad = true)",
       by_keras(lambda: K.Adam(0.05, amsgrad=True)))
update("adamw_torch", "adamw(0.05, decay = 0.1, decay_all = true, amsgrad = true)",
       by_torch(lambda p: O.AdamW(p, 0.05, weight_decay=0.1, amsgrad=True)))
update("adamw_matrices_torch", "adamw(0.05, decay = 0.1)",
       by_torch(lambda p: O.AdamW([{"params": p[:1], "weight_decay": 0.1}, {"params": p[1:], "weight_decay": 0.0}], 0.05)))
update("adamax_torch", "adamax(0.05, epsilon = 1e-3, weight_decay = 0.1)",
       by_torch(lambda p: O.Adamax(p, 0.05, eps=1e-3, weight_decay=0.1)))
update("adamax_keras", "adamax(0.05, epsilon = 1e-3, epsilon_outside = true)",
       by_keras(lambda: K.Adamax(0.05, epsilon=1e-3)))
update("nadam_torch", "nadam(0.05, weight_decay = 0.1)", by_torch(lambda p: O.NAdam(p, 0.05, weight_decay=0.1)))
update("nadam_keras", "nadam(0.05, epsilon = 1e-7, momentum_decay = 1.0)", by_keras(lambda: K.Nadam(0.05)))
update("radam_torch", "radam(0.05, beta2 = 0.9, weight_decay = 0.1)",
       by_torch(lambda p: O.RAdam(p, 0.05, (0.9, 0.9), weight_decay=0.1)))
update("lamb_optax", "lamb(0.05, decay = 0.1, decay_all = true)", by_optax(lambda o: o.lamb(0.05, weight_decay=0.1)))
update("lion_optax", "lion(0.05, decay = 0.1, decay_all = true)", by_optax(lambda o: o.lion(0.05, weight_decay=0.1)))
update("lion_keras", "lion(0.05)", by_keras(lambda: K.Lion(0.05)))

clip = torch.nn.utils
update("clip_norm_torch", "sgd(0.1)", by_torch(lambda p: O.SGD(p, 0.1), None, lambda p: clip.clip_grad_norm_(p, 1.5)),
       gradient="clip_norm(gradient, gradient_norm, 1.5)")
update("clip_value_torch", "sgd(0.1)", by_torch(lambda p: O.SGD(p, 0.1), None, lambda p: clip.clip_grad_value_(p, 0.5)),
       gradient="clip_value(gradient, 0.5)")
update("clip_norm_keras", "sgd(0.1)", clipped_as_keras(lambda: K.SGD(0.1, global_clipnorm=1.5),
                        lambda g: dict.fromkeys(g, min(1, 1.5 / length(g.values())))),
       gradient="clip_norm(gradient, gradient_norm, 1.5, epsilon = 0.0)")
update("clip_own_norm_keras", "sgd(0.1)", clipped_as_keras(lambda: K.SGD(0.1, clipnorm=0.75),
                        lambda g: {name: min(1, 0.75 / length([g[name]])) for name in g}),
       gradient="clip_own_norm(gradient, 0.75)")

plain = lambda p: O.SGD(p, 0.1)  # noqa: E731
update("exponential_torch", "sgd(exponential(0.1, factor = 0.9, every = 1))", by_torch(plain, lambda o: L.ExponentialLR(o, 0.9)))
update("exponential_keras", "sgd(exponential(0.1, factor = 0.5, every = 3, staircase = true))",
       by_keras(lambda: K.SGD(S.ExponentialDecay(0.1, 3, 0.5, staircase=True))))
update("stepwise_torch", "sgd(stepwise(0.1, factor = 0.5, every = 3))", by_torch(plain, lambda o: L.StepLR(o, 3, 0.5)))
update("multistep_torch", "sgd(multistep(0.1, at = [2, 5, 6], factor = 0.5))",
       by_torch(plain, lambda o: L.MultiStepLR(o, [2, 5, 6], 0.5)))
update("polynomial_torch", "sgd(polynomial(0.1, over = 6, last = 0.0, power = 2.0))",
       by_torch(plain, lambda o: L.PolynomialLR(o, 6, 2)))
update("inverse_time_keras", "sgd(inverse_time(0.1, factor = 0.5, every = 3, staircase = true))",
       by_keras(lambda: K.SGD(S.InverseTimeDecay(0.1, 3, 0.5, staircase=True))))
update("cosine_keras", "sgd(cosine(0.1, over = 6, last = 0.02))", by_keras(lambda: K.SGD(S.CosineDecay(0.1, 6, 0.2))))
update("cosine_restarts_torch", "sgd(cosine_restarts(0.1, over = 3, last = 0.01))",
       by_torch(plain, lambda o: L.CosineAnnealingWarmRestarts(o, 3, eta_min=0.01)))
update("one_cycle_torch", "sgd(one_cycle(0.1, over = 9, up = 0.4))",
       by_torch(plain, lambda o: L.OneCycleLR(o, 0.1, 9, pct_start=0.4, cycle_momentum=False)))
LOSSES = [3.0, 2.0, 2.5, 1.99999, 2.2, 1.5, 1.6, 1.7]
update("plateau_torch", "sgd(plateau(0.1, factor = 0.5, patience = 1, least = 0.03))",
       by_torch(plain, lambda o: L.ReduceLROnPlateau(o, factor=0.5, patience=1, min_lr=0.03), validation=LOSSES),
       validation=LOSSES)
update("average_torch", "sgd(0.1, average_decay = 0.8)", by_torch(plain, average_decay=0.8))
