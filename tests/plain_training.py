"""A plain training: one network and one batch at a time, with PyTorch's own layers, optimisers and clipping."""

import math

import numpy as np
import torch

from helpers.loss_curves import temporal_order
from helpers.loss_curves.lab import (
    SGD,
    Adam,
    AdamW,
    CosineDecay,
    NormClipping,
    RMSprop,
    StepDecay,
    ValueClipping,
    WarmUp,
)


def module(cell, n, m, classes, theta):
    """PyTorch's own layers with these parameters, in float64."""
    if cell == "lstm":
        layer = torch.nn.LSTM(n, m, batch_first=True)
    else:
        layer = torch.nn.RNN(n, m, batch_first=True, nonlinearity=cell)
    both = torch.nn.ModuleList([layer, torch.nn.Linear(m, classes)]).double()
    torch.nn.utils.vector_to_parameters(torch.as_tensor(theta), both.parameters())
    return both


def module_logits(both, x):
    layer, linear = both
    return linear(layer(x)[0][:, -1])


def torch_optimiser(optimiser, parameters):
    arguments = {"lr": optimiser.learning_rate, "weight_decay": optimiser.weight_decay}
    match optimiser:
        case SGD():
            return torch.optim.SGD(parameters, momentum=optimiser.momentum, **arguments)
        case RMSprop():
            return torch.optim.RMSprop(
                parameters,
                alpha=optimiser.decay,
                eps=optimiser.epsilon,
                momentum=optimiser.momentum,
                **arguments,
            )
        case AdamW():
            return torch.optim.AdamW(parameters, betas=optimiser.decays, eps=optimiser.epsilon, **arguments)
        case Adam():
            return torch.optim.Adam(parameters, betas=optimiser.decays, eps=optimiser.epsilon, **arguments)


def plain_training(training, seed, steps):
    """One model, one batch at a time, with PyTorch's layers, optimiser, clipping and norm."""
    weight_rng, data_rng, noise_rng = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
    theta = training.network.initial(weight_rng)
    if training.start is not None:
        training.start(training.network.split(theta), weight_rng)
    both = module(training.cell, 8, training.hidden_size, 4, theta)
    parameters = list(both.parameters())
    optimiser = torch_optimiser(training.optimiser, parameters)
    per_step, per_epoch = [], []
    for k in range(1, steps + 1):
        place = (k - 1) % training.batches_per_epoch
        if place == 0:
            shape = training.batches_per_epoch, training.batch_size
            symbols, labels = temporal_order.sample(training.level, math.prod(shape), data_rng)
            taught = labels
            if training.label_noise is not None:
                taught = training.label_noise(labels.reshape(shape), 4, noise_rng).ravel()
        rows = slice(place * training.batch_size, (place + 1) * training.batch_size)
        loss, accuracy = plain_scores(both, symbols[rows], labels[rows])
        optimiser.zero_grad()
        dropout = 1.0
        if training.dropout is not None:
            shape = training.hidden_size, training.batch_size
            dropout = torch.from_numpy(training.dropout(shape, noise_rng).T)
        plain_scores(both, symbols[rows], taught[rows], dropout)[0].backward()
        gradient = torch.cat([p.grad.ravel() for p in parameters])
        match training.clipping:
            case NormClipping(threshold):
                torch.nn.utils.clip_grad_norm_(parameters, threshold)
            case ValueClipping(threshold):
                torch.nn.utils.clip_grad_value_(parameters, threshold)
        optimiser.param_groups[0]["lr"] = training.optimiser.learning_rate * learning_rate_factor(
            training.schedule, k
        )
        before = torch.nn.utils.parameters_to_vector(parameters).detach().clone()
        optimiser.step()
        after = torch.nn.utils.parameters_to_vector(parameters).detach()
        per_step.append([loss.item(), accuracy, gradient.norm().item(), (after - before).norm().item()])
        if place == training.batches_per_epoch - 1:
            count = 4 * training.batch_size
            held_out = temporal_order.sample(training.level, count, np.random.default_rng(0), held_out=True)
            held_out_loss, held_out_accuracy = plain_scores(both, *held_out)
            per_epoch.append([held_out_loss.item(), held_out_accuracy])
    return *np.transpose(per_step), *np.reshape(per_epoch, (-1, 2)).T, after.numpy()


def learning_rate_factor(schedule, k):
    match schedule:
        case None:
            return 1
        case WarmUp(steps):
            return min(1, k / steps)
        case StepDecay(steps, factor):
            return factor ** (k > steps)
        case CosineDecay(steps):
            return math.cos(math.pi / 2 * min(1, (k - 1) / steps)) ** 2


def plain_scores(both, symbols, labels, dropout=1.0):
    layer, linear = both
    x = torch.from_numpy(temporal_order.one_hot(symbols, np.float64))
    logits = linear(layer(x)[0][:, -1] * dropout)
    labels = torch.from_numpy(labels)
    return torch.nn.functional.cross_entropy(logits, labels), (
        logits.argmax(dim=1) == labels
    ).double().mean().item()
