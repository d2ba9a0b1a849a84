"""Right calls of the public functions of helpers.loss_curves, for tests/repository/test_bad_input.py."""

import dataclasses

import numpy as np
import torch
from fuzzing import Call, call_of, normal, sizes
from hypothesis import strategies as st

from helpers.loss_curves import lab, spikes, temporal_order

EXEMPT = {
    r"loss_curves\.temporal_order\.Batch": "what sample returns",
    r"loss_curves\.(recorded_census|recorded_replay)\.\w+": "takes the trainings and measures of a record, which its own tests read",
    r"loss_curves\.(cliff|untrained|lab\.condense|lab\.replay)\.\w+": "an experiment on networks and folders of its own",
    r"loss_curves\.lab\.census\.\w+": "writes files: tests/loss_curves/lab/test_census.py",
    r"loss_curves\.lab\.settings\.\w+": "checks the settings that are fuzzed",
    r"loss_curves\.lab\.networks\.(?!Network$)\w+(\.\w+)?": "takes tensors that train has made",
    r"loss_curves\.lab\.training\.(Curves|Step)(\.\w+)?": "what train returns",
    r"loss_curves\.lab\.training\.each_step": "takes tensors that train has made",
    r"loss_curves\.lab\.(optimisers|interventions)\.(\w+\.\w+|empty_memory|\w+Start)": "takes tensors that train has made",
}


LEVEL = temporal_order.Level(lengths=(7, 8), first=(1, 2), second=(4, 5))


@call_of(
    "loss_curves.temporal_order.Level",
    *(f"loss_curves.temporal_order.{name}" for name in temporal_order.__all__ if name.islower()),
)
def sequences(draw, name):
    random = np.random.default_rng(draw(st.integers(0, 99)))
    batch = temporal_order.sample(LEVEL, draw(sizes), random)
    symbols = batch.symbols
    arguments, fits = {
        "sample": (
            {"level": LEVEL, "count": len(symbols), "rng": random, "held_out": draw(st.booleans())},
            lambda y, level, count, **_: len(y.symbols) == len(y.labels) == count,
        ),
        "classify": ({"symbols": symbols}, lambda y, symbols: y.shape == (len(symbols),)),
        "is_held_out": ({"symbols": symbols}, lambda y, symbols: y.shape == (len(symbols),)),
        "one_hot": (
            {"symbols": symbols, "dtype": np.float32},
            lambda y, symbols, dtype: y.shape == (*np.shape(symbols), 8),
        ),
        "symbols_from_one_hot": (
            {"encoding": temporal_order.one_hot(symbols)},
            lambda y, encoding: y.shape == np.shape(encoding)[:-1],
        ),
        "text": ({"symbols": symbols}, lambda y, symbols: len(y) == len(symbols)),
        "symbols_from_text": (
            {"sequences": temporal_order.text(symbols)},
            lambda y, sequences: y.shape == (len(sequences), max(map(len, sequences))),
        ),
        "class_names": ({"labels": batch.labels}, lambda y, labels: len(y) == len(labels)),
        "Level": (dataclasses.asdict(LEVEL), lambda y, **_: y.longest > 0),
    }[name]
    return Call(getattr(temporal_order, name), arguments, fits)


@call_of(
    "loss_curves.lab.training.Training", "loss_curves.lab.training.train", "loss_curves.lab.networks.Network"
)
@call_of(
    *(
        f"loss_curves.lab.interventions.{name}"
        for name in (
            "NormClipping",
            "ValueClipping",
            "WarmUp",
            "CosineDecay",
            "StepDecay",
            "LabelNoise",
            "Dropout",
        )
    )
)
@call_of(*(f"loss_curves.lab.optimisers.{name}" for name in ("SGD", "RMSprop", "Adam", "AdamW")))
def trainings(draw, name):
    small = {"level": LEVEL, "hidden_size": 2, "batch_size": 2, "batches_per_epoch": 2}
    arguments, fits = {
        "Training": (
            {
                **small,
                "cell": draw(st.sampled_from(["relu", "tanh", "lstm"])),
                "optimiser": lab.SGD(),
                "clipping": lab.NormClipping(1.0),
                "schedule": lab.WarmUp(2),
                "label_noise": lab.LabelNoise(0.1),
                "dropout": lab.Dropout(0.1),
                "start": lab.OrthogonalStart(),
            },
            None,
        ),
        "train": (
            {"training": lab.Training(**small), "seeds": [0, 1], "steps": 2, "dtype": torch.float32},
            lambda y, seeds, steps, **_: y.loss.shape == (len(seeds), steps),
        ),
        "Network": (
            {"cell": "lstm", "inputs": draw(sizes), "hidden_size": draw(sizes), "classes": draw(sizes)},
            lambda y, **_: y.parameters > 0,
        ),
        "NormClipping": ({"threshold": 1.0}, None),
        "ValueClipping": ({"threshold": 1.0}, None),
        "WarmUp": ({"steps": 3}, lambda y, steps: y(steps) == 1),
        "CosineDecay": ({"steps": 3}, lambda y, steps: y(steps + 1) == 0),
        "StepDecay": ({"steps": 3, "factor": 0.5}, lambda y, steps, factor: y(steps + 1) == factor),
        "LabelNoise": ({"probability": 0.5}, None),
        "Dropout": ({"probability": 0.5}, None),
        "SGD": ({"learning_rate": 0.1, "momentum": 0.5, "weight_decay": 0.1}, None),
        "RMSprop": (
            {"learning_rate": 0.1, "decay": 0.5, "epsilon": 0.1, "weight_decay": 0.1, "momentum": 0.5},
            None,
        ),
        "Adam": ({"learning_rate": 0.1, "decays": (0.5, 0.9), "epsilon": 0.1, "weight_decay": 0.1}, None),
        "AdamW": ({"learning_rate": 0.1, "decays": (0.5, 0.9), "epsilon": 0.1, "weight_decay": 0.1}, None),
    }[name]
    return Call(getattr(lab, name), arguments, fits or (lambda result, **_: True))


@call_of(
    *(
        f"loss_curves.spikes.{name}"
        for name in ("spike_onsets", "spike_lengths", "epoch_learnt", "sensitivity", "summary")
    )
)
def curves_of_losses(draw, name):
    loss = abs(normal(draw, 6))
    return {
        "spike_onsets": Call(
            spikes.spike_onsets,
            {"loss": loss, "threshold": 1.0, "calm": 2},
            lambda y, loss, **_: y.shape == np.shape(loss),
        ),
        "spike_lengths": Call(
            spikes.spike_lengths,
            {"loss": loss, "threshold": 1.0, "calm": 2},
            lambda y, loss, **_: y.shape == np.shape(loss),
        ),
        "sensitivity": Call(spikes.sensitivity, {"loss": loss, "accuracy": loss, "batches_per_epoch": 2}),
        "epoch_learnt": Call(
            spikes.epoch_learnt,
            {"accuracy": loss, "batches_per_epoch": 2, "level": 0.5},
            lambda y, **_: np.ndim(y) == 0,
        ),
        "summary": Call(
            spikes.summary, {"loss": loss, "accuracy": loss, "batches_per_epoch": 2}, may_be_nan=True
        ),
    }[name]
