"""The replay of spikes: on a quick training, by hand, and against PyTorch's own LSTM."""

import inspect
import json
from itertools import islice

import numpy as np
import pytest
import torch

from helpers.loss_curves import recorded_replay, temporal_order
from helpers.loss_curves.lab import (
    SGD,
    Dropout,
    LabelNoise,
    NormClipping,
    RMSprop,
    Training,
    WarmUp,
    replay,
    train,
)
from helpers.loss_curves.lab.networks import gradient, loss_and_accuracy, one_hot
from helpers.loss_curves.lab.training import Step, each_step
from helpers.loss_curves.spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS, epoch_learnt, spike_onsets
from helpers.numerics import check_close

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


def test_what_was_taken_is_what_training_took(replayed):
    """The loss after the replayed step is that which the next batch had; the next test says which batch that is."""
    assert replayed.spikes
    for spike in replayed.spikes:
        check_close(spike["taken"], spike["loss"], tolerance=1e-4)
        assert spike["wrong_labels"] == 0


def test_what_was_taken_goes_on_as_training_did(replayed, curves):
    """With the step that was taken, and to the end of the training, the continuation is the training itself."""
    for spike in replayed.spikes:
        onwards = curves.loss[spike["seed"], spike["step"] - 1 :][: replay.HORIZON]
        assert spike["taken_until"] == 1  # it is a spike
        above = np.flatnonzero(onwards > np.log(4))
        if len(onwards) == replay.HORIZON or above.size:
            assert spike["taken_until_ln4"] == (above[0] + 1 if above.size else 0)


def test_training_goes_on_from_another_step_by_the_formula(replayed):
    """Each kind of step, of a spike that it puts off, and then RMSprop on the same batches."""
    for name in recorded_replay.STEPS[1:]:
        spike = max(replayed.spikes, key=lambda spike: spike[f"{name}_until"])
        later = goes_on(spike, name)
        assert (later[0] > SPIKE_LOSS) == (spike[name] > SPIKE_LOSS)
        check_close(later[0], spike[name], tolerance=1e-3)
        for suffix, threshold in {"until": SPIKE_LOSS, "until_ln4": np.log(4)}.items():
            above = np.flatnonzero(later > threshold)
            assert spike[f"{name}_{suffix}"] == (above[0] + 1 if above.size else 0), (name, suffix)


def test_rmsprop_remembers_the_gradient_that_it_was_given():
    """The whole gradient, whatever the step was; and the shortened one where it was clipped."""
    training = Training(hidden_size=2, batch_size=4)
    observer, network = replay._Observer(training, (5,)), training.network
    theta = torch.tensor(network.initial(np.random.default_rng(0)), dtype=torch.float32).unsqueeze(0)
    batch = [
        torch.from_numpy(part) for part in temporal_order.sample("moderate", 4, np.random.default_rng(0))
    ]
    batch = [part.unsqueeze(0) for part in batch]
    one, quiet = torch.ones_like(theta), torch.tensor([0.1])
    for k in range(1, 102):
        g = one * (8 if k == 101 else 2)  # four times as long as usual
        step = Step(k, theta, *batch, quiet, quiet, g, 0 * one, {})
        observer.latest.append(replay._Taken(step, 100 * one, one, one[0] > 0))
    observer.add_spike(0, Step(102, theta, *batch, 9 * quiet, quiet, one, one, {}))
    for name, v in zip(recorded_replay.STEPS, observer.continued[0].v, strict=True):
        remembered = 2 if name == "clipped" else 8
        check_close(v, 0.99 * 100 * one[0] + 0.01 * remembered**2, name=name, tolerance=1e-5)


def goes_on(spike, name):
    """The losses of the batches that follow a spike's last step, replaced by another, by a plain loop."""
    network, rmsprop, k = QUICK.network, QUICK.optimiser, spike["step"] - 1
    steps = []
    for step in islice(each_step(QUICK, network, [spike["seed"]]), k + replay.HORIZON):
        steps.append(step._replace(memory={"v": step.memory["v"].clone()}))
    v, last = steps[k - 2].memory["v"][0], steps[k - 1]
    squares = sum(step.gradient[0] ** 2 for step in steps[: k - 1]) / (k - 1)
    g = last.gradient[0]
    usual = spike["usual_gradient_norm"], spike["usual_step_size"]
    before = replay.StateBefore(last.theta[0], v, squares, g, *usual)
    theta = last.theta + replay.alternative_steps(before, rmsprop)[name]
    if name == "clipped":
        g = g * min(1, usual[0] / g.norm())
    v = 0.99 * v + 0.01 * g**2
    losses = []
    for step in steps[k:]:
        loss, _, g = gradient(network, theta, one_hot(step.symbols, theta.dtype), step.labels)
        v = 0.99 * v + 0.01 * g**2
        theta = theta - 1e-2 * g / (v.sqrt() + 1e-8)
        losses.append(loss.item())
    return np.array(losses)


def test_spikes_are_those_of_the_curve(replayed, curves):
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


def test_the_worst_spike_can_be_repeated_from_its_record(replayed):
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


def test_what_is_usual_by_hand():
    """Norms 0, 1, …, 99 come before the last, which does not count; nor does its own square."""
    one = torch.ones(1, 1)
    latest = [
        replay._Taken(
            Step(k, one, None, None, one[0], one[0], norm * one, 2 * norm * one, {}),
            7 * one,
            300 * one,
            one[0],
        )
        for k, norm in enumerate((*range(100), 1000.0), 1)
    ]
    before = replay._state_before(0, latest)
    assert (before.usual_gradient_norm, before.usual_step_size) == (49.5, 99)
    assert (before.v.item(), before.mean_square.item(), before.gradient.item()) == (7, 3, 1000)


def test_other_steps_of_a_vector():
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


def test_which_batches_begin_spikes_by_hand(monkeypatch):
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

    def each_step_by_hand(*_):
        for k in range(1, 121):
            loss = torch.tensor([losses.get(k, 0.1) for losses, *_ in changes], dtype=torch.float64)
            accuracy = torch.tensor([accuracies.get(k, 1.0) for _, accuracies, _ in changes])
            theta[:, 0] = k
            yield Step(k, theta.clone(), *batch, loss, accuracy, theta, 0 * theta, {"v": theta**2})

    monkeypatch.setattr(replay, "each_step", each_step_by_hand)
    monkeypatch.setattr(replay, "gradient_growth", lambda theta, *_: theta[0].item())
    replayed = replay.replay(range(R), steps=120, training=training)
    found = [[spike["step"] for spike in replayed.spikes if spike["seed"] == seed] for seed in range(R)]
    assert found == [begins for *_, begins in changes]
    assert (replayed.worst["seed"], replayed.worst["step"]) == (0, 102)  # the first of the highest
    for spike in replayed.spikes:  # the growth is that of the step before, and of ten before that
        assert (spike["growth"], spike["growth_earlier"]) == (spike["step"] - 1, spike["step"] - 11)


def test_a_step_on_swapped_labels_by_the_formula(replayed):
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


def test_columns_by_hand():
    rows = [{"seed": 123456, "loss": 1.23456}, {"seed": 4, "loss": 2.0}]
    assert replay._columns(rows) == {"seed": [123456, 4], "loss": [1.235, 2.0]}
    assert replay._columns(rows[1:]) == {"seed": [4], "loss": [2.0]}
    assert replay._columns([]) == {}


def test_swapped_labels_by_hand(replayed):
    """A training that learnt answers right, so with every label swapped it is wrong on those same sequences."""
    assert replayed.swaps
    for swap in replayed.swaps:
        assert swap["swapped_loss"] > 1.2 > swap["loss"]
        assert swap["swapped_accuracy"] < 0.2
        assert swap["next_after_true"] < swap["swapped_loss"]


def test_labels_are_swapped_at_the_first_calm_step_after_the_epoch_of_learning(replayed, curves):
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
def test_norms_on_the_way_back_are_those_of_pytorchs_lstm(steps):
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


def test_bad_input():
    with pytest.raises(ValueError, match="seeds must be at least 0, got"):
        replay.replay([-1], steps=3)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        replay.replay([1], steps=0)
    for changes in (
        {"optimiser": SGD()},
        {"cell": "tanh"},
        {"clipping": NormClipping(1.0)},
        {"schedule": WarmUp(1)},
        {"label_noise": LabelNoise(0.1)},
        {"dropout": Dropout(0.1)},
        {"optimiser": RMSprop(momentum=0.5)},
    ):
        with pytest.raises(
            ValueError, match="training must be of an LSTM with RMSprop, without momentum, clipping"
        ):
            replay.replay([1], steps=1, training=Training(**changes))


def test_a_record_is_of_the_censuss_seeds_and_epochs():
    defaults = [
        parameter.default for parameter in inspect.signature(replay.record_replay).parameters.values()
    ]
    assert defaults[1:] == [range(32), 100]


def test_a_record_of_a_few_steps_is_written_and_says_how(tmp_path):
    path = tmp_path / "record.json"
    replay.record_replay(path, seeds=range(3, 4), epochs=1)
    written = json.loads(path.read_text())
    assert (
        written["command"]
        == f"python -m helpers.loss_curves replay --first-seed 3 --seeds 1 --epochs 1 --record {path}"
    )
    assert written["settings"] == repr(Training())
    assert written["spikes"] == {}


def as_batch(sequences):
    symbols = temporal_order.symbols_from_text(sequences)
    labels = torch.from_numpy(temporal_order.classify(symbols)).unsqueeze(0)
    return one_hot(torch.from_numpy(symbols).unsqueeze(0), torch.float64), labels
