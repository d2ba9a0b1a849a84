"""Training in replicas: against a plain loop, alone or together."""

import numpy as np
import pytest
import torch
from attrs import evolve
from plain_training import plain_training

from helpers.loss_curves import temporal_order
from helpers.loss_curves.lab import (
    SGD,
    Adam,
    AdamW,
    CosineDecay,
    Dropout,
    IdentityStart,
    LabelNoise,
    NormClipping,
    OrthogonalStart,
    RMSprop,
    StepDecay,
    Training,
    ValueClipping,
    WarmUp,
    train,
)
from helpers.numerics import check_close

small = Training(level="easy", hidden_size=3, batch_size=4, batches_per_epoch=5)


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


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cell": "tanh"},
        {"cell": "relu"},
        {"level": "normal"},
        {"clipping": NormClipping(0.1)},
        {"clipping": ValueClipping(0.01)},
        {"schedule": WarmUp(6)},
        {"schedule": CosineDecay(9)},
        {"schedule": StepDecay(7, 0.5)},
        {"label_noise": LabelNoise(0.5)},
        {"dropout": Dropout(0.3)},
        {"dropout": Dropout(0.5), "label_noise": LabelNoise(0.5)},
        {"start": OrthogonalStart()},
        {"start": IdentityStart(), "cell": "relu"},
        {"optimiser": RMSprop(1e-2, decay=0.9, epsilon=1e-3, weight_decay=0.1)},
        {"optimiser": RMSprop(1e-2, momentum=0.9), "schedule": StepDecay(7, 0.5)},
        {"optimiser": Adam(1e-2)},
        {
            "optimiser": AdamW(1e-2, weight_decay=0.1),
            "schedule": WarmUp(3),
            "clipping": NormClipping(0.05),
        },
        {"optimiser": SGD(0.3, momentum=0.9)},
    ],
    ids=str,
)
def test_each_replica_is_trained_as_a_plain_loop_trains_it(changes):
    training = evolve(small, **changes)
    curves = train(training, seeds=[3, 11], steps=13, dtype=torch.float64)
    for replica, seed in enumerate(curves.seeds):
        expected = plain_training(training, seed, 13)
        for (name, actual), value in zip(curves_of(curves, replica).items(), expected, strict=True):
            check_close(actual, value, name=name)


@pytest.mark.parametrize("cell", ["relu", "tanh", "lstm"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_replica_alone_has_the_curves_that_it_has_among_others(cell, dtype):
    training = evolve(small, cell=cell, hidden_size=12, batch_size=32)
    together = train(training, seeds=range(5), steps=20, dtype=dtype)
    for seed in (0, 3):
        alone = curves_of(train(training, [seed], steps=20, dtype=dtype), 0)
        for name, curve in curves_of(together, seed).items():
            check_close(curve, alone[name], name=name, tolerance=1e-10 if dtype == torch.float64 else 1e-4)


def test_a_diverged_replica_is_recorded_and_disturbs_no_other():
    training = evolve(small, cell="relu", start=IdentityStart(), optimiser=SGD(3.0))
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


def test_interventions_are_compared_on_the_same_weights_and_sequences():
    losses = [
        train(evolve(small, **changes), [5], steps=1).loss
        for changes in (
            {},
            {"clipping": NormClipping(0.1)},
            {"optimiser": Adam()},
            {"label_noise": LabelNoise(0)},
        )
    ]
    np.testing.assert_array_equal(losses, losses[:1] * 4)


def test_seeds_differ():
    curves = train(small, [0, 1], steps=1)
    assert curves.loss[0] != curves.loss[1]


def test_training_never_draws_what_is_held_out(monkeypatch):
    drawn = {True: [], False: []}
    sample = temporal_order.sample

    def recording_sample(level, count, rng, *, held_out=False):
        batch = sample(level, count, rng, held_out=held_out)
        drawn[held_out] += temporal_order.text(batch.symbols)
        return batch

    monkeypatch.setattr(temporal_order, "sample", recording_sample)
    train(evolve(small, batch_size=32), [0, 1], steps=20)
    assert len(drawn[True]) == 128
    assert len(drawn[False]) == 2 * 4 * 5 * 32
    assert not set(drawn[True]) & set(drawn[False])


def test_it_learns():
    training = Training(level="easy", hidden_size=8, optimiser=Adam(2e-2))
    curves = train(training, [0, 1], steps=310)
    assert (curves.held_out_accuracy[:, -1] > 0.95).all()
    assert (curves.held_out_accuracy[:, 0] < 0.9).all()


def test_before_the_first_epoch_ends_nothing_is_held_out():
    curves = train(Training(level="easy", hidden_size=4), seeds=[0, 1], steps=30)
    assert curves.held_out_loss.shape == curves.held_out_accuracy.shape == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("lstm", [0], 1), TypeError, "training must be a Training"),
        ((small, [], 1), ValueError, "seeds must hold at least one whole number, got none"),
        ((small, [0.5], 1), TypeError, "seeds must be a whole number, got 0.5"),
        ((small, 3, 1), TypeError, "seeds must be a sequence of whole numbers, got 3"),
        ((small, [0], [1]), TypeError, "steps must be a whole number"),
        ((small, [0], 2**40), ValueError, "seeds and steps must ask for an array of at most 4 GiB"),
        ((small, [-1], 1), ValueError, "seeds must be at least 0"),
        ((small, [0], 0), ValueError, "steps must be at least 1"),
    ],
)
def test_train(arguments, error, message):
    training, seeds, steps = arguments
    with pytest.raises(error, match=message):
        train(training, seeds, steps=steps)


@pytest.mark.parametrize("dtype", [None, float, "float32", torch.int64, torch.bool])
def test_dtype(dtype):
    with pytest.raises(TypeError, match=r"dtype must be a torch\.dtype of floating-point numbers, got "):
        train(small, [0], steps=1, dtype=dtype)
