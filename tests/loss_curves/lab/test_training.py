"""Training in replicas: by hand, against PyTorch's own layers and optimisers in a plain loop, and alone or together."""

import dataclasses
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import temporal_order
from helpers.loss_curves.lab import (
    SGD,
    Adam,
    AdamW,
    IdentityStart,
    LabelNoise,
    Network,
    NormClipping,
    OrthogonalStart,
    RMSprop,
    Training,
    ValueClipping,
    WarmUp,
    train,
)
from helpers.loss_curves.lab.networks import Workspace
from helpers.loss_curves.lab.optimisers import empty_memory
from helpers.numerics import check_close

property_test = settings(deadline=None, max_examples=25)
seeds = st.integers(0, 2**32 - 1)
cells = st.sampled_from(["relu", "tanh", "lstm"])
small = Training(level="easy", hidden_size=3, batch_size=4, batches_per_epoch=5)


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
            return torch.optim.RMSprop(parameters, alpha=optimiser.decay, eps=optimiser.epsilon, **arguments)
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
        plain_scores(both, symbols[rows], taught[rows])[0].backward()
        gradient = torch.cat([p.grad.ravel() for p in parameters])
        match training.clipping:
            case NormClipping(threshold):
                torch.nn.utils.clip_grad_norm_(parameters, threshold)
            case ValueClipping(threshold):
                torch.nn.utils.clip_grad_value_(parameters, threshold)
        if training.warm_up is not None:
            optimiser.param_groups[0]["lr"] = training.optimiser.learning_rate * min(
                1, k / training.warm_up.steps
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


def plain_scores(both, symbols, labels):
    logits = module_logits(both, torch.from_numpy(temporal_order.one_hot(symbols, np.float64)))
    labels = torch.from_numpy(labels)
    return torch.nn.functional.cross_entropy(logits, labels), (
        logits.argmax(dim=1) == labels
    ).double().mean().item()


def curves_of(curves, replica):
    names = (
        "loss",
        "accuracy",
        "gradient_norm",
        "step_size",
        "held_out_loss",
        "held_out_accuracy",
        "parameters",
    )
    return {name: getattr(curves, name)[replica] for name in names}


class TestNetworks:
    def test_one_step_of_an_lstm_by_hand(self):
        network = Network("lstm", inputs=1, hidden_size=1, classes=1)
        theta = np.zeros(network.parameters)
        weights = network.split(theta)
        weights["weight_ih"][:, 0] = [0, 0, math.atanh(1 / 2), math.log(3)]  # i = f = 1/2, g = 1/2, o = 3/4
        weights["weight"][:] = 8
        weights["bias"][:] = 1
        logits = network.logits(torch.tensor(theta[np.newaxis]), torch.ones(1, 1, 1, 1, dtype=torch.float64))
        check_close(logits, [[[8 * 3 / 4 * math.tanh(1 / 4) + 1]]])

    @property_test
    @given(
        cells,
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(1, 3),
        st.integers(1, 5),
        st.integers(1, 3),
        seeds,
    )
    def test_logits_and_gradient_are_those_of_pytorchs_layers(self, cell, m, n, classes, T, R, seed):
        rng = np.random.default_rng(seed)
        network = Network(cell, n, m, classes)
        theta = torch.tensor(rng.normal(size=(R, network.parameters)), requires_grad=True)
        x = torch.tensor(rng.normal(size=(T, R, n, 2)))
        direction = torch.tensor(rng.normal(size=(R, classes, 2)))
        logits = network.logits(theta, x)
        (gradient,) = torch.autograd.grad((logits * direction).sum(), theta)
        for r in range(R):
            both = module(cell, n, m, classes, theta[r].detach())
            expected = module_logits(both, x[:, r].permute(2, 0, 1))
            expected_gradient = torch.autograd.grad(
                (expected.T * direction[r]).sum(), list(both.parameters())
            )
            check_close(logits[r].detach().T, expected.detach())
            check_close(gradient[r], torch.cat([part.ravel() for part in expected_gradient]))

    @pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
    def test_a_pass_that_was_overwritten_has_no_gradient(self, cell):
        network = Network(cell, 2, 3, 4)
        theta = torch.ones(1, network.parameters, requires_grad=True)
        logits = network.logits(theta, torch.ones(5, 1, 2, 1))
        network.logits(theta, torch.zeros(5, 1, 2, 1))
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            logits.sum().backward()

    def test_an_array_is_used_again_if_it_is_of_the_same_shape_and_precision(self):
        workspace, single, double = Workspace(), torch.zeros(1), torch.zeros(1, dtype=torch.float64)
        first = workspace.empty("u", single, 2, 3)
        assert workspace.empty("u", single, 2, 3) is first
        assert workspace.empty("u", single, 2, 4).shape == (2, 4)
        assert workspace.empty("u", double, 2, 4).dtype == torch.float64

    @pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
    def test_fresh_weights_are_spread_as_pytorchs(self, cell):
        network = Network(cell, 8, 16, 4)
        views = network.split(network.initial(np.random.default_rng(0)))
        both = module(cell, 8, 16, 4, np.concatenate([view.ravel() for view in views.values()]))
        for ours, theirs in zip(views.values(), both.parameters(), strict=True):
            np.testing.assert_array_equal(ours, theirs.detach())
        fresh = torch.nn.ModuleList([type(both[0])(8, 16), torch.nn.Linear(16, 4)])
        for ours, theirs in zip(views.values(), fresh.parameters(), strict=True):
            assert abs(ours).max() <= 1 / 4
            assert theirs.abs().max() <= 1 / 4
        whole = np.concatenate([view.ravel() for view in views.values()])
        assert abs(whole.std() - 1 / 4 / math.sqrt(3)) < 0.02


class TestOptimisers:
    rates = st.sampled_from([1e-3, 0.1])
    decays = st.sampled_from([0.0, 0.01, 0.3])
    momenta = st.sampled_from([0.0, 0.5, 0.99])
    epsilons = st.sampled_from([1e-8, 1e-2])
    optimisers = st.one_of(
        st.builds(SGD, rates, momenta, decays),
        st.builds(RMSprop, rates, momenta, epsilons, decays),
        st.builds(Adam, rates, st.tuples(momenta, momenta), epsilons, decays),
        st.builds(AdamW, rates, st.tuples(momenta, momenta), epsilons, decays),
    )

    def test_first_steps_by_hand(self):
        theta, g = torch.zeros(1, 2, dtype=torch.float64), torch.tensor([[4.0, -0.25]], dtype=torch.float64)
        for optimiser, expected in [
            (SGD(0.5), [[-2, 0.125]]),
            (RMSprop(0.5, decay=0.75, epsilon=1e-300), [[-1, 1]]),
            (Adam(0.5, epsilon=1e-300), [[-0.5, 0.5]]),
        ]:
            check_close(
                optimiser.step(theta, g, empty_memory(optimiser, theta), 1, optimiser.learning_rate), expected
            )

    @property_test
    @given(optimisers, seeds)
    def test_steps_are_those_of_torch_optim(self, optimiser, seed):
        rng = np.random.default_rng(seed)
        theta = torch.tensor(rng.normal(size=(2, 3)))
        parameter = torch.nn.Parameter(theta.clone())
        theirs = torch_optimiser(optimiser, [parameter])
        memory = empty_memory(optimiser, theta)
        for k in range(1, 8):
            g = torch.tensor(rng.normal(size=(2, 3)) * 10.0 ** rng.integers(-4, 2))
            theta = theta + optimiser.step(theta, g, memory, k, optimiser.learning_rate)
            parameter.grad = g.clone()
            theirs.step()
            check_close(theta, parameter.detach())

    def test_settings_left_out_are_those_of_the_records(self):
        assert SGD() == SGD(learning_rate=0.1, momentum=0.0, weight_decay=0.0)
        assert RMSprop() == RMSprop(learning_rate=1e-3, decay=0.99, epsilon=1e-8, weight_decay=0.0)
        assert Adam() == Adam(learning_rate=1e-3, decays=(0.9, 0.999), epsilon=1e-8, weight_decay=0.0)
        assert AdamW() == AdamW(learning_rate=1e-3, decays=(0.9, 0.999), epsilon=1e-8, weight_decay=1e-2)


class TestInterventions:
    def test_clipping_by_hand(self):
        g = torch.tensor([[3.0, 4.0], [0.3, 0.4]], dtype=torch.float64)
        check_close(NormClipping(1.0)(g), [[0.6, 0.8], [0.3, 0.4]], tolerance=1e-6)
        check_close(ValueClipping(0.35)(-g), [[-0.35, -0.35], [-0.3, -0.35]])

    def test_label_noise_leaves_three_in_four_of_those_replaced_wrong(self):
        labels = np.full(40_000, 2)
        noisy = LabelNoise(0.4)(labels, 4, np.random.default_rng(0))
        np.testing.assert_allclose(np.bincount(noisy) / 40_000, [0.1, 0.1, 0.7, 0.1], atol=0.01)

    @pytest.mark.parametrize("cell", ["relu", "lstm"])
    def test_starts(self, cell):
        network, rng = Network(cell, 8, 5, 4), np.random.default_rng(0)
        fresh = network.initial(rng)
        for start in (OrthogonalStart(), IdentityStart()):
            theta = fresh.copy()
            weights = network.split(theta)
            start(weights, rng)
            for block in theta[network.gates * 5 * 8 :][: network.gates * 25].reshape(-1, 5, 5):
                check_close(block @ block.T, np.eye(5))
            np.testing.assert_array_equal(weights["weight"], network.split(fresh)["weight"])
        np.testing.assert_array_equal(weights["weight_hh"], np.tile(np.eye(5), (network.gates, 1)))
        assert not weights["bias_ih"].any()
        assert not weights["bias_hh"].any()

    def test_an_orthogonal_start_favours_no_sign(self):
        network, theta = Network("tanh", 1, 1, 1), np.zeros(6)
        drawn = set()
        for seed in range(20):
            OrthogonalStart()(network.split(theta), np.random.default_rng(seed))
            drawn.add(network.split(theta)["weight_hh"].item())
        assert drawn == {-1, 1}


class TestTraining:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"cell": "tanh"},
            {"cell": "relu"},
            {"level": "normal"},
            {"clipping": NormClipping(0.1)},
            {"clipping": ValueClipping(0.01)},
            {"warm_up": WarmUp(6)},
            {"label_noise": LabelNoise(0.5)},
            {"start": OrthogonalStart()},
            {"start": IdentityStart(), "cell": "relu"},
            {"optimiser": RMSprop(1e-2, decay=0.9, epsilon=1e-3, weight_decay=0.1)},
            {"optimiser": Adam(1e-2)},
            {
                "optimiser": AdamW(1e-2, weight_decay=0.1),
                "warm_up": WarmUp(3),
                "clipping": NormClipping(0.05),
            },
            {"optimiser": SGD(0.3, momentum=0.9)},
        ],
        ids=str,
    )
    def test_each_replica_is_trained_as_a_plain_loop_trains_it(self, changes):
        training = replace(small, **changes)
        curves = train(training, seeds=[3, 11], steps=13, dtype=torch.float64)
        for replica, seed in enumerate(curves.seeds):
            expected = plain_training(training, seed, 13)
            for (name, actual), value in zip(curves_of(curves, replica).items(), expected, strict=True):
                check_close(actual, value, name=name)

    @pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_a_replica_alone_has_the_curves_that_it_has_among_others(self, cell, dtype):
        training = replace(small, cell=cell, hidden_size=12, batch_size=32)
        together = train(training, seeds=range(5), steps=20, dtype=dtype)
        for seed in (0, 3):
            alone = curves_of(train(training, [seed], steps=20, dtype=dtype), 0)
            for name, curve in curves_of(together, seed).items():
                check_close(
                    curve, alone[name], name=name, tolerance=1e-10 if dtype == torch.float64 else 1e-4
                )

    def test_a_diverged_replica_is_recorded_and_disturbs_no_other(self):
        training = replace(small, cell="relu", start=IdentityStart(), optimiser=SGD(3.0))
        curves = train(training, seeds=range(12), steps=30)
        lost = ~np.isfinite(curves.loss)
        diverged_at = np.where(lost.any(axis=1), lost.argmax(axis=1) + 1, 0)
        assert 0 < (diverged_at > 0).sum() < 12
        for replica, step in enumerate(diverged_at):
            alone = train(training, [curves.seeds[replica]], steps=30)
            for name, curve in curves_of(curves, replica).items():
                check_close(curve, curves_of(alone, 0)[name], name=name, tolerance=1e-3)
            finite = np.isfinite(curves.loss[replica])
            if step:
                np.testing.assert_array_equal(finite, np.arange(1, 31) < step)
                assert np.isnan(curves.accuracy[replica, ~finite]).all()
                assert np.isnan(curves.step_size[replica, step:]).all()
            else:
                assert finite.all()
                assert np.isfinite(curves.parameters[replica]).all()

    def test_interventions_are_compared_on_the_same_weights_and_sequences(self):
        losses = [
            train(replace(small, **changes), [5], steps=1).loss
            for changes in (
                {},
                {"clipping": NormClipping(0.1)},
                {"optimiser": Adam()},
                {"label_noise": LabelNoise(0)},
            )
        ]
        np.testing.assert_array_equal(losses, losses[:1] * 4)

    def test_seeds_differ(self):
        curves = train(small, [0, 1], steps=1)
        assert curves.loss[0] != curves.loss[1]

    def test_training_never_draws_what_is_held_out(self, monkeypatch):
        drawn = {True: [], False: []}
        sample = temporal_order.sample

        def recording_sample(level, count, rng, *, held_out=False):
            batch = sample(level, count, rng, held_out=held_out)
            drawn[held_out] += temporal_order.text(batch.symbols)
            return batch

        monkeypatch.setattr(temporal_order, "sample", recording_sample)
        train(replace(small, batch_size=32), [0, 1], steps=20)
        assert len(drawn[True]) == 128
        assert len(drawn[False]) == 2 * 4 * 5 * 32
        assert not set(drawn[True]) & set(drawn[False])

    def test_it_learns(self):
        training = Training(level="easy", hidden_size=8, optimiser=Adam(2e-2))
        curves = train(training, [0, 1], steps=310)
        assert (curves.held_out_accuracy[:, -1] > 0.95).all()
        assert (curves.held_out_accuracy[:, 0] < 0.9).all()


class TestBadInput:
    @pytest.mark.parametrize(
        ("changes", "error", "message"),
        [
            ({"level": "medium"}, ValueError, "level must be one of easy"),
            ({"level": {"easy"}}, ValueError, "level must be one of easy"),
            ({"cell": np.array([])}, ValueError, "cell must be one of relu"),
            ({"hidden_size": [2]}, TypeError, "hidden_size must be a whole number"),
            ({"batches_per_epoch": [2]}, TypeError, "batches_per_epoch must be a whole number"),
            ({"cell": "gru"}, ValueError, "cell must be one of relu, tanh, lstm, got 'gru'"),
            ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1, got 0"),
            ({"batch_size": 2.0}, TypeError, "batch_size must be a whole number"),
            ({"optimiser": "adam"}, TypeError, "optimiser must be one of SGD, RMSprop, Adam, got 'adam'"),
            (
                {"clipping": 0.1},
                TypeError,
                "clipping must be one of NormClipping, ValueClipping, None, got 0.1",
            ),
            ({"start": IdentityStart}, TypeError, "start must be one of"),
        ],
    )
    def test_training(self, changes, error, message):
        with pytest.raises(error, match=message):
            Training(**changes)

    @pytest.mark.parametrize(
        ("make", "error", "message"),
        [
            (lambda: SGD(0), ValueError, "learning_rate must be a number greater than 0, got 0"),
            (lambda: SGD(momentum=1.0), ValueError, "momentum must be from 0 to below 1, got 1.0"),
            (lambda: RMSprop(epsilon=0), ValueError, "epsilon must be"),
            (lambda: RMSprop(decay=math.nan), ValueError, "decay must be"),
            (lambda: Adam(decays=0.9), TypeError, "decays must be 2 numbers from 0 to below 1, got 0.9"),
            (lambda: Adam(decays=(0.9, 1.0)), ValueError, "decays must be 2 numbers from 0 to below 1, got"),
            (lambda: AdamW(weight_decay=-1), ValueError, "weight_decay must be a number that is at least 0"),
            (lambda: NormClipping("1"), TypeError, "threshold must be a number greater than 0, got '1'"),
            (lambda: ValueClipping(-1), ValueError, "threshold must be"),
            (lambda: WarmUp([3]), TypeError, r"steps must be a whole number, got \[3\]"),
            (lambda: WarmUp(0), ValueError, "steps must be at least 1, got 0"),
            (lambda: LabelNoise(1), ValueError, "probability must be from 0 to below 1, got 1"),
        ],
    )
    def test_interventions(self, make, error, message):
        with pytest.raises(error, match=message):
            make()

    @pytest.mark.parametrize("make", [SGD, RMSprop, Adam, AdamW])
    def test_every_setting_of_an_optimiser(self, make):
        for field in dataclasses.fields(make):
            with pytest.raises((TypeError, ValueError), match=f"^{field.name} must be "):
                make(**{field.name: -1})

    @pytest.mark.parametrize(
        "settings",
        [
            *(SGD(), RMSprop(), Adam(), AdamW(), OrthogonalStart(), IdentityStart()),
            *(NormClipping(1.0), ValueClipping(1.0), WarmUp(1), LabelNoise(0.5)),
            *(Training(), train(Training(level="easy", hidden_size=4), seeds=[0], steps=1)),
        ],
    )
    def test_settings_stay_as_they_are(self, settings):
        with pytest.raises(dataclasses.FrozenInstanceError):
            settings.another = 1

    def test_before_the_first_epoch_ends_nothing_is_held_out(self):
        curves = train(Training(level="easy", hidden_size=4), seeds=[0, 1], steps=30)
        assert curves.held_out_loss.shape == curves.held_out_accuracy.shape == (2, 0)

    def test_the_settings_left_out_are_the_courses_and_one_is_the_least(self):
        course = Training()
        assert (course.hidden_size, course.batch_size, course.batches_per_epoch) == (12, 32, 31)
        assert Training(batch_size=1, batches_per_epoch=1).batch_size == 1

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (("lstm", [0], 1), TypeError, "training must be a Training"),
            ((small, [], 1), ValueError, "seeds must hold at least one whole number, got none"),
            ((small, [0.5], 1), TypeError, "seeds must be a whole number, got 0.5"),
            ((small, 3, 1), TypeError, "seeds must be a sequence of whole numbers, got 3"),
            ((small, [0], [1]), TypeError, "steps must be a whole number"),
            ((small, [-1], 1), ValueError, "seeds must be at least 0"),
            ((small, [0], 0), ValueError, "steps must be at least 1"),
        ],
    )
    def test_train(self, arguments, error, message):
        training, seeds, steps = arguments
        with pytest.raises(error, match=message):
            train(training, seeds, steps=steps)

    @pytest.mark.parametrize("dtype", [None, float, "float32", torch.int64, torch.bool])
    def test_dtype(self, dtype):
        with pytest.raises(TypeError, match=r"dtype must be a torch\.dtype of floating-point numbers, got "):
            train(small, [0], steps=1, dtype=dtype)
