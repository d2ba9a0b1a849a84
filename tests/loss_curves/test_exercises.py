"""The exercises of chapter 1.3: the sheet's answers and others are judged by their words."""

import pytest
from answers import wrong_answer

from helpers import exercises
from helpers.loss_curves import recorded_census


@pytest.mark.parametrize(
    ("id", "sentence", "mistake", "why"),
    [
        (
            "1.3.2.cause",
            "This is possible when the labels are being incorrectly assigned.",
            "puts it down to wrong labels",
            "none is wrong in any of these spikes",
        ),
        (
            "1.3.2.cause",
            "if the labels are swapped completely, loss and accuracy will be worse than a randomly initialized model",
            "puts it down to wrong labels",
            "cross-entropy has no ceiling",
        ),
        (
            "1.3.2.cause",
            "It may arise due to several reasons related to the training process and hyperparameters.",
            "names what moves the weights, and not why that can cost so much",
            "−ln p",
        ),
        ("1.3.3.regularisation", "gradient clipping", "clips the gradient", "no fewer spikes"),
        ("1.3.3.regularisation", "regularization techniques", "regularises", "neither fewer spikes nor more"),
    ],
)
def test_a_cause_and_cures(id, sentence, mistake, why):
    answer = wrong_answer(id, sentence)
    assert answer.mistake == mistake
    assert why in answer.sentences[1]


@pytest.mark.parametrize(
    ("id", "sentence", "right"),
    [
        ("1.3.2.cause", "Cross-entropy is not bounded from above.", True),
        ("1.3.2.cause", "The model is confidently wrong; the labels are right.", True),
        ("1.3.2.cause", "An exploding gradient made one long step.", False),
        ("1.3.2.cause", "The training set was memorised.", False),
        ("1.3.2.cause", "Because.", False),
        ("1.3.2.cause", "The labels were uncertain.", False),
        ("1.3.2.cause", "-ln p goes to infinity as p goes to 0", True),
        ("1.3.2.cause", "-log p can be arbitrarily large", True),
        ("1.3.2.cause", "cross entropy isn't bounded", True),
        ("1.3.2.cause", "It can be sure and wrong.", True),
        ("1.3.2.cause", "It gives almost no probability to the right class.", True),
        ("1.3.2.cause", "Certainly the labels are wrong.", False),
        ("1.3.2.cause", "A certain share of the labels is wrong.", False),
        ("1.3.2.cause", "It is wrong with high confidence", True),
        ("1.3.2.cause", "It puts almost all probability on a wrong class", True),
        ("1.3.2.cause", "Negative log likelihood can grow without bound", True),
        ("1.3.2.cause", "A long step makes the loss unbounded.", True),
        ("1.3.2.cause", "It is not unsure: it is confident, and wrong.", True),
        ("1.3.2.cause", "The network is no longer confident in its answers.", False),
        ("1.3.2.cause", "It is not sure of its answers any more, so it guesses.", False),
        ("1.3.2.cause", "Exploding gradients make the weights infinite.", False),
        ("1.3.2.cause", "There is no limit to the step size", False),
        ("1.3.2.cause", "Because the gradient is unbounded.", False),
        ("1.3.3.regularisation", "increase the decay of the learning rate", False),
        ("1.3.3.regularisation", "increase alpha to .999", True),
        ("1.3.3.regularisation", "alpha=.999", True),
        ("1.3.3.regularisation", "increase the decay", True),
        ("1.3.3.regularisation", "a bigger alpha", True),
        ("1.3.3.regularisation", "increase the weight decay", False),
    ],
)
def test_answers_in_other_words(id, sentence, right):
    assert exercises.check(id, sentence, save=False).right == right


@pytest.mark.parametrize(
    "sentence", ["It is not sure of its answers any more.", "It has become less confident."]
)
def test_an_unsure_network_pays_no_more(sentence):
    assert wrong_answer("1.3.2.cause", sentence).mistake == "takes it for unsure"


def test_with_shorter_steps_hardly_a_run_learnt():
    assert (
        "hardly a run learnt" in wrong_answer("1.3.3.regularisation", "a smaller learning rate").sentences[1]
    )
    assert recorded_census.share_learnt(recorded_census.runs("learning-rate-3e-4"), ...) < 0.15


def test_a_gradient_that_explodes_makes_no_step_that_explodes_under_rmsprop():
    answer = wrong_answer("1.3.1", lambda gradients, learning_rate, decay: -learning_rate * gradients)
    assert answer.mistake == "makes a step as long as its gradient"


def test_the_sheets_numbers_are_right():
    assert exercises.check("1.3.4.loss", "ln(4) = 1.386", save=False).right
    assert exercises.check("1.3.4.accuracy", "1/4 = 0.25", save=False).right
