"""The explorers of chapter 1.3: what their frames show is what the references and autograd say."""

import numpy as np
import torch
from every_explorer import made, settings_of
from hypothesis import given, settings

from helpers.loss_curves import explorers as chapter
from helpers.loss_curves.cliff import loss_and_gradient
from helpers.loss_curves.untrained import untrained
from helpers.numerics.formatting import format_number

CLIFF, INITIAL = ("notebooks/loss_curves", 1), ("notebooks/loss_curves", 3)


def test_the_surface_is_the_loss_at_the_middles_of_its_cells():
    surface = chapter.surface()
    rows, columns = surface.shape
    for row, column in ((0, 0), (3, 70), (rows - 1, columns - 1)):
        w = 4 + 3 * (column + 0.5) / columns
        b = chapter.BIAS.low + (chapter.BIAS.high - chapter.BIAS.low) * (row + 0.5) / rows
        np.testing.assert_allclose(surface[row, column], loss_and_gradient(w, b)[0])


@settings(deadline=None, max_examples=8)
@given(settings_of(*CLIFF))
def test_both_descents_are_pytorchs(setting):
    """Up to the first gradient longer than ½, after which rounding differs too much to compare."""
    frame = made(*CLIFF).frame(**setting)
    w, b = setting["w"], setting["b"]
    assert (frame["start_w"], frame["start_b"], frame["now"]) == (w, b, setting["steps_taken"])
    for name, threshold in (("clipped", setting["threshold"]), ("unclipped", np.inf)):
        places, losses, norms = chapter.descent_of(w, b, setting["learning_rate"], threshold)
        theta = torch.nn.Parameter(torch.tensor([w, b], dtype=torch.float64))
        optimiser = torch.optim.SGD([theta], lr=setting["learning_rate"])
        for k in range(30):
            h = torch.tensor(0.5, dtype=torch.float64)
            for _ in range(50):
                h = theta[0] * torch.sigmoid(h) + theta[1]
            loss = (torch.sigmoid(h) - 0.7) ** 2
            optimiser.zero_grad()
            loss.backward()
            norm = theta.grad.norm().item()
            if norm > 0.5:
                break
            found = [*places[k], losses[k], norms[k]]
            expected = [*theta.detach().numpy(), loss.item(), norm]
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=5e-5)  # loss and gradient end at 0
            drawn = np.array([frame[f"{name}_w"][k], frame[f"{name}_b"][k]], float)
            at_w, at_b = place = theta.detach().numpy()
            on_the_map = 4 <= at_w <= 7 and chapter.BIAS.low <= at_b <= chapter.BIAS.high
            np.testing.assert_allclose(drawn, place if on_the_map else [np.nan, np.nan], atol=2e-3)
            np.testing.assert_allclose(float(frame[f"{name}_loss"][k]), loss.item(), rtol=2e-3, atol=5e-5)
            torch.nn.utils.clip_grad_norm_([theta], threshold)
            optimiser.step()


@settings(deadline=None, max_examples=20)
@given(settings_of(*CLIFF))
def test_the_words_say_how_the_descents_end(setting):
    frame = made(*CLIFF).frame(**setting)
    for name, threshold in (("clipped", setting["threshold"]), ("unclipped", np.inf)):
        where = setting["w"], setting["b"], setting["learning_rate"], threshold
        (*_, (w, b)), (*_, loss), norms = chapter.descent_of(*where)
        outside = not (4 <= w <= 7 and chapter.BIAS.low <= b <= chapter.BIAS.high)
        assert ("off the map" in frame[f"{name}_end"]) == outside
        assert f"ℓ = {format_number(loss, digits=2)}" in frame[f"{name}_end"]
        if name == "clipped":
            cut = int((norms[:-1] > threshold).sum())
            assert f"; {cut or 'no'} gradient" in frame["clipped_end"]


def test_the_right_answer_to_the_question():
    places, loss, _ = chapter.descent_of(*chapter.START, 0.2, np.inf)
    assert places[-1, 0] > 100
    assert loss[-1] > loss[0]
    assert chapter.descent_of(*chapter.START, 0.2, 1)[1][-1] < loss[0] / 10


def histogram_of(frame):
    """Return the counts of a histogram's bins, and the middles of these."""
    edges, counts = frame["losses"], frame["networks"]
    assert counts[-1] == 0, "the last bin ends where the line goes down"
    assert counts.max() == 1
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
    mean = np.log(4) + np.average(middles, weights=counts)
    assert abs(mean - np.mean(losses)) < 4 * np.std(losses) / np.sqrt(chapter.NETWORKS)
    spread = np.sqrt(np.average((np.log(4) + middles - mean) ** 2, weights=counts))
    assert abs(spread / np.std(losses) - 1) < 0.2


@settings(deadline=None, max_examples=15)
@given(settings_of(*INITIAL))
def test_a_histogram_holds_every_network_and_its_lines_stand_where_they_should(setting):
    frame, C = made(*INITIAL).frame(**setting), setting["classes"]
    counts, _ = histogram_of(frame)
    drawn = untrained(C, chapter.NETWORKS, scale=setting["scale"])
    in_bins = np.histogram(drawn.loss - np.log(C), frame["losses"])[0]
    assert in_bins.sum() == chapter.NETWORKS, "a network is beyond the bins"
    np.testing.assert_allclose(counts, in_bins / in_bins.max())
    assert (frame["log"] == 0).all()
    np.testing.assert_allclose(frame["formula"], drawn.variance / 2 * (1 - 1 / C), atol=1e-12)
    assert f"mean loss is {drawn.loss.mean():.3f}, " in frame["mean_sentence"]
    below = round(100 * (drawn.loss < np.log(C) - 1e-9).mean())
    assert f"{below} % of the networks are below" in frame["mean_sentence"]
    if setting["scale"] == 0:
        np.testing.assert_allclose(drawn.loss, np.log(C))
        assert below == 0


def test_at_the_start_untrained_networks_cost_more_than_ln_C():
    counts, middles = histogram_of(made(*INITIAL).frame())
    assert np.average(middles, weights=counts) > 0.1
