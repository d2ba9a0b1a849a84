"""The explorers of chapter 1.3: what their frames show is what the references and autograd say."""

import numpy as np
import pytest
import torch
from every_explorer import made, settings_of
from hypothesis import given, settings

from helpers.loss_curves import explorers as chapter
from helpers.loss_curves.cliff import loss_and_gradient
from helpers.loss_curves.untrained import untrained
from helpers.numerics.formatting import format_number

CLIFF, INITIAL = ("notebooks/loss_curves", 1), ("notebooks/loss_curves", 3)


@pytest.mark.parametrize("name", chapter.CONTOURS)
def test_contours_are_where_the_loss_has_their_values(name):
    frame = chapter.contour_frame()
    values, rows = chapter.CONTOURS[name], len(frame[f"{name}_w"]) // len(chapter.CONTOURS[name])
    for number, value in enumerate(values):
        part = slice(number * rows, (number + 1) * rows)
        w, b = frame[f"{name}_w"][part], frame[f"{name}_b"][part]
        assert np.isnan(w[-1])  # a gap before the next contour
        drawn = np.isfinite(w)
        assert drawn.sum() > rows / 2
        # Within a grid step of it, the loss is on both sides of the value.
        near, _ = loss_and_gradient(w[drawn] + np.linspace(-0.005, 0.005, 201)[:, np.newaxis], b[drawn])
        assert (near.min(axis=0) <= value).all()
        assert (near.max(axis=0) >= value).all()


@settings(deadline=None, max_examples=8)
@given(settings_of(*CLIFF))
def test_the_way_is_pytorchs(setting):
    """Up to the first step that is thrown far, after which rounding differs too much to compare."""
    frame = made(*CLIFF).frame(**setting)
    theta = torch.nn.Parameter(torch.tensor(chapter.START, dtype=torch.float64))
    optimiser = torch.optim.SGD([theta], lr=setting["learning_rate"])
    longest = 0.0
    for k in range(min(setting["steps_taken"], 30) + 1):
        h = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(50):
            h = theta[0] * torch.sigmoid(h) + theta[1]
        loss = (torch.sigmoid(h) - 0.7) ** 2
        optimiser.zero_grad()
        loss.backward()
        norm = theta.grad.norm().item()
        if norm > 0.5:
            break
        np.testing.assert_allclose(
            [frame["way_w"][k], frame["way_b"][k], frame["loss"][k], frame["norm"][k]],
            [*theta.detach().numpy(), loss.item(), norm],
            rtol=1e-3,
        )
        torch.nn.utils.clip_grad_norm_([theta], chapter._number(setting["threshold"]))
        optimiser.step()
        longest = max(longest, norm)
    assert longest > 0.05
    after = np.arange(chapter.STEPS + 1) > setting["steps_taken"]
    for name in ("way_w", "way_b", "loss", "norm"):
        assert np.isnan(frame[name][after]).all()
        assert np.isfinite(frame[name][~after]).all()


@settings(deadline=None, max_examples=20)
@given(settings_of(*CLIFF))
def test_the_words_say_what_is_drawn(setting):
    frame, taken = made(*CLIFF).frame(**setting), setting["steps_taken"]
    places = np.stack([frame["way_w"], frame["way_b"]], axis=1)[: taken + 1]
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert f"is step {lengths.argmax() + 1}:" in frame["jump"]
    assert f"the step {format_number(lengths.max())}." in frame["jump"]
    clipped = int((frame["norm"][:taken] > chapter._number(setting["threshold"])).sum())
    if setting["threshold"] == "none":
        assert "Nothing is clipped." in frame["jump"]
    else:
        assert f" {clipped} gradient" in frame["jump"]
    w, b = places[-1]
    assert ("outside of the picture" in frame["end"]) == (not (4 <= w <= 7 and -3.4 <= b <= -2))


def histogram_of(frame):
    """Return the counts of a histogram's bins, and the middles of these."""
    edges, counts = frame["losses"], frame["networks"]
    assert counts[-1] == 0, "the last bin ends where the line goes down"
    return counts[:-1], (edges[1:] + edges[:-1]) / 2


def test_the_sheets_setting_of_untrained_networks():
    """Four classes and PyTorch's weights: by logits of PyTorch's own layers, within four standard errors."""
    torch.manual_seed(0)
    h = 0.1 * torch.randn(2000, 32, 12)
    losses = []
    for states in h:
        layer = torch.nn.Linear(12, 4)
        labels = torch.randint(4, (32,))
        losses.append(torch.nn.functional.cross_entropy(layer(states), labels).item())
    counts, middles = histogram_of(made(*INITIAL).frame(classes=4, scale=1))
    assert counts.sum() == chapter.NETWORKS
    mean = np.average(middles, weights=counts)
    assert abs(mean - np.mean(losses)) < 4 * np.std(losses) / np.sqrt(chapter.NETWORKS)
    spread = np.sqrt(np.average((middles - mean) ** 2, weights=counts))
    assert abs(spread / np.std(losses) - 1) < 0.2


@settings(deadline=None, max_examples=15)
@given(settings_of(*INITIAL))
def test_a_histogram_holds_every_network_and_its_lines_stand_where_they_should(setting):
    frame, C = made(*INITIAL).frame(**setting), setting["classes"]
    counts, _ = histogram_of(frame)
    drawn = untrained(C, chapter.NETWORKS, scale=setting["scale"])
    np.testing.assert_array_equal(counts, np.histogram(drawn.loss, frame["losses"])[0])
    assert counts.sum() == chapter.NETWORKS
    np.testing.assert_allclose(frame["log"], np.log(C))
    np.testing.assert_allclose(frame["formula"], np.log(C) + drawn.variance / 2 * (1 - 1 / C))
    assert frame["losses"][0] <= np.log(C) <= frame["losses"][-1]
    assert f"{drawn.loss.mean():.3f};" in frame["mean_sentence"]
    below = round(100 * (drawn.loss < np.log(C) - 1e-9).mean())
    assert f"{below} % are below" in frame["spread_sentence"]
    if setting["scale"] == 0:
        np.testing.assert_allclose(drawn.loss, np.log(C))
        assert below == 0


def test_at_the_start_untrained_networks_cost_more_than_ln_C():
    counts, middles = histogram_of(made(*INITIAL).frame())
    assert np.average(middles, weights=counts) > np.log(4) + 0.1
