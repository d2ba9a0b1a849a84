"""Settings: those that are refused, those left out, and that they do not change."""

import math

import attrs
import numpy as np
import pytest

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
        (
            {"schedule": 310},
            TypeError,
            "schedule must be one of WarmUp, CosineDecay, StepDecay, None, got 310",
        ),
        ({"dropout": 0.1}, TypeError, "dropout must be one of Dropout, None, got 0.1"),
        ({"label_noise": 0.1}, TypeError, "label_noise must be one of LabelNoise, None, got 0.1"),
    ],
)
def test_training(changes, error, message):
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
        (lambda: SGD(10**400), ValueError, r"learning_rate must be at most 1\.79\d+e\+308, got 1000"),
        (
            lambda: NormClipping(-(10**5000)),
            ValueError,
            "threshold must be a number greater than 0, got a value",
        ),
        (lambda: CosineDecay(0), ValueError, "steps must be at least 1, got 0"),
        (lambda: StepDecay(0), ValueError, "steps must be at least 1, got 0"),
        (lambda: StepDecay(1, -1), ValueError, "factor must be a number that is at least 0, got -1"),
        (lambda: Dropout(1), ValueError, "probability must be from 0 to below 1, got 1"),
        (lambda: LabelNoise(1), ValueError, "probability must be from 0 to below 1, got 1"),
    ],
)
def test_interventions(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_memory_may_be_forgotten_at_once():
    assert (SGD(momentum=0).momentum, RMSprop(decay=0).decay, Adam(decays=(0, 0)).decays) == (0, 0, (0, 0))


@pytest.mark.parametrize("make", [SGD, RMSprop, Adam, AdamW])
def test_every_setting_of_an_optimiser(make):
    for field in attrs.fields(make):
        with pytest.raises((TypeError, ValueError), match=f"^{field.name} must be "):
            make(**{field.name: -1})


@pytest.mark.parametrize(
    "settings",
    [
        *(SGD(), RMSprop(), Adam(), AdamW(), OrthogonalStart(), IdentityStart()),
        *(NormClipping(1.0), ValueClipping(1.0), WarmUp(1), LabelNoise(0.5)),
        *(CosineDecay(1), StepDecay(1), Dropout(0.5)),
        *(Training(), train(Training(level="easy", hidden_size=4), seeds=[0], steps=1)),
    ],
)
def test_settings_stay_as_they_are(settings):
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        settings.another = 1


def test_the_settings_left_out_are_the_courses_and_one_is_the_least():
    course = Training()
    assert (course.hidden_size, course.batch_size, course.batches_per_epoch) == (12, 32, 31)
    assert Training(batch_size=1, batches_per_epoch=1).batch_size == 1
