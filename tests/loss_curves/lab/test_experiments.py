"""The experiments of chapter 1.3: the cliff, untrained networks, and what a spike is made of."""

import inspect
import json
import math
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import cliff, recorded_census, recorded_replay, temporal_order
from helpers.loss_curves import untrained as initial
from helpers.loss_curves.lab import SGD, LabelNoise, NormClipping, RMSprop, Training, WarmUp, replay, train
from helpers.loss_curves.lab.training import Step, each_step, gradient, loss_and_accuracy, one_hot
from helpers.loss_curves.spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS, epoch_learnt, spike_onsets
from helpers.numerics import check_close

property_test = settings(deadline=None, max_examples=25)


class TestCliff:
    def test_one_place_by_hand(self):
        """With w = 0 the state is b from the first step on, and w moves the last one by σ(b)."""
        loss, gradient = cliff.loss_and_gradient(0, math.log(3))
        check_close(loss, 0.05**2)
        by_state = 2 * 0.05 * 0.75 * 0.25
        check_close(gradient, [by_state * 0.75, by_state])

    @property_test
    @given(st.floats(-8, 8), st.floats(-5, 3))
    def test_gradient_is_what_autograd_says(self, w, b):
        theta = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
        h = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(50):
            h = theta[0] * torch.sigmoid(h) + theta[1]
        expected = (torch.sigmoid(h) - 0.7) ** 2
        (expected_gradient,) = torch.autograd.grad(expected, theta)
        loss, gradient = cliff.loss_and_gradient(w, b)
        check_close(loss, expected.item())
        check_close(gradient, expected_gradient, tolerance=1e-8)  # at the wall the state multiplies rounding

    def test_a_grid_is_each_place_by_itself(self):
        w, b = np.meshgrid([4.0, 5.0, 6.0], [-3.0, -2.0])
        loss, gradient = cliff.loss_and_gradient(w, b)
        for place in np.ndindex(w.shape):
            alone = cliff.loss_and_gradient(w[place], b[place])
            check_close(loss[place], alone[0])
            check_close(gradient[place], alone[1])

    @property_test
    @given(st.floats(0.01, 1), st.sampled_from([0.05, 1.0, np.inf]), st.integers(1, 8))
    def test_descent_is_torch_sgd_with_torch_clipping(self, learning_rate, threshold, steps):
        theta = torch.nn.Parameter(torch.tensor([4.8, -2.4], dtype=torch.float64))
        optimiser = torch.optim.SGD([theta], lr=learning_rate)
        way = [theta.detach().clone()]
        for _ in range(steps):
            theta.grad = torch.tensor(cliff.loss_and_gradient(*theta.detach().numpy())[1])
            torch.nn.utils.clip_grad_norm_([theta], threshold)
            optimiser.step()
            way.append(theta.detach().clone())
        # PyTorch has 10⁻⁶ beside the norm in the denominator.
        actual = cliff.descend([4.8, -2.4], learning_rate, threshold, steps)
        check_close(actual, torch.stack(way), tolerance=1e-4)

    def test_many_ways_at_once_are_each_alone(self):
        rates, thresholds = np.array([[0.05], [0.2]]), np.array([0.1, np.inf])
        together = cliff.descend([5.5, -2.4], rates, thresholds, steps=20)
        for row, column in np.ndindex(2, 2):
            alone = cliff.descend([5.5, -2.4], rates[row, 0], thresholds[column], steps=20)
            check_close(together[:, row, column], alone)

    def test_clipped_steps_are_no_longer_than_allowed_and_some_are_not_clipped(self):
        way = cliff.descend([5.5, -2.4], learning_rate=0.2, threshold=1.0, steps=200)
        lengths = np.linalg.norm(np.diff(way, axis=0), axis=1)
        assert lengths.max() <= 0.2 + 1e-12
        assert (np.abs(lengths - 0.2) < 1e-12).sum() < 50

    def test_bad_input(self):
        with pytest.raises(ValueError, match=r"start must have shape \(2,\), got shape \(3,\)"):
            cliff.descend([1, 2, 3], 0.1, 1.0, 5)
        with pytest.raises(ValueError, match="learning_rate and threshold must be greater than 0"):
            cliff.descend([1, 2], 0.1, 0, 5)
        with pytest.raises(ValueError, match="learning_rate and threshold must be greater than 0"):
            cliff.descend([1, 2], 0, 1.0, 5)
        with pytest.raises(TypeError, match="steps must be a whole number"):
            cliff.descend([1, 2], 0.1, 1.0, [5, 5])
        with pytest.raises(TypeError, match="w must hold real numbers"):
            cliff.loss_and_gradient("w", 0)
        with pytest.raises(ValueError, match="steps must be at least 1"):
            cliff.descend([1, 2], 0.1, 1.0, 0)


class TestUntrained:
    def test_two_classes_by_hand(self):
        """Logits 0 and ln 3 give the probabilities ¼ and ¾."""
        z = np.array([[0.0], [math.log(3)]])
        check_close(initial.log_sum_exp(z) - z, -np.log([[0.25], [0.75]]))

    @property_test
    @given(st.integers(2, 6), st.floats(0, 200), st.integers(0, 2**32 - 1))
    def test_log_sum_exp_is_pytorchs(self, classes, scale, seed):
        z = scale * np.random.default_rng(seed).normal(size=(3, classes, 4))
        check_close(initial.log_sum_exp(z), torch.logsumexp(torch.from_numpy(z), dim=1))

    def test_states_are_those_that_the_network_reads_its_logits_from(self):
        network, rng = Training().network, np.random.default_rng(0)
        theta = torch.tensor(np.stack([network.initial(rng) for _ in range(2)]))
        x = one_hot(torch.from_numpy(rng.integers(8, size=(2, 5, 30))), theta.dtype)
        weights = network.split(theta)
        logits = weights["weight"] @ network.last_state(theta, x) + weights["bias"].unsqueeze(-1)
        check_close(network.logits(theta, x), logits)

    def test_last_states_are_those_of_the_network_that_is_trained(self):
        """With the same draws: fresh weights, and a batch for each network."""
        network, N, B = Training().network, 3, 5
        weight_rng, data_rng = map(np.random.default_rng, np.random.SeedSequence(0).spawn(2))
        theta = torch.tensor(np.stack([network.initial(weight_rng) for _ in range(N)]))
        symbols = temporal_order.sample("moderate", N * B, data_rng).symbols.reshape(N, B, -1)
        h = network.last_state(theta, one_hot(torch.from_numpy(symbols), theta.dtype))
        check_close(initial._last_states(N, B), h)

    def test_loss_and_accuracy_are_pytorchs(self, monkeypatch):
        """With states and draws that are laid open."""
        h = np.random.default_rng(5).normal(size=(3, 2, 4))
        monkeypatch.setattr(initial, "_last_states", lambda networks, batch_size: h)
        result = initial.untrained(3, networks=3, scale=2.0, batch_size=4)
        random = np.random.default_rng([3, 4])
        parameters = torch.from_numpy(random.uniform(-1, 1, size=(3, 3, 3)) * 2 / math.sqrt(2))
        labels = torch.from_numpy(random.integers(3, size=(3, 1, 4)))[:, 0]
        z = parameters[..., :2] @ torch.from_numpy(h) + parameters[..., 2:]
        losses = torch.nn.functional.cross_entropy(z, labels, reduction="none").mean(dim=1)
        check_close(result.loss, losses)
        check_close(result.accuracy, (z.argmax(dim=1) == labels).double().mean(dim=1))
        check_close(result.variance, (z**2).mean())

    def test_left_out_is_the_scale_of_pytorch_and_the_batch_of_the_course(self):
        np.testing.assert_array_equal(
            initial.untrained(3, networks=1).loss,
            initial.untrained(3, networks=1, scale=1.0, batch_size=32).loss,
        )

    def test_expected_loss_is_the_mean_where_logits_are_small(self):
        for classes in (2, 4, 9):
            z = 0.1 * np.random.default_rng(classes).normal(size=(200_000, classes, 1))
            mean = (initial.log_sum_exp(z) - z.mean(axis=1)).mean()
            assert abs(mean - initial.expected_loss(0.01, classes)) < 5e-5
            assert abs(mean - np.log(classes)) > 2e-3

    def test_bad_input(self):
        with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
            initial.untrained(1, networks=3)
        with pytest.raises(TypeError, match="networks must be a whole number"):
            initial.untrained(4, networks=2.5)
        with pytest.raises(TypeError, match="classes must be a whole number"):
            initial.untrained([2, 2], networks=1)
        with pytest.raises(TypeError, match="networks must be a whole number"):
            initial.untrained(2, networks=[1, 1])
        with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
            initial.untrained(2, networks=1, batch_size=0)


QUICK = Training(level="normal", hidden_size=8, batch_size=16, optimiser=RMSprop(1e-2))
SEEDS, STEPS = range(8), 31 * 16


@pytest.fixture(scope="module")
def replayed():
    """A training that learns within seconds, with a learning rate so high that it spikes."""
    return replay.replay(SEEDS, steps=STEPS, training=QUICK)


@pytest.fixture(scope="module")
def curves():
    """Of the same training."""
    return train(QUICK, SEEDS, steps=STEPS)


class TestReplay:
    def test_what_was_taken_is_what_training_took(self, replayed):
        """The loss after the replayed step is that which the next batch had; the next test says which batch that is."""
        assert replayed.spikes
        for spike in replayed.spikes:
            check_close(spike["taken"], spike["loss"], tolerance=1e-4)
            assert spike["wrong_labels"] == 0

    def test_spikes_are_those_of_the_curve(self, replayed, curves):
        expected = []
        for seed in SEEDS:
            learnt_at = epoch_learnt(curves.accuracy[seed], 31)
            begins = np.flatnonzero(spike_onsets(curves.loss[seed]))
            expected += [
                (seed, k + 1) for k in begins if learnt_at and k >= max(31 * learnt_at, replay.USUAL + 1)
            ]
        found = [(spike["seed"], spike["step"]) for spike in replayed.spikes]
        assert sorted(found) == expected
        for spike in replayed.spikes:
            seed, k = spike["seed"], spike["step"] - 1  # column k is the batch of the spike
            for name, curve, at in (
                ("loss", curves.loss, k),
                ("accuracy", curves.accuracy, k),
                ("loss_before", curves.loss, k - 1),
                ("gradient_norm", curves.gradient_norm, k - 1),
                ("step_size", curves.step_size, k - 1),
            ):
                check_close(spike[name], curve[seed, at], name=name, tolerance=1e-4)
            assert spike["growth"] >= 1
            assert spike["growth_earlier"] >= 1
            norms = curves.gradient_norm[seed, k - 1 - replay.USUAL : k - 1]
            lengths = curves.step_size[seed, k - 1 - replay.USUAL : k - 1]
            np.testing.assert_allclose(spike["usual_gradient_norm"], np.median(norms), rtol=1e-5)
            np.testing.assert_allclose(spike["usual_step_size"], np.median(lengths), rtol=1e-5)

    def test_the_worst_spike_can_be_repeated_from_its_record(self, replayed):
        worst, network = json.loads(json.dumps(replayed.worst)), QUICK.network
        theta, v, mean_square = (
            torch.tensor(worst[name], dtype=torch.float64) for name in ("theta", "v", "mean_square")
        )
        x, labels = as_batch(worst["sequences_before"])
        _, _, g = gradient(network, theta.unsqueeze(0), x, labels, labels)
        before = replay.StateBefore(
            theta, v, mean_square, g[0], worst["usual_gradient_norm"], worst["usual_step_size"]
        )
        (spike,) = [spike for spike in replayed.spikes if spike["loss"] == worst["loss"]]
        steps = list(islice(each_step(QUICK, network, [worst["seed"]]), worst["step"] - 1))
        *earlier, last = [step.gradient[0].double() for step in steps]
        check_close(g[0], last, tolerance=1e-3)
        np.testing.assert_allclose(mean_square, torch.stack(earlier).square().mean(dim=0), rtol=1e-3)
        x, labels = as_batch(worst["sequences"])
        for name, step in replay.alternative_steps(before, QUICK.optimiser).items():
            loss, _ = loss_and_accuracy(network.logits((theta + step).unsqueeze(0), x), labels)
            check_close(loss.item(), spike[name], name=name, tolerance=1e-3)

    def test_what_is_usual_by_hand(self):
        """Norms 0, 1, …, 99 come before the last, which does not count; nor does its own square."""
        one = torch.ones(1, 1)
        lengths = [(norm * one[0], 2 * norm * one[0]) for norm in (*range(100), 1000.0)]
        step = Step(101, one, None, None, one[0], one[0], 5 * one, one, {})
        before = replay._before(0, replay._Taken(step, 7 * one, 300 * one), lengths)
        assert (before.usual_gradient_norm, before.usual_step_size) == (49.5, 99)
        assert (before.v.item(), before.mean_square.item(), before.gradient.item()) == (7, 3, 5)

    def test_other_steps_of_a_vector(self):
        g = torch.tensor([3.0, -4.0], dtype=torch.float64)
        before = replay.StateBefore(0 * g, torch.tensor([9.0, 0.0]).double(), 4 * g**2, g, 2.5, 0.1)
        steps = replay.alternative_steps(before, RMSprop(0.5, decay=0.75, epsilon=1e-300))
        check_close(steps["taken"], [-0.5, 1.0])  # v becomes 9 and 4
        check_close(steps["none"], [0, 0])
        check_close(steps["usual_length"], np.array([-0.5, 1.0]) / np.sqrt(1.25) * 0.1)
        # Half of g: v becomes 6.75 + 0.25 · 2.25, and 0.25 · 4.
        check_close(steps["clipped"], [-0.5 * 1.5 / np.sqrt(6.75 + 0.5625), 1.0])
        # v becomes 0.75 · 4 g² + 0.25 g².
        check_close(steps["long_memory"], np.array([-0.5, 0.5]) / np.sqrt(3.25))
        check_close(steps["sgd"], [-0.12, 0.16])
        assert before.v.tolist() == [9, 0]  # nothing is written into it
        short = replay.alternative_steps(before._replace(usual_gradient_norm=10.0), RMSprop(0.5))
        check_close(short["clipped"], short["taken"])  # what is shorter than usual stays as it is

    def test_which_batches_begin_spikes_by_hand(self, monkeypatch):
        """Epochs of two batches. All is calm and learnt from the first one on, but for what is said here."""
        training = Training(hidden_size=2, batch_size=4, batches_per_epoch=2)
        changes = [  # losses that are not 0.1, accuracies that are not 1, and the steps at which spikes begin
            ({102: 0.8}, {}, [102]),
            ({101: 0.8}, {}, []),  # there is no telling yet what is usual
            ({110: SPIKE_LOSS, 115: 0.8}, {}, [115]),  # as high as that is not above it
            ({115: 0.8}, dict.fromkeys(range(3, 121), 0.0), [115]),  # learnt is learnt
            ({115: 0.8}, dict.fromkeys(range(1, 121), LEARNT_ACCURACY), [115]),
            ({115: 0.8}, dict.fromkeys(range(1, 121), 0.9), []),
            ({105: 0.8, 115: 0.8}, {}, [105]),
            ({105: 0.8, 116: 0.8}, {}, [105, 116]),
        ]
        R, network = len(changes), training.network
        theta = torch.tensor(network.initial(np.random.default_rng(0))).expand(R, -1).clone()
        symbols, labels = temporal_order.sample(training.level, 4, np.random.default_rng(0))
        batch = [torch.from_numpy(part).expand(R, *part.shape) for part in (symbols, labels)]

        def told(*_):
            for k in range(1, 121):
                loss = torch.tensor([losses.get(k, 0.1) for losses, *_ in changes], dtype=torch.float64)
                accuracy = torch.tensor([accuracies.get(k, 1.0) for _, accuracies, _ in changes])
                theta[:, 0] = k
                yield Step(k, theta.clone(), *batch, loss, accuracy, theta, 0 * theta, {"v": theta**2})

        monkeypatch.setattr(replay, "each_step", told)
        monkeypatch.setattr(replay, "gradient_growth", lambda theta, *_: theta[0].item())
        replayed = replay.replay(range(R), steps=120, training=training)
        found = [[spike["step"] for spike in replayed.spikes if spike["seed"] == seed] for seed in range(R)]
        assert found == [begins for *_, begins in changes]
        assert (replayed.worst["seed"], replayed.worst["step"]) == (0, 102)  # the first of the highest
        for spike in replayed.spikes:  # the growth is that of the step before, and of ten before that
            assert (spike["growth"], spike["growth_earlier"]) == (spike["step"] - 1, spike["step"] - 11)

    def test_a_step_on_swapped_labels_by_the_formula(self, replayed):
        swap, network = replayed.swaps[0], QUICK.network
        steps = []
        for step in islice(each_step(QUICK, network, [swap["seed"]]), swap["step"] + 1):
            steps.append(step._replace(memory={"v": step.memory["v"].clone()}))
        before, this, following = steps[swap["step"] - 2 : swap["step"] + 1]
        _, _, g = gradient(network, this.theta, one_hot(this.symbols, this.theta.dtype), 3 - this.labels)
        v = 0.99 * before.memory["v"] + 0.01 * g**2
        after = this.theta - 1e-2 * g / (v.sqrt() + 1e-8)
        x = one_hot(following.symbols, this.theta.dtype)
        loss, _ = loss_and_accuracy(network.logits(after, x), following.labels)
        check_close(swap["next_after_swapped"], loss.item(), tolerance=1e-3)
        check_close(swap["next_after_true"], following.loss.item(), tolerance=1e-3)

    def test_columns_by_hand(self):
        rows = [{"seed": 123456, "loss": 1.23456}, {"seed": 4, "loss": 2.0}]
        assert replay._columns(rows) == {"seed": [123456, 4], "loss": [1.235, 2.0]}
        assert replay._columns(rows[1:]) == {"seed": [4], "loss": [2.0]}
        assert replay._columns([]) == {}

    def test_swapped_labels_by_hand(self, replayed):
        """A training that learnt answers right, so with every label swapped it is wrong on those same sequences."""
        assert replayed.swaps
        for swap in replayed.swaps:
            assert swap["swapped_loss"] > 1.2 > swap["loss"]
            assert swap["swapped_accuracy"] < 0.2
            assert swap["next_after_true"] < swap["swapped_loss"]

    def test_labels_are_swapped_at_the_first_calm_step_after_the_epoch_of_learning(self, replayed, curves):
        expected = []
        for seed in SEEDS:
            learnt_at = epoch_learnt(curves.accuracy[seed], 31)
            above = curves.loss[seed] > SPIKE_LOSS
            for k in range(31 * learnt_at, STEPS - 1):
                if learnt_at and k >= replay.USUAL and not above[k - CALM_STEPS + 1 : k + 1].any():
                    expected.append((seed, k + 1))
                    break
        assert sorted((swap["seed"], swap["step"]) for swap in replayed.swaps) == expected

    @pytest.mark.parametrize("steps", [1, 2, 9])
    def test_norms_on_the_way_back_are_those_of_pytorchs_lstm(self, steps):
        network, rng = Training(hidden_size=3).network, np.random.default_rng(steps)
        theta = torch.tensor(rng.normal(size=network.parameters))
        symbols = torch.from_numpy(rng.integers(8, size=(5, steps)))
        labels = torch.from_numpy(rng.integers(4, size=5))
        norms = replay.backward_norms(theta, symbols, labels, network)
        weights = network.split(theta)
        lstm = torch.nn.LSTM(8, 3).double()
        for name, parameter in lstm.named_parameters():
            parameter.data.copy_(weights[name.removesuffix("_l0")])
        x = one_hot(symbols.unsqueeze(0), theta.dtype)[:, 0].mT  # (T, B, n)
        for t in range(1, steps + 1):
            _, state = lstm(x[:t])
            state = [part.detach().requires_grad_() for part in state]
            _, (last, _) = lstm(x[t:], state) if t < steps else (None, state)
            loss = torch.nn.functional.cross_entropy(last[0] @ weights["weight"].T + weights["bias"], labels)
            g = torch.autograd.grad(loss, state, allow_unused=True, materialize_grads=True)
            check_close(norms[t - 1], torch.stack(g).norm().item())
        check_close(replay.gradient_growth(theta, symbols, labels, network), norms.max() / norms[-1])

    def test_bad_input(self):
        with pytest.raises(ValueError, match="seeds must be at least 0, got"):
            replay.replay([-1], steps=3)
        with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
            replay.replay([1], steps=0)
        for changes in (
            {"optimiser": SGD()},
            {"cell": "tanh"},
            {"clipping": NormClipping(1.0)},
            {"warm_up": WarmUp(1)},
            {"label_noise": LabelNoise(0.1)},
        ):
            with pytest.raises(
                ValueError, match="training must be of an LSTM with RMSprop, without clipping"
            ):
                replay.replay([1], steps=1, training=Training(**changes))

    def test_a_record_of_a_few_steps_is_written_and_says_how(self, tmp_path):
        path = tmp_path / "record.json"
        replay.record(path, seeds=1, epochs=1)
        written = json.loads(path.read_text())
        assert (
            written["command"] == f"python -m helpers.loss_curves replay --seeds 1 --epochs 1 --record {path}"
        )
        assert written["settings"] == repr(Training())
        assert written["spikes"] == {}


def as_batch(sequences):
    symbols = temporal_order.symbols_from_text(sequences)
    labels = torch.from_numpy(temporal_order.classify(symbols)).unsqueeze(0)
    return one_hot(torch.from_numpy(symbols).unsqueeze(0), torch.float64), labels


class TestReplayRecord:
    """What the chapter reads."""

    def test_it_is_the_censuss_training(self):
        about = recorded_replay.metadata()
        assert about["settings"] == recorded_census.metadata()["trainings"]["untreated"]
        defaults = [parameter.default for parameter in inspect.signature(replay.record).parameters.values()]
        assert defaults[1:] == [32, 100]
        assert about["command"].startswith("python -m helpers.loss_curves replay --seeds 32 --epochs 100 ")
        assert (about["spike"], about["calm"], about["learnt"]) == (SPIKE_LOSS, CALM_STEPS, LEARNT_ACCURACY)

    def test_its_spikes_are_the_censuss(self):
        spikes = recorded_replay.spikes()
        runs = recorded_census.runs("untreated")
        found = np.bincount(spikes["seed"], minlength=32)
        np.testing.assert_array_equal(found, np.where(runs["learnt_at"] > 0, runs["spikes"], 0))
        for seed, step, loss, taken in zip(
            *(spikes[name] for name in ("seed", "step", "loss", "taken")), strict=True
        ):
            check_close(loss, recorded_census.curves("untreated", seed)["loss"][step - 1], tolerance=1e-3)
            check_close(taken, loss, tolerance=1e-3)
        assert recorded_replay.worst()["loss"] == pytest.approx(spikes["loss"].max(), rel=1e-3)

    def test_share_by_hand(self, monkeypatch):
        """Two seeds, of one and of three spikes: both, the first alone or the second alone may be drawn."""
        monkeypatch.setattr(recorded_replay, "spikes", lambda: {"seed": np.array([4, 7, 7, 7])})
        share = recorded_replay.share_of_spikes([True, False, False, True], rng=np.random.default_rng(0))
        assert share == (0.5, pytest.approx(1 / 3), 1.0, 2)
        among = recorded_replay.share_of_spikes(
            [True, False, False, True], among=[False, True, True, True], rng=np.random.default_rng(0)
        )
        assert among[:1] == (pytest.approx(1 / 3),)
        monkeypatch.setattr(recorded_replay, "spikes", lambda: {"seed": np.array([4, 5, 7, 7])})
        three = recorded_replay.share_of_spikes([True, False, False, False], rng=np.random.default_rng(0))
        assert three == (0.25, 0, 1, 3)  # of seed 4 alone, now and then

    def test_median_by_hand(self, monkeypatch):
        """Seed 4 alone has the median 5, seed 7 alone 2, and both 2.5, the mean of 2 and 3."""
        monkeypatch.setattr(recorded_replay, "spikes", lambda: {"seed": np.array([7, 4, 7, 7])})
        values, rng = np.array([3.0, 5.0, 1.0, 2.0]), np.random.default_rng(0)
        assert recorded_replay.median_of_spikes(values, rng=rng) == (2.5, 2.0, 5.0, 2)
        among = recorded_replay.median_of_spikes(values, among=[True, True, False, False], rng=rng)
        assert among == (4.0, 3.0, 5.0, 2)

    @pytest.mark.parametrize("short", ["condition", "values", "among"])
    def test_columns_of_some_spikes_alone_are_refused(self, short):
        function = recorded_replay.median_of_spikes if short == "values" else recorded_replay.share_of_spikes
        columns = {"values" if short == "values" else "condition": [True] * 212, short: [True, False]}
        message = rf"{short} must have an entry for each of the 212 spikes, got shape \(2,\)"
        with pytest.raises(ValueError, match=message):
            function(*list(columns.values())[:1], rng=np.random.default_rng(0), among=columns.get("among"))

    @property_test
    @given(
        st.lists(st.tuples(st.integers(0, 3), st.floats(-5, 5)), min_size=1, max_size=12), st.integers(0, 99)
    )
    def test_median_naive_loop(self, spikes, seed):
        """Each seed that is drawn brings all of its spikes."""
        seeds, values = map(np.array, zip(*spikes, strict=True))
        there_are = np.unique(seeds)
        drawn = np.random.default_rng(seed).integers(len(there_are), size=(60, len(there_are)))
        medians = sorted(
            np.median(np.concatenate([values[seeds == there_are[place]] for place in row])) for row in drawn
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(recorded_replay, "spikes", lambda: {"seed": seeds})
            patch.setattr(
                recorded_replay, "bootstrap", lambda statistic, sample, rng: sorted(statistic(sample[drawn]))
            )
            found = recorded_replay.median_of_spikes(values, rng=None)
        np.testing.assert_allclose(found, medians, atol=1e-12)
