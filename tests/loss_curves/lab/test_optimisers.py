"""Optimisers: by hand, and against ``torch.optim``."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_training import torch_optimiser

from helpers.loss_curves.lab import SGD, Adam, AdamW, RMSprop
from helpers.loss_curves.lab.optimisers import empty_memory
from helpers.numerics import check_close

rates = st.sampled_from([1e-3, 0.1])
decays = st.sampled_from([0.0, 0.01, 0.3])
momenta = st.sampled_from([0.0, 0.5, 0.99])
epsilons = st.sampled_from([1e-8, 1e-2])
optimisers = st.one_of(
    st.builds(SGD, rates, momenta, decays),
    st.builds(RMSprop, rates, momenta, epsilons, decays, momenta),
    st.builds(Adam, rates, st.tuples(momenta, momenta), epsilons, decays),
    st.builds(AdamW, rates, st.tuples(momenta, momenta), epsilons, decays),
)


def test_first_steps_by_hand():
    theta, g = torch.zeros(1, 2, dtype=torch.float64), torch.tensor([[4.0, -0.25]], dtype=torch.float64)
    for optimiser, expected in [
        (SGD(0.5), [[-2, 0.125]]),
        (RMSprop(0.5, decay=0.75, epsilon=1e-300), [[-1, 1]]),
        (Adam(0.5, epsilon=1e-300), [[-0.5, 0.5]]),
    ]:
        check_close(optimiser.step(theta, g, empty_memory(optimiser, theta), 1), expected)


@settings(deadline=None, max_examples=25)
@given(optimisers, st.integers(0, 2**32 - 1))
def test_steps_are_those_of_torch_optim(optimiser, seed):
    rng = np.random.default_rng(seed)
    theta = torch.tensor(rng.normal(size=(2, 3)))
    parameter = torch.nn.Parameter(theta.clone())
    theirs = torch_optimiser(optimiser, [parameter])
    memory = empty_memory(optimiser, theta)
    for k in range(1, 8):
        g = torch.tensor(rng.normal(size=(2, 3)) * 10.0 ** rng.integers(-4, 2))
        theta = theta + optimiser.step(theta, g, memory, k)
        parameter.grad = g.clone()
        theirs.step()
        check_close(theta, parameter.detach())


def test_settings_left_out_are_those_of_the_records():
    assert SGD() == SGD(learning_rate=0.1, momentum=0.0, weight_decay=0.0)
    assert RMSprop() == RMSprop(learning_rate=1e-3, decay=0.99, epsilon=1e-8, weight_decay=0.0, momentum=0.0)
    assert Adam() == Adam(learning_rate=1e-3, decays=(0.9, 0.999), epsilon=1e-8, weight_decay=0.0)
    assert AdamW() == AdamW(learning_rate=1e-3, decays=(0.9, 0.999), epsilon=1e-8, weight_decay=1e-2)
