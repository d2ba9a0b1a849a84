"""Explorers: what is packed is what the functions return, and what they return is right."""

import functools
import itertools
import json
import zlib

import numpy as np
import pytest
from caught import caught
from every_explorer import CASES, EXPLORERS, made
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.convolution import explorers as chapter
from helpers.convolution import oracle
from helpers.drawings import Graph, Grid, Node, Text
from helpers.explorers import Explorer, Slider
from helpers.explorers.packing import IMPOSSIBLE, evaluate, pack
from helpers.numerics import check_close
from helpers.numerics.arrays import DoesNotFit
from helpers.numerics.formatting import format_number


def unpack(packed):
    """Read the table as the format's description says, independently of drawing.js."""
    body = zlib.decompress(packed)
    start = 4 + int(np.frombuffer(body, "<u4", 1)[0])
    header = json.loads(body[4:start])

    def array(entry):
        dtype = np.dtype(entry["type"]).newbyteorder("<")
        count = int(np.prod(entry["shape"]))
        return np.frombuffer(body, dtype, count, start + entry["start"]).reshape(entry["shape"])

    return {
        (tuple(column["sliders"]), column["name"]): [
            array(value) if isinstance(value := column["values"][i], dict) else value
            for i in array(column["index"])
        ]
        for column in header["columns"]
    }


def by_hand(n):
    if n == 2:
        raise DoesNotFit("two is not allowed")
    return {
        "row": np.arange(n),
        "half": np.array([n / 2]),
        "word": f"{n} cells",
        "large": np.array([40_000 * n]),
    }


def test_packed_table_by_hand():
    table = unpack(pack(evaluate([by_hand], {"n": range(4)})))
    assert table[("n",), "word"] == ["0 cells", "1 cells", None, "3 cells"]
    assert table[("n",), IMPOSSIBLE] == [None, None, "This setting is impossible: two is not allowed.", None]
    np.testing.assert_array_equal(table[("n",), "row"][3], [0, 1, 2])
    np.testing.assert_array_equal(table[("n",), "half"][3], [1.5])
    np.testing.assert_array_equal(table[("n",), "large"][3], [120_000])


@pytest.mark.parametrize(("page", "number"), CASES)
def test_every_packed_frame_is_what_the_functions_return(page, number):
    explorer = made(page, number)
    packed = explorer.children[1].frames
    assert len(packed) < (
        350_000 if "training" in explorer.sliders else 150_000
    )  # the one of recorded curves
    frame_at = functools.cache(lambda *setting: explorer.frame(**dict(setting)))  # of all its columns
    impossible = 0
    for (sliders, name), column in unpack(packed).items():
        points = list(itertools.product(*(explorer.sliders[slider].values for slider in sliders)))
        assert len(column) == len(points)
        some = slice(None, None, max(1, len(points) // 200))
        for point, value in zip(points[some], column[some], strict=True):
            frame = frame_at(*zip(sliders, point, strict=True))
            impossible += IMPOSSIBLE in frame
            if isinstance(value, np.ndarray):
                exact = np.asarray(frame[name])
                np.testing.assert_array_equal(value, exact.astype("f4") if exact.dtype.kind == "f" else exact)
            elif isinstance(value, list) and not isinstance(value[0], str):
                assert value == [[format_number(number) for number in row] for row in frame[name]]
            else:
                assert value == frame.get(name)
    has_impossible_settings = EXPLORERS[page][number].__name__ in (
        "output_size_explorer",
        "layer_explorer",
    )
    assert impossible or not has_impossible_settings


@pytest.mark.parametrize(("page", "number"), CASES)
def test_every_slider_moves_something(page, number):
    explorer = made(page, number)
    for slider, kind in explorer.sliders.items():
        assert len({str(explorer.frame(**{slider: value})) for value in kind.values}) > 1, slider


NAMES = {
    "notebooks/attention_rnn": ["attention-map", "jacobian"],
    "notebooks/convolution": ["output-size", "layer", "transposed"],
    "notebooks/gated_rnn": ["gates", "gradient-flow"],
    "notebooks/loss_curves": ["loss-curve-lab", "cliff", "initial-loss"],
}
"""Links that people have sent are made of them: a name may be added, and none may change."""


@pytest.mark.parametrize("page", EXPLORERS)
def test_links_to_explorers_stay(page):
    names = [made(page, number).children[1].place for number in range(len(EXPLORERS[page]))]
    assert len({*names}) == len(names)
    assert {f"explorer-{name}" for name in NAMES.get(page, ())} <= {*names}


def test_a_slider_may_not_be_called_as_a_part_of_the_drawing():
    with pytest.raises(ValueError, match="a slider may not be called place, as a part of the drawing is"):
        Explorer(
            lambda place: {"word": f"{place}"},
            name="by-hand",
            panels=[Text(("word",))],
            place=Slider("place", range(3), start=0),
        )


setting_of_sizes = {
    "input_size": st.integers(4, 8),
    "kernel_size": st.integers(1, 5),
    "stride": st.integers(1, 4),
    "padding": st.integers(0, 2),
    "dilation": st.integers(1, 3),
}


@settings(deadline=None, max_examples=60)
@given(st.fixed_dictionaries(setting_of_sizes), st.integers(0, 11))
def test_size_frame_is_what_pytorch_does(setting, row):
    """Sizes, the window and the dropped samples are read off PyTorch's own convolution and its gradient."""
    size, kernel_size = setting["input_size"], setting["kernel_size"]
    steps = {name: setting[name] for name in ("stride", "padding", "dilation")}
    padded = size + 2 * setting["padding"]
    if padded < setting["dilation"] * (kernel_size - 1) + 1:
        with pytest.raises(ValueError, match="kernel_size"):
            chapter.size_frame(**setting)
        return
    ones = np.ones((1, 1, kernel_size))
    y = oracle.value(lambda x, w: oracle.conv(x, w, **steps), np.zeros((1, size)), ones)
    frame = chapter.size_frame(**setting)
    assert frame["output"].shape == (y.shape[1], y.shape[1])
    image, kernel = chapter.example_image(size, kernel_size)
    computed = oracle.value(
        lambda x, w: oracle.conv(x, w, **steps), image[None].astype(float), kernel[None, None].astype(float)
    )
    check_close(frame["y"], computed[0])
    assert f"= {y.shape[1]}, so" in frame["formula"]

    unpadded = {"stride": steps["stride"], "dilation": steps["dilation"]}
    jacobian, _ = oracle.jacobian(lambda x, w: oracle.conv(x, w, **unpadded), np.zeros((1, padded)), ones)
    last_reached = np.flatnonzero(jacobian[0, :, 0].any(axis=0)).max()
    dropped = frame["input"][0] == chapter.ROLES_IN_INPUT.index("dropped")
    np.testing.assert_array_equal(np.flatnonzero(dropped), np.arange(last_reached + 1, padded))

    skipped = frame["input"][0] == chapter.ROLES_IN_INPUT.index("skipped")
    never_read = ~jacobian[0, :, 0].any(axis=0)
    np.testing.assert_array_equal(skipped | dropped, never_read)

    window = chapter.window_rows_frame(**setting, row=row)
    (shown,) = window["output_rows"]
    assert shown == min(row, y.shape[1] - 1)
    np.testing.assert_array_equal(window["window_rows"], np.flatnonzero(jacobian[0, shown, 0]))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(5, 8),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(0, 3),
)
def test_layer_frames_are_what_autograd_says(length, kernel_size, stride, dilation, channel, tap):
    x, weight, gradient = chapter.example_layer(length, kernel_size)
    if length < dilation * (kernel_size - 1) + 1:
        with pytest.raises(ValueError, match="kernel_size"):
            chapter.layer_frame(length, kernel_size, stride, dilation, channel)
        return

    def layer(x, weight):
        return oracle.conv(x, weight, stride=stride, dilation=dilation)

    frame = chapter.layer_frame(length, kernel_size, stride, dilation, channel)
    by_input, by_weight = oracle.jacobian(layer, x, weight)
    check_close(frame["input_jacobian"], by_input[0, :, channel])
    check_close(frame["weight_jacobian"], by_weight[0, :, 0, channel])
    taps = chapter.tap_frame(length, kernel_size, stride, dilation, tap)
    assert ((taps["input_jacobian_roles"] == 0) == (by_input[0, :, channel] == 0)).all()
    (shown,) = taps["tap_shown"]
    marked = by_input[0, :, channel][taps["band_of_tap"] == 1]
    check_close(marked, np.full(by_input.shape[1], weight[0, channel, shown]))

    size = by_input.shape[1]
    _, expected = oracle.vjp(layer, gradient[:, :size], x, weight)
    short = gradient[:, :size].copy()
    short[:, -1] = 0
    for summed, g in (("book", gradient[:, :size]), ("sheet", short)):
        frame = chapter.backward_frame(length, kernel_size, stride, dilation, channel, tap, summed)
        _, found = oracle.vjp(layer, g, x, weight)
        check_close(frame["weight"], [weight[0, channel], found[0, channel]])
        wrong = frame["weight_roles"][1] == chapter.ROLES_IN_WEIGHT.index("skipped")
        np.testing.assert_array_equal(wrong, found[0, channel] != expected[0, channel])
        above, below = frame["signal"]
        check_close(above, x[channel])
        used = frame["signal_roles"][1] == chapter.ROLES_IN_SIGNAL.index("gradient")
        check_close((above * below * used).sum(), found[0, channel, shown], name="the sum that is drawn")


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10), st.integers(5, 8), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2))
def test_transposed_frame_is_what_autograd_says(t, length, kernel_size, stride, dilation):
    _, weight, gradient = chapter.example_layer(length, kernel_size)
    kernel = weight[:, :1].astype(float)
    x = np.zeros((1, length))
    size = chapter.output_size(length, kernel_size, stride=stride, dilation=dilation)
    expected, _ = oracle.vjp(
        lambda x, w: oracle.conv(x, w, stride=stride, dilation=dilation), gradient[:, :size], x, kernel
    )
    frame = chapter.transposed_frame(t, length, kernel_size, stride, dilation)
    done = min(max(t - chapter.SLIDE + 1, 0), length)
    np.testing.assert_array_equal(frame["numbers"][3, :done], expected[0, :done])
    assert not frame["roles"][3, done:].any()
    if done:
        columns = frame["marks"][1] == 1
        (position,) = np.flatnonzero(frame["marks"][3])
        drawn = (frame["numbers"][1, columns] * frame["numbers"][2, columns]).sum()
        check_close(drawn, expected[0, position], name="the sum that is drawn")
        assert frame["sum"].endswith(f" = {format_number(drawn)}.")


def test_the_answers_of_chapter_1_are_right():
    """What each question calls right is what its explorer shows."""
    sizes, layer, transposed = (maker() for maker in EXPLORERS["notebooks/convolution"])
    assert sizes.predict.right == f"{len(sizes.frame()['y'])} × {len(sizes.frame()['y'])}"
    assert layer.predict.right == "all of them"
    assert (layer.frame()["weight_roles"][1] == chapter.ROLES_IN_WEIGHT.index("skipped")).all()
    assert transposed.predict.right == "by 1"
    before, after = (np.flatnonzero(transposed.frame(t=t)["marks"][1]) for t in (4, 5))
    np.testing.assert_array_equal(after - before, np.ones(3))


def test_start_must_be_a_value():
    with pytest.raises(ValueError, match="start must be one of"):
        Slider("n", range(3), start=3)


def test_sliders_must_be_the_functions_parameters():
    with pytest.raises(ValueError, match="parameters must be the sliders"):
        Explorer(by_hand, name="by-hand", panels=[Text(("word",))], m=Slider("m", range(3), start=0))


def test_a_mistake_in_a_function_is_not_shown_to_the_reader_as_impossible():
    with pytest.raises(ValueError, match="mismatch"):
        Explorer(
            lambda n: {"word": np.ones(2) @ np.ones(3 + n)},
            name="by-hand",
            panels=[Text(("word",))],
            n=Slider("n", range(3), start=0),
        )


def test_panels_must_draw_what_the_functions_return():
    with pytest.raises(ValueError, match=r"frame must have \['sentence'\], which a panel draws"):
        Explorer(by_hand, name="by-hand", panels=[Text(("sentence",))], n=Slider("n", range(3), start=0))


def test_what_is_read_is_text():
    with pytest.raises(TypeError, match="sentence must be text, got 3"):
        Explorer(
            lambda n: {"sentence": n},
            name="by-hand",
            panels=[Text(("sentence",))],
            n=Slider("n", range(3, 5), start=3),
        )


@pytest.mark.parametrize("name", ["", "Layer", "a layer", "layer-", "layer.stride", None])
def test_a_name_can_be_part_of_an_address(name):
    with pytest.raises(ValueError, match="name must be small letters with hyphens between words, got"):
        Explorer(by_hand, name=name, panels=[Text(("word",))], n=Slider("n", range(3), start=0))


def test_panels_that_do_not_move_are_refused():
    graph = Graph("a box", {"a": Node(0, 0, "a")}, ())
    with pytest.raises(
        ValueError, match="panels must be Text, Grid or Lines, which sliders can move, got Graph"
    ):
        Explorer(by_hand, name="by-hand", panels=[graph], n=Slider("n", range(3), start=0))


def test_a_setting_must_be_a_value_of_its_slider():
    explorer = Explorer(by_hand, name="by-hand", panels=[Text(("word",))], n=Slider("n", range(3), start=0))
    with pytest.raises(ValueError, match=r"n must be one of range\(0, 3\), got 7"):
        explorer.frame(n=7)


def test_what_cannot_be_packed_is_named():
    with pytest.raises(ValueError, match=r"big must hold integers of 32 bits to be packed, got -\d+ to 3"):
        pack(evaluate([lambda n: {"big": np.array([-(2**40), 3])}], {"n": range(1)}))
    with pytest.raises(TypeError, match="z must hold real numbers"):
        pack(evaluate([lambda n: {"z": np.array([1j])}], {"n": range(1)}))


def test_unknown_slider_in_a_setting():
    explorer = Explorer(by_hand, name="by-hand", panels=[Text(("word",))], n=Slider("n", range(3), start=0))
    with pytest.raises(ValueError, match="must name sliders"):
        explorer.frame(m=1)
    assert explorer.description(n=2) == "This setting is impossible: two is not allowed."


def test_sliders_of_numbers_that_are_not_whole():
    explorer = Explorer(
        lambda gain: {"cells": np.zeros((1, 1), int), "gain": np.array([[gain]])},
        name="by-hand",
        panels=[Grid("gain", roles="cells", legend=("input",), numbers="gain")],
        gain=Slider("gain", [0.5, 1.0, 2.0], start=1.0),
    )
    sliders, drawing = explorer.children
    assert sliders.children[0].index == drawing.gain == 1
    assert explorer.frame(gain=2.0)["gain"] == [[2.0]]


# Planted faults


def test_an_explorer_whose_frame_differs_from_the_reference(monkeypatch):
    right = chapter.size_frame
    setting = {"input_size": 7, "kernel_size": 3, "stride": 3, "padding": 0, "dilation": 1}

    def off_by_one(**setting):
        return right(**{**setting, "stride": setting["stride"] - 1})

    with caught(test_size_frame_is_what_pytorch_does.hypothesis.inner_test, setting=setting, row=1):
        monkeypatch.setattr(chapter, "size_frame", off_by_one)


def test_an_explorer_does_not_depend_on_the_readers_own_settings():
    def make():
        return Explorer(
            lambda n: {"row": np.exp([[-800.0 * n, -90.0]]), "roles": np.zeros((1, 2), int)},
            lambda n: {"curve": np.exp(-100.0 * np.arange(n, n + 3)), "x": np.arange(3.0)},
            name="small",
            panels=[Grid("n", roles="roles", numbers="row")],
            n=Slider("number n", range(1, 3), start=1),
        )

    usual = make()
    with np.errstate(all="raise"), np.printoptions(precision=1, suppress=True, threshold=1):
        made = make()
        assert made.frame(n=2)["row"][0, 0] == 0
        assert made.static_html() == usual.static_html()
        assert made.children[1].frames == usual.children[1].frames
