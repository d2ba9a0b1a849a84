"""Bad input: every public function of the package, called with arguments that are not what it asks for.

Each function has a call that is right, drawn at random, and what is documented of its result. Then arguments are
spoilt: one to two of them become something else. The function must refuse with ValueError or TypeError and name an
argument, or return what is documented for the arguments it was given. It never crashes, hangs, changes what it was
given, or makes NaN out of finite numbers.

FUZZ_EXAMPLES=2000 looks deeper, and elsewhere each time.
"""

import contextlib
import dataclasses
import importlib
import inspect
import os
import pkgutil
import re
import signal
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import helpers
from helpers import attention_rnn, convolution, gated_rnn
from helpers.book import CLAIMS
from helpers.claims import Evidence, Ledger, Verdict, ledger
from helpers.drawings import Axis, ForestPlot, Graph, Grid, HeatMap, Line, Lines, Node, Text
from helpers.loss_curves import temporal_order
from helpers.numerics import oracle
from helpers.numerics.arrays import whole_numbers

DEEPER = "FUZZ_EXAMPLES" in os.environ
fuzz = settings(
    deadline=None,
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", 25)),
    derandomize=not DEEPER,
    phases=list(Phase) if DEEPER else [Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)
SECONDS = 10
"""The longest that one call may take, on a machine that is busy."""

HUGE = (2**59, 10**30)
"""Sizes for which no machine has the memory, so that none tries."""


# ---------------------------------------------------------------- calls that are right


@dataclasses.dataclass
class Call:
    """A function with arguments that it accepts, and whether a result is what is documented for its arguments."""

    function: object
    arguments: dict
    fits: object = lambda result, **arguments: True
    positional: str = ""
    """The name of an argument that is spread, as in *arguments."""

    def __call__(self, arguments):
        arguments = dict(arguments)
        spread = arguments.pop(self.positional, ())
        return self.function(*spread, **arguments)


CALLS = {}
"""By the name of the function below helpers: something that draws a Call."""


def call_of(*names):
    def register(draw_call):
        for name in names:
            CALLS[name] = st.composite(lambda draw, name=name: draw_call(draw, name.rpartition(".")[2]))()
        return draw_call

    return register


def normal(draw, *shape):
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=shape)


sizes = st.integers(1, 3)
batches = st.lists(st.integers(1, 2), max_size=2)


def output_size(input_size, kernel_size, stride, padding, dilation):
    """By counting windows, for tuples of one length or single numbers."""
    given = (input_size, kernel_size, stride, padding, dilation)
    count = max([1, *(len(each) for each in given if np.ndim(each))])
    each = [tuple(np.broadcast_to(np.asarray(value, object), count)) for value in given]
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(*each, strict=True))


@call_of(*(f"convolution.{name}" for name in convolution.__all__))
def convolutions(draw, name):
    dimensions = draw(st.integers(1, 2))
    kernel_size, stride, padding, dilation = (
        tuple(draw(st.integers(low, high)) for _ in range(dimensions))
        for low, high in [(1, 3), (1, 3), (0, 2), (1, 2)]
    )
    input_size = tuple(d * (k - 1) + draw(sizes) for k, d in zip(kernel_size, dilation, strict=True))
    layer = {"stride": stride, "padding": padding, "dilation": dilation}
    if dimensions == 1 and draw(st.booleans()):
        layer = {key: value[0] for key, value in layer.items()}
    output = output_size(input_size, kernel_size, stride, padding, dilation)
    batch, F, C = draw(batches), draw(sizes), draw(sizes)
    x, weight = normal(draw, *batch, C, *input_size), normal(draw, F, C, *kernel_size)
    output_gradient = normal(draw, *batch, F, *output)

    def kernel_of(weight):
        return np.shape(weight)[2:]

    def space(x, weight):
        return np.shape(x)[-(np.ndim(weight) - 2) :]

    def each(size, weight):
        return whole_numbers(size, "size", at_least=1, count=np.ndim(weight) - 2)

    arguments, fits = {
        "output_size": (
            {"input_size": input_size, "kernel_size": kernel_size},
            lambda y, **given: (y if isinstance(y, tuple) else (y,)) == output_size(**given),
        ),
        "dropped_samples": (
            {"input_size": input_size, "kernel_size": kernel_size},
            lambda y, **given: np.all(np.less(y, given["stride"]) & np.greater_equal(y, 0)),
        ),
        "conv": (
            {"x": x, "weight": weight},
            lambda y, x, weight, **layer: (
                y.shape
                == (
                    *np.shape(x)[: -np.ndim(weight) + 1],
                    np.shape(weight)[0],
                    *output_size(space(x, weight), kernel_of(weight), **layer),
                )
            ),
        ),
        "input_vjp": (
            {"output_gradient": output_gradient, "weight": weight, "input_size": input_size},
            lambda y, output_gradient, weight, input_size, **layer: (
                y.shape
                == (
                    *np.shape(output_gradient)[: -np.ndim(weight) + 1],
                    np.shape(weight)[1],
                    *each(input_size, weight),
                )
            ),
        ),
        "weight_vjp": (
            {"output_gradient": output_gradient, "x": x, "kernel_size": kernel_size},
            lambda y, output_gradient, x, kernel_size, **layer: (
                y.ndim >= 3
                and y.shape[:2] == (np.shape(output_gradient)[-y.ndim + 1], np.shape(x)[-y.ndim + 1])
                and y.shape[2:] == whole_numbers(kernel_size, "k", at_least=1, count=y.ndim - 2)
            ),
        ),
        "input_jacobian": (
            {"weight": weight, "input_size": input_size},
            lambda y, weight, input_size, **layer: (
                y.shape
                == (
                    np.shape(weight)[0],
                    *output_size(each(input_size, weight), kernel_of(weight), **layer),
                    np.shape(weight)[1],
                    *each(input_size, weight),
                )
            ),
        ),
        "weight_jacobian": (
            {"x": x, "weight_shape": weight.shape},
            lambda y, x, weight_shape, **layer: (
                y.shape
                == (
                    *np.shape(x)[: -len(weight_shape) + 1],
                    weight_shape[0],
                    *output_size(np.shape(x)[-len(weight_shape) + 2 :], tuple(weight_shape[2:]), **layer),
                    *weight_shape,
                )
            ),
        ),
    }[name]
    return Call(getattr(convolution, name), {**arguments, **layer}, fits)


@call_of(
    "gated_rnn.GatedRNN",
    *(f"gated_rnn.GatedRNN.{name}" for name in vars(gated_rnn.GatedRNN) if name[0] != "_"),
)
def gated_networks(draw, name):
    m, n, T, batch = draw(sizes), draw(sizes), draw(sizes), draw(batches)
    weights = {"W_c": normal(draw, m, n), "W_h": normal(draw, m, m), "W_x": normal(draw, m, n)}
    network = gated_rnn.GatedRNN(**weights)
    x, h0 = normal(draw, *batch, T, n), normal(draw, *batch, m)
    run = network.run(x, h0)
    s = draw(st.integers(0, T))

    def of_batch(*axes):
        return lambda y, **_: np.shape(y) == (*batch, *axes)

    arguments, fits = {
        "GatedRNN": (weights, lambda y, W_c, W_h, W_x: y.W_c.shape == np.shape(W_c) == np.shape(W_x)),
        "run": ({"x": x, "h0": h0}, lambda y, x, h0: y.states.shape == (*np.shape(x)[:-1], m)),
        "step_bound": ({"x": x, "h0": h0}, lambda y, x, h0: np.shape(y) == np.shape(x)[:-2]),
        "vjp": (
            {"run": run, "state_gradient": normal(draw, *batch, T, m)},
            lambda y, **_: (
                [each.shape for each in y[:5]] == [np.shape(v) for v in (*weights.values(), x, h0)]
                and y.states.shape == (*batch, T, m)
            ),
        ),
        "step_jacobian": ({"run": run, "t": draw(st.integers(1, T))}, of_batch(m, m)),
        "propagator": ({"run": run, "s": s, "t": draw(st.integers(s, T))}, of_batch(m, m)),
        "log_propagator_norms": ({"run": run}, of_batch(T + 1)),
        "lyapunov_exponents": (
            {"run": run, "count": m},
            lambda y, run, count: np.shape(y) == (*batch, count or m),
        ),
    }[name]
    function = gated_rnn.GatedRNN if name == "GatedRNN" else getattr(network, name)
    return Call(function, arguments, fits)


@call_of("gated_rnn.lyapunov_exponents")
def jacobians(draw, _):
    T, batch, m = draw(sizes), draw(batches), draw(sizes)
    return Call(
        gated_rnn.lyapunov_exponents,
        {"jacobians": normal(draw, T, *batch, m, m), "count": m},
        lambda y, jacobians, count: y.shape[-1] == (count or m) and y.shape[:-1] == np.shape(jacobians)[1:-2],
    )


@call_of("gated_rnn.exploding_instance")
def explosions(draw, _):
    return Call(gated_rnn.exploding_instance, {"T": draw(sizes)}, lambda y, T: y[1].shape == (T, 2))


@call_of(
    "attention_rnn.AttentionRNN",
    *(f"attention_rnn.AttentionRNN.{name}" for name in vars(attention_rnn.AttentionRNN) if name[0] != "_"),
)
@call_of(
    "attention_rnn.UnboundedAttentionRNN",
    *(
        f"attention_rnn.UnboundedAttentionRNN.{name}"
        for name in vars(attention_rnn.UnboundedAttentionRNN)
        if name[0] != "_"
    ),
)
def attention_networks(draw, name):
    m, n, T, k = draw(sizes), draw(sizes), draw(sizes), draw(sizes)
    unbounded = name == "UnboundedAttentionRNN" or draw(st.booleans())
    triple = normal(draw, 3, m, n)
    if unbounded and name != "AttentionRNN":
        kind, weights = attention_rnn.UnboundedAttentionRNN, {"shared_triple": normal(draw, 3, m, m)}
    else:
        kind, weights = attention_rnn.AttentionRNN, {"past_triples": normal(draw, k, 3, m, m)}
    weights["input_triple"] = triple
    network = kind(**weights)
    x, initial_states = normal(draw, T, n), normal(draw, k, m)
    run = network.run(x, initial_states)
    t = draw(st.integers(1, T))
    arguments, fits = {
        kind.__name__: (weights, lambda y, **_: y.input_triple.ndim == 3),
        "run": (
            {"x": x, "initial_states": initial_states},
            lambda y, x, **_: y.states.shape == (len(x), m) and len(y.weights) == len(x),
        ),
        "vjp": (
            {"run": run, "direct_gradient": normal(draw, T, m)},
            lambda y, **_: (
                [each.shape for each in y]
                == [triple.shape, network.past_triples.shape, x.shape, initial_states.shape, (T, m)]
            ),
        ),
        "step_jacobian": ({"run": run, "t": t, "lag": 1}, lambda y, **_: y.shape == (m, m)),
        "state_gradient": (
            {"run": run, "direct_gradient": normal(draw, T, m), "t": t},
            lambda y, **_: y.shape == (m,),
        ),
    }[name]
    return Call(kind if name == kind.__name__ else getattr(network, name), arguments, fits)


@call_of(
    "numerics.arrays.plain_array",
    "numerics.arrays.real_array",
    "numerics.arrays.whole_numbers",
    "numerics.arrays.whole_number",
    "numerics.arrays.is_sequence",
)
def arguments(draw, name):
    array, numbers = normal(draw, 2, 3), draw(st.lists(sizes, min_size=1))
    return {
        "plain_array": Call(
            lambda value: helpers.numerics.arrays.plain_array(value, "value"),
            {"value": array},
            lambda y, value: y.shape == np.shape(value),
        ),
        "real_array": Call(
            lambda value, shape, may_be_empty: helpers.numerics.arrays.real_array(
                value, "value", shape=shape, may_be_empty=may_be_empty
            ),
            {"value": array, "shape": ("rows", 3), "may_be_empty": False},
            lambda y, value, shape, **_: y.shape == np.shape(value) and (not shape or y.ndim == len(shape)),
        ),
        "whole_numbers": Call(
            lambda value, at_least, count: helpers.numerics.arrays.whole_numbers(
                value, "value", at_least=at_least, count=count
            ),
            {"value": numbers, "at_least": 1, "count": len(numbers)},
            lambda y, value, **_: {type(number) for number in y} == {int},
        ),
        "whole_number": Call(
            lambda value, at_least: helpers.numerics.arrays.whole_number(value, "value", at_least=at_least),
            {"value": numbers[0], "at_least": 1},
            lambda y, value, at_least: type(y) is int and y == value >= at_least,
        ),
        "is_sequence": Call(
            helpers.numerics.arrays.is_sequence, {"value": numbers}, lambda y, value: y in (True, False)
        ),
    }[name]


@call_of("numerics.compare.relative_error", "numerics.compare.check_close")
def comparisons(draw, name):
    actual = normal(draw, 2, 3)
    return Call(getattr(helpers.numerics.compare, name), {"actual": actual, "expected": actual.copy()})


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
    "numerics.oracle.value",
    "numerics.oracle.jacobian",
    "numerics.oracle.vjp",
    "numerics.oracle.difference_jacobian",
)
def derivatives(draw, name):
    x = normal(draw, 2, 3)
    if name == "difference_jacobian":
        return Call(
            oracle.difference_jacobian,
            {"function": np.cumsum, "x": x, "step": 1e-6},
            lambda y, function, x, step: y.shape == (*np.shape(function(np.asarray(x))), *np.shape(x)),
        )
    given = {"function": torch.sin, "x": x} | ({"output_gradient": x} if name == "vjp" else {})
    call = {
        "value": lambda function, x: oracle.value(function, x),
        "jacobian": lambda function, x: oracle.jacobian(function, x),
        "vjp": lambda function, output_gradient, x: oracle.vjp(function, output_gradient, x),
    }[name]
    return Call(call, given, lambda y, x, **_: y.shape == np.shape(x) * (1 + (name == "jacobian")))


@call_of("records.record_path")
def records(draw, _):
    return Call(helpers.records.record_path, {"name": "attention_rnn_cost.json"})


@call_of("drawings.panels.Axis", "drawings.svg.format_number", "drawings.svg.picture")
def drawings(draw, name):
    if name == "Axis":
        return Call(Axis, {"label": "x", "low": 0.0, "high": 1.0, "ticks": (0.0, 1.0), "logarithmic": False})
    if name == "written":
        return Call(helpers.drawings.format_number, {"number": draw(st.floats(-1e3, 1e3))})
    axis = Axis("x", 0.0, 1.0, (0.0, 1.0))
    cells = Grid("matrix", "roles", ("input", "zero"), numbers="numbers")
    lines = Lines("curve", "at", (Line("heights", "height", "gate"),), axis, axis)
    levels = HeatMap("map", "numbers", x=(1, 2, 3), x_label="", y=(1, 2), y_label="", edges=(-1, 0, 1))
    forest = ForestPlot("forest", ("one", "two"), "dots", "lows", "highs", axis, reference=0.5)
    graph = Graph("graph", {"a": Node(0, 0, "a"), "b": Node(1, 0, "b")}, (("a", "b"),))
    matrix = normal(draw, 2, 3)
    return Call(
        lambda **frame: helpers.drawings.picture(
            cells, lines, levels, forest, graph, Text(("words",)), **frame
        )._repr_html_(),
        {
            "roles": (matrix > 0).astype(int),
            "numbers": matrix,
            "at": np.linspace(0, 1, 4),
            "heights": normal(draw, 4),
            "dots": normal(draw, 2),
            "lows": normal(draw, 2),
            "highs": normal(draw, 2),
            "words": "A sentence.",
            "alt": "A picture.",
        },
    )


@call_of(
    "claims.ledger.Evidence", "claims.ledger.Counterexample", "claims.ledger.Claim", "claims.ledger.Ledger"
)
def statements(draw, name):
    error = draw(st.floats(0, 1))
    return {
        "Evidence": Call(
            Evidence, {"as_written": error, "corrected": 0.0, "as_meant": error, "left_out": None}
        ),
        "Counterexample": Call(ledger.Counterexample, {"at_most": 1.0, "measured": 36.0, "predicted": 36.0}),
        "Claim": Call(
            ledger.Claim,
            {
                "id": "0",
                "question": "?",
                "statement": "!",
                "verdict": Verdict.REFUTED,
                "evidence": lambda random: Evidence(1.0, 0.0),
                "chapter": "none",
                "correction": "no",
            },
        ),
        "Ledger": Call(Ledger, {"claims": list(CLAIMS)[:2]}),
    }[name]


@call_of("claims.ledger.Ledger.card")
def cards(draw, _):
    return Call(helpers.claims.card, {"id": "1.1.c.iv"})


@call_of("explorers.explorer.Slider", "explorers.explorer.Explorer", "explorers.explorer.Explorer.frame")
@call_of("explorers.explorer.Explorer.description")
def explorers(draw, name):
    from helpers.explorers import Explorer, Slider

    values = range(1, draw(st.integers(2, 4)))
    slider = Slider("number n", values, start=1)

    def square(n):
        return {"sentence": f"{n} squared is {n * n}"}

    panels = [Text(("sentence",))]
    return {
        "Slider": lambda: Call(Slider, {"label": "number n", "values": values, "start": 1}),
        "Explorer": lambda: Call(
            Explorer,
            {"functions": [square], "name": "squares", "panels": panels, "n": slider},
            positional="functions",
        ),
        "frame": lambda: Call(Explorer(square, name="squares", panels=panels, n=slider).frame, {"n": 1}),
        "description": lambda: Call(
            Explorer(square, name="squares", panels=panels, n=slider).description, {"n": 1}
        ),
    }[name]()


@call_of(
    "loss_curves.lab.training.Training", "loss_curves.lab.training.train", "loss_curves.lab.networks.Network"
)
@call_of(
    *(
        f"loss_curves.lab.interventions.{name}"
        for name in ("NormClipping", "ValueClipping", "WarmUp", "LabelNoise")
    )
)
@call_of(*(f"loss_curves.lab.optimisers.{name}" for name in ("SGD", "RMSprop", "Adam", "AdamW")))
def trainings(draw, name):
    from helpers.loss_curves import lab as loss_curves

    small = {"level": LEVEL, "hidden_size": 2, "batch_size": 2, "batches_per_epoch": 2}
    arguments, fits = {
        "Training": (
            {
                **small,
                "cell": draw(st.sampled_from(["relu", "tanh", "lstm"])),
                "optimiser": loss_curves.SGD(),
                "clipping": loss_curves.NormClipping(1.0),
                "warm_up": loss_curves.WarmUp(2),
                "label_noise": loss_curves.LabelNoise(0.1),
                "start": loss_curves.OrthogonalStart(),
            },
            None,
        ),
        "train": (
            {"training": loss_curves.Training(**small), "seeds": [0, 1], "steps": 2, "dtype": torch.float32},
            lambda y, seeds, steps, **_: y.loss.shape == (len(seeds), steps),
        ),
        "Network": (
            {"cell": "lstm", "inputs": draw(sizes), "hidden_size": draw(sizes), "classes": draw(sizes)},
            lambda y, **_: y.parameters > 0,
        ),
        "NormClipping": ({"threshold": 1.0}, None),
        "ValueClipping": ({"threshold": 1.0}, None),
        "WarmUp": ({"steps": 3}, lambda y, steps: y(steps) == 1),
        "LabelNoise": ({"probability": 0.5}, None),
        "SGD": ({"learning_rate": 0.1, "momentum": 0.5, "weight_decay": 0.1}, None),
        "RMSprop": ({"learning_rate": 0.1, "decay": 0.5, "epsilon": 0.1, "weight_decay": 0.1}, None),
        "Adam": ({"learning_rate": 0.1, "decays": (0.5, 0.9), "epsilon": 0.1, "weight_decay": 0.1}, None),
        "AdamW": ({"learning_rate": 0.1, "decays": (0.5, 0.9), "epsilon": 0.1, "weight_decay": 0.1}, None),
    }[name]
    return Call(getattr(loss_curves, name), arguments, fits or (lambda result, **_: True))


@call_of(
    "exercises.collection.Collection.check",
    "exercises.collection.Collection.hint",
    "exercises.collection.Collection.hints",
)
def readers_answers(draw, name):
    from helpers import exercises

    id = draw(st.sampled_from(["1.1.a", "1.1.c.iii"]))
    arguments = {
        "check": {"id": id, "answer": draw(st.sampled_from(["5 × 3", (5, 2), len, ...])), "save": False},
        "hint": {"id": id, "number": 1},
        "hints": {"id": id},
    }[name]
    return Call(getattr(exercises, name), arguments, lambda y, **_: isinstance(repr(y), str))


@call_of(
    "loss_curves.spikes.spike_onsets",
    "loss_curves.spikes.epoch_learnt",
    "loss_curves.spikes.summary",
    "numerics.bootstrap.bootstrap",
)
def curves_of_losses(draw, name):
    from helpers.loss_curves import spikes
    from helpers.numerics import bootstrap

    loss = abs(normal(draw, 6))
    arguments, fits = {
        "spike_onsets": ({"loss": loss}, lambda y, loss: y.shape == np.shape(loss)),
        "epoch_learnt": ({"accuracy": loss, "batches_per_epoch": 2}, lambda y, **_: np.ndim(y) == 0),
        "summary": ({"loss": loss, "accuracy": loss, "batches_per_epoch": 2}, None),
        "bootstrap": (
            {
                "statistic": lambda sample: sample.mean(axis=-1),
                "samples": [loss],
                "rng": np.random.default_rng(0),
                "resamples": 20,
                "level": 0.9,
            },
            lambda y, samples, **_: samples[0].min() - 1e-9 <= y.low <= y.high <= samples[0].max() + 1e-9,
        ),
    }[name]
    if name == "bootstrap":
        return Call(
            lambda statistic, samples, **rest: bootstrap.bootstrap(statistic, *samples, **rest),
            arguments,
            fits,
        )
    return Call(getattr(spikes, name), arguments, fits or (lambda result, **_: True))


# ---------------------------------------------------------------- what is public


EXEMPT = {
    r"\w+\.claims\.\w+": "evidence: takes a generator, and the ledger's tests call it with many",
    r"claims\.ledger\.(Verdict|Card|NotMeasured|Table|Errata|Ledger\.(counts|table|errata)|Claim\.measured)": "takes nothing from outside",
    r"claims\.export\.\w+": "takes a ledger",
    r"\w+\.explorers\.\w+": "takes the values of its sliders, and is called with all of them",
    r"explorers\.packing\.\w+": "packs what Explorer has checked",
    r"explorers\.explorer\.(Drawing|Slider\.widget|Explorer\.static_html)": "made by Explorer, from what it has checked",
    r"(drawings\.graphs|\w+\.diagrams)\.\w+": "takes diagrams and functions that this package makes for each other",
    r"(gated_rnn|attention_rnn)\.(Run|Gradients)(\.\w+)?": "what a network returns",
    r"numerics\.oracle\.(conv|gated_rnn|attention_rnn)": "takes tensors, and leaves them to PyTorch",
    r"numerics\.without_pytorch\..*": "takes the cells of a notebook: tests/repository/test_without_pytorch.py",
    r"numerics\.functions\.\w+": "takes arrays that its callers have checked",
    r"drawings\.panels\.(Text|Grid|ForestPlot|Line|Lines|HeatMap|Node|Graph)(\.check)?": "says what to draw; picture holds it against a frame",
    r"drawings\.svg\.Picture": "made by picture, from what it has checked",
    r"drawings\.svg\.(draw|style)": "what picture and Explorer draw with, when they have checked",
    r"loss_curves\.temporal_order\.Batch": "what sample returns",
    r"records\.(made_with|write_record)": "called by the experiments, with what they have measured",
    r"gated_rnn\.exponents\.\w+": "an experiment over a grid of its own: tests/gated_rnn/test_exponents.py",
    r"loss_curves\.(recorded_census|recorded_replay)\.\w+": "takes the trainings and measures of a record, which its own tests read",
    r"claims\.ledger\.(Finding|Experiment)": "made by the claims of chapter 4, from what they measured",
    r"exercises\.(collection\.Collection(\.progress)?|progress_file\..*)": "the reader's own folder: tests/exercises/test_exercise.py",
    r"exercises\.(answer|sandbox|exercise|parse_numbers)\..*": "what check is made of; it is given anything",
    r"exercises\.(answer_box|boxes)\..*": "made by chapters; box is given a number: tests/exercises/test_answer_box.py",
    r"\w+\.exercises\..*": "the right answers, and what readers do wrong",
    r"explorers\.(explorer\.format_value|words\.\w+)": "writes what a slider or a sentence says",
    r"numerics\.bootstrap\.Interval": "what bootstrap returns",
    r"loss_curves\.(cliff|untrained|lab\.condense|lab\.replay)\.\w+": "an experiment on networks and folders of its own",
    r"loss_curves\.lab\.census\.\w+": "writes files: tests/loss_curves/lab/test_census.py",
    r"loss_curves\.lab\.settings\.\w+": "checks the settings that are fuzzed",
    r"loss_curves\.lab\.networks\.(?!Network$)\w+(\.\w+)?": "takes tensors that train has made",
    r"loss_curves\.lab\.training\.(Curves|Step)(\.\w+)?": "what train returns",
    r"loss_curves\.lab\.training\.(each_step|one_hot|gradient|loss_and_accuracy)": "takes tensors that train has made",
    r"loss_curves\.lab\.(optimisers|interventions)\.(\w+\.\w+|empty_memory|\w+Start)": "takes tensors that train has made",
}
"""What is public and not fuzzed, and why."""

DOCUMENTED = {
    "numerics.compare.check_close": AssertionError,
    "claims.ledger.Ledger.card": KeyError,
    "records.record_path": FileNotFoundError,
    **{name: OverflowError for name in CALLS if name.startswith("attention_rnn.")},
}
"""Errors other than ValueError and TypeError that a docstring names."""


MAY_BE_NAN = ("loss_curves.spikes.summary",)
"""Where the docstring says what NaN stands for."""

FOR_READERS = ("convolution", "gated_rnn", "attention_rnn", "loss_curves", "records")
"""The modules whose refusals name an argument; the others are for those who write chapters."""

NAMED_INSTEAD = {"attention_rnn": ["Q", "K", "V"]}
"""What a message may name in an argument's place: a part of it."""


def public():
    """The public functions and classes of the package, and the classes' own methods, by name."""
    for found in pkgutil.walk_packages(helpers.__path__, "helpers."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name in getattr(module, "__all__", None) or [name for name in vars(module) if name[0] != "_"]:
            thing = getattr(module, name)
            if not callable(thing) or getattr(thing, "__module__", None) != found.name:
                continue
            if isinstance(thing, type) and issubclass(thing, Exception):
                continue
            path = f"{found.name}.{name}".removeprefix("helpers.").replace(".reference.", ".")
            yield path
            if isinstance(thing, type):
                yield from (
                    f"{path}.{own}"
                    for own, value in vars(thing).items()
                    if own[0] != "_" and inspect.isfunction(value)
                )


def test_every_public_function_is_fuzzed():
    names = set(public())
    missing = {name for name in names - set(CALLS) if not any(re.fullmatch(rule, name) for rule in EXEMPT)}
    assert not missing, "draw a call for these, or say in EXEMPT why not"
    assert not set(CALLS) - names, "these are no longer there"
    for rule in EXEMPT:
        assert any(re.fullmatch(rule, name) for name in names), f"{rule} exempts nothing"


# ---------------------------------------------------------------- how arguments are spoilt


class Subclass(np.ndarray):
    """An array of a kind of its own."""


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array):
    """The same numbers, in memory that runs backwards and with gaps."""
    gaps = np.zeros(tuple(2 * length for length in array.shape), array.dtype)
    view = gaps[tuple(slice(None, None, -2) for _ in array.shape)]
    view[...] = array
    return view


HARMLESS = {
    "a list": lambda array: array.tolist(),
    "a subclass": lambda array: array.view(Subclass),
    "read-only": read_only,
    "strided": strided,
    "in Fortran's order": np.asfortranarray,
    "of another byte order": lambda array: array.astype(array.dtype.newbyteorder()),
}
"""What an array may also be: the result stays the same."""

ANYTHING = [None, True, "text", b"bytes", "", 1j, np.nan, np.inf, -1, 0, 2.5, object(), len, np.float16(1)]
ANYTHING += [Decimal(1), Fraction(1, 2), (), {}, {1, 2}, [[1, 2], [3]], [None], ["a"], [[[[1.0]]]], slice(3)]
ANYTHING += [
    np.array(None),
    np.array("text"),
    np.array(2.0),
    np.array([]),
    np.zeros((0, 3)),
    np.ones((1,) * 9),
]
ANYTHING += [
    np.array([1, 2], "datetime64[s]"),
    np.zeros(2, [("a", int)]),
    np.ma.array([1.0, 2.0], mask=[0, 1]),
]
ANYTHING += [torch.ones(2), torch.ones(2, requires_grad=True)]

OF_AN_ARRAY = {
    "complex": lambda array: array + 0j,
    "boolean": lambda array: array > 0,
    "objects": lambda array: array.astype(object),
    "text": lambda array: array.astype(str),
    "whole numbers": lambda array: array.astype(np.int8),
    "half precision": lambda array: array.astype(np.float16),
    "transposed": lambda array: array.T,
    "one axis more": lambda array: array[..., None],
    "one axis more in front": lambda array: array[None],
    "one axis less": lambda array: array[0] if array.ndim else array,
    "its last axis shorter": lambda array: array[..., :-1] if array.ndim else array,
    "its first axis shorter": lambda array: array[:-1] if array.ndim else array,
    "its last axis longer": lambda array: np.repeat(array, 2, axis=-1) if array.ndim else array,
    "NaN": lambda array: array * np.nan,
    "infinite": lambda array: array * np.inf,
    "vast": lambda array: array * 1e300,
    "tiny": lambda array: array * 1e-300,
}

OF_A_NUMBER = [
    lambda number: -number,
    lambda number: 0,
    lambda number: number + 1,
    lambda number: float(number),
    lambda number: np.int8(number),
    lambda number: np.array(number),
    lambda number: [number],
    lambda number: (number,) * 5,
    lambda number: str(number),
    *(lambda number, huge=huge: huge for huge in HUGE),
]


@st.composite
def spoilt(draw, value):
    """Something else in an argument's place: anything at all, or something much like it."""
    options = [st.sampled_from(ANYTHING)]
    if isinstance(value, np.ndarray):
        options += [st.sampled_from(list(OF_AN_ARRAY.values())).map(lambda change: change(value))] * 2
    elif isinstance(value, (int, float)):
        options.append(st.sampled_from(OF_A_NUMBER).map(lambda change: change(value)))
    elif isinstance(value, (tuple, list)) and value and isinstance(value[0], int):
        at = draw(st.integers(0, len(value) - 1))
        one = st.sampled_from([*OF_A_NUMBER[:7], *OF_A_NUMBER[-2:]]).map(lambda change: change(value[at]))
        options.append(one.map(lambda other: type(value)([*value[:at], other, *value[at + 1 :]])))
        options.append(
            st.sampled_from([value[:-1], [*value, value[0]], np.array(value), np.array(value, float)])
        )
    return draw(st.one_of(options))


# ---------------------------------------------------------------- what must hold


@contextlib.contextmanager
def limited(seconds):
    """Raise TimeoutError in what takes longer, where the system can interrupt it."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(*_):
        raise TimeoutError(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def floats_in(thing):
    """Every array of floats in a result."""
    if isinstance(thing, torch.Tensor):
        thing = thing.detach().numpy()
    if isinstance(thing, (float, np.floating, np.ndarray)):
        array = np.asarray(thing)
        if array.dtype.kind == "f":
            yield array
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from floats_in(value)
    elif isinstance(thing, (tuple, list)):
        for value in thing:
            yield from floats_in(value)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from floats_in(getattr(thing, field.name))


def is_moderate(arguments):
    """Whether every number is finite and of a size that leaves room to calculate with."""
    return all(
        array.size == 0
        or (np.isfinite(array).all() and np.abs(array).max() < 1e4 and array.dtype != np.float16)
        for array in floats_in(arguments)
    )


def same(one, other):
    """Up to rounding: a sum over memory in another order may end in other digits."""
    pairs = zip(floats_in(one), floats_in(other), strict=True)
    return all(np.allclose(a, b, rtol=1e-10, atol=1e-10, equal_nan=True) for a, b in pairs)


def check(name, call, arguments):
    """Call with these arguments; whether they were accepted."""
    before = [array.copy() for array in floats_in(list(arguments.values()))]
    refusals = (ValueError, TypeError, DOCUMENTED.get(name, ValueError))
    if any(str(huge) in repr(arguments) for huge in HUGE):
        refusals += (MemoryError,)
    try:
        with limited(SECONDS):
            result = call(arguments)
    except refusals as refusal:
        result, accepted = refusal, False
    else:
        accepted = True
    after = list(floats_in(list(arguments.values())))
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True)), (
        "it changed an argument"
    )
    if not accepted and name.startswith(FOR_READERS) and type(result) in (ValueError, TypeError):
        words = [*arguments, *NAMED_INSTEAD.get(name.partition(".")[0], ())]
        assert any(word in str(result) for word in words), f"refused without naming an argument: {result!r}"
    if accepted:
        assert call.fits(result, **arguments), f"returned what is not documented: {result}"
        if is_moderate(arguments) and name not in MAY_BE_NAN:
            assert not any(np.isnan(array).any() for array in floats_in(result)), (
                f"made NaN of finite numbers: {result}"
            )
    return accepted, result


@pytest.mark.parametrize("name", sorted(CALLS))
def test_bad_input(name):
    @fuzz
    @given(st.data())
    def spoil(data):
        call = data.draw(CALLS[name], "call")
        accepted, result = check(name, call, call.arguments)
        assert accepted, f"refused a call that is right: {result}"
        chosen = data.draw(
            st.lists(st.sampled_from(sorted(call.arguments)), min_size=1, max_size=2, unique=True)
        )
        arguments = dict(call.arguments)
        for argument in chosen:
            arguments[argument] = data.draw(spoilt(arguments[argument]), argument)
        check(name, call, arguments)

    spoil()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_harmless_input(name):
    """An array is the same array as a list, read-only, or scattered in memory."""

    @fuzz
    @given(st.data())
    def change(data):
        call = data.draw(CALLS[name], "call")
        arrays = [argument for argument, value in call.arguments.items() if isinstance(value, np.ndarray)]
        for argument in arrays:
            how = data.draw(st.sampled_from(sorted(HARMLESS)), argument)
            arguments = {**call.arguments, argument: HARMLESS[how](call.arguments[argument])}
            accepted, result = check(name, call, arguments)
            assert accepted, result
            assert same(result, call(call.arguments))

    change()
