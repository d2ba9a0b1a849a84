"""The exercises of chapter 1.3: steps and losses agree with PyTorch, and choices with the record."""

import numpy as np
import pytest
from answers import reference, values_in_hints, wrong_answer

from helpers import exercises
from helpers.book import BOXES, EXERCISES
from helpers.exercises import ChoiceExercise, FunctionExercise
from helpers.loss_curves import recorded_census, recorded_replay
from helpers.loss_curves.exercises import times_the_untreated
from helpers.loss_curves.spikes import SPIKE_LOSS
from helpers.loss_curves.untrained import expected_loss
from helpers.numerics import check_close
from helpers.numerics.oracle import torch

OF_CHAPTER = [exercise for exercise in EXERCISES if exercise.chapter == "loss_curves"]
FUNCTIONS = [exercise.id for exercise in OF_CHAPTER if isinstance(exercise, FunctionExercise)]
CHOICES = [exercise for exercise in OF_CHAPTER if isinstance(exercise, ChoiceExercise)]


def steps_of(optimiser, gradients, **settings):
    """Return the steps that an optimiser of PyTorch makes."""
    theta = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))
    optimiser, positions = optimiser([theta], **settings), [0.0]
    for g in gradients:
        theta.grad = torch.tensor(float(g), dtype=torch.float64)
        optimiser.step()
        positions.append(theta.item())
    return np.diff(positions)


@pytest.fixture
def random():
    return np.random.default_rng(9)


# Steps


def test_rmsprops_steps(random):
    gradients = random.normal(size=20)
    theirs = steps_of(torch.optim.RMSprop, gradients, lr=0.01, alpha=0.9, eps=1e-8)
    check_close(reference("1.3.1")(gradients, 0.01, 0.9), theirs)


def test_a_step_of_rmsprop_and_its_box(random):
    gradients, step = random.normal(size=6), BOXES["1.3.1"].exercise.reference
    theirs = steps_of(torch.optim.RMSprop, gradients, lr=0.5, alpha=0.75, eps=0.25)
    v = 0.0
    for g, expected in zip(gradients, theirs, strict=True):
        check_close(step(g, v, 0.5, 0.75, 0.25), expected)
        v = 0.75 * v + 0.25 * g**2


def test_adams_step(random):
    gradients = random.normal(size=6)
    theirs = steps_of(torch.optim.Adam, gradients, lr=0.5, betas=(0.75, 0.875), eps=0.125)
    m = v = 0.0
    for k, (g, expected) in enumerate(zip(gradients, theirs, strict=True), 1):
        check_close(reference("1.3.3.adam")(g, m, v, k, 0.75, 0.875, 0.5, 0.125), expected)
        m, v = 0.75 * m + 0.25 * g, 0.875 * v + 0.125 * g**2


@pytest.mark.parametrize("c", [0.01, 3.0])
def test_a_constant_does_nothing_to_rmsprop(random, c):
    gradients = random.normal(size=10)
    plain, times_c = (
        steps_of(torch.optim.RMSprop, some, lr=0.5, alpha=0.75, eps=0.0)
        for some in (gradients, c * gradients)
    )
    check_close(times_c, plain)
    v = 0.0
    for g in gradients:
        v = 0.75 * v + 0.25 * g**2
    check_close(reference("1.3.3.constant")(gradients[-1], v, 0.5, c), times_c[-1])


def test_no_step_of_rmsprop_is_longer(random):
    bound = reference("1.3.1.longest")(0.5, 1, 0.75)
    after_a_calm = steps_of(torch.optim.RMSprop, [0, 0, 1e9], lr=0.5, alpha=0.75, eps=1e-8)
    check_close(abs(after_a_calm[-1]), bound)
    others = steps_of(torch.optim.RMSprop, random.normal(size=200), lr=0.5, alpha=0.75, eps=1e-8)
    assert np.abs(others).max() <= bound
    check_close(reference("1.3.1.longest")(0.5, 9, 0.75), 3 * bound)


def test_the_gradient_far_from_the_cliff():
    for value in (-2.0, 0.3, 1.0):
        w, b = (
            torch.zeros((), dtype=torch.float64, requires_grad=True),
            torch.tensor(value, dtype=torch.float64),
        )
        h = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(50):
            h = w * torch.sigmoid(h) + b
        ((torch.sigmoid(h) - 0.7) ** 2).backward()
        check_close(reference("1.3.1.cliff")(value), w.grad)


def test_clipping_is_pytorchs_but_for_its_1e_6(random):
    for length, threshold in ((3, 0.5), (4, 10.0)):
        g = random.normal(size=length)
        theta = torch.nn.Parameter(torch.zeros(length, dtype=torch.float64))
        theta.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_([theta], threshold)
        check_close(reference("1.3.3.clipping")(g, threshold), theta.grad, tolerance=2e-6)


def test_pytorchs_own_clipping_is_right_and_named():
    def theirs(g, threshold):
        theta = torch.nn.Parameter(torch.zeros(len(g), dtype=torch.float64))
        theta.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_([theta], threshold)
        return theta.grad.numpy()

    answer = exercises.check("1.3.3.clipping", theirs, save=False)
    assert answer.right
    assert "adds 1e-6 to the norm" in answer.sentences[0]


def another_epsilon(epsilon, inside=False):
    def steps(gradients, learning_rate, decay):
        v, made = 0.0, []
        for g in gradients:
            v = decay * v + (1 - decay) * g * g
            made.append(-learning_rate * g / (np.sqrt(v + epsilon) if inside else np.sqrt(v) + epsilon))
        return np.array(made)

    return steps


@pytest.mark.parametrize(
    ("id", "function", "mistake"),
    [
        ("1.3.1", another_epsilon(1e-8, inside=True), "puts ε inside of the root"),
        ("1.3.1", another_epsilon(1e-7), "takes another ε, 1e-7"),
        ("1.3.1", another_epsilon(1e-6), "takes another ε, 1e-6"),
        ("1.3.1", another_epsilon(0.0), "leaves ε out"),
    ],
)
def test_a_variant_is_named_and_nothing_is_called_rounded(id, function, mistake):
    with np.errstate(all="ignore"):
        answer = wrong_answer(id, function)
    assert answer.mistake == mistake
    assert "rounded" not in " ".join(answer.sentences)


def test_other_optimisers_are_named(random):
    def adam(gradients, learning_rate, decay):
        return steps_of(torch.optim.Adam, gradients, lr=learning_rate, betas=(0.9, decay), eps=1e-8)

    def adagrad(gradients, learning_rate, decay):
        return steps_of(torch.optim.Adagrad, gradients, lr=learning_rate, eps=1e-8)

    assert wrong_answer("1.3.1", adam).mistake == "makes Adam's steps"
    assert wrong_answer("1.3.1", adagrad).mistake == "never forgets, as Adagrad"


def test_a_gradient_that_explodes_makes_no_step_that_explodes_under_rmsprop():
    answer = wrong_answer("1.3.1", lambda gradients, learning_rate, decay: -learning_rate * gradients)
    assert answer.mistake == "makes a step as long as its gradient"


@pytest.mark.parametrize("id", FUNCTIONS)
def test_code_in_hints_runs_and_is_not_the_whole_answer(id):
    for value, expected in values_in_hints(id):
        assert not np.array_equal(value, expected)


# What a loss costs


def cross_entropy(z, y=0):
    return torch.nn.functional.cross_entropy(torch.tensor([z], dtype=torch.float64), torch.tensor([y])).item()


def test_four_logits_of_a_high_loss():
    condition = EXERCISES["1.3.2.logits"].condition
    for z in ((0, 6, 0, 0), (1, 2, 3, 20), (-3, 1, 0, 1.5), (-1000, 0, 0, 1000)):
        check_close(condition.value(np.array(z, float)), cross_entropy(z))
        assert condition.holds(np.array(z, float)) == (cross_entropy(z) > 5)


@pytest.mark.parametrize(
    ("z", "mistake"),
    [
        ((1, 1, 1, 1), "prefers no class"),
        ((9, 0, 0, 0), "is sure and right"),
        ((0, 3, 0, 0), "is wrong, and not sure enough"),
    ],
)
def test_logits_that_cost_less(z, mistake):
    assert wrong_answer("1.3.2.logits", z).mistake == mistake


def test_one_nat_more():
    (p,) = EXERCISES["1.3.2.probability"].answer
    check_close(cross_entropy([np.log(p), *[np.log((1 - p) / 3)] * 3]), np.log(4) + 1)


def test_a_favourite_that_is_always_wrong():
    at, pays = EXERCISES["1.3.2.favourite"].answer

    def loss(p):
        return cross_entropy([np.log((1 - p) / 3), np.log(p), *[np.log((1 - p) / 3)] * 2])

    check_close(loss(at), np.log(4))
    assert loss(at + 0.01) > np.log(4) > loss(at - 0.01)
    check_close(loss(0.999), pays)


def test_preferences_of_a_network_without_a_state(random):
    variance, loss = EXERCISES["1.3.4.spread"].answer
    biases = random.uniform(-1, 1, size=(200_000, 4)) / np.sqrt(12)
    check_close(biases.var(), variance, tolerance=1e-3)
    check_close(expected_loss(variance, 4), loss)
    of_networks = torch.nn.functional.cross_entropy(torch.tensor(biases), torch.zeros(len(biases), dtype=int))
    assert abs(of_networks.item() - loss) < 2e-3


def test_the_sheets_numbers_are_right():
    assert exercises.check("1.3.4.loss", "ln(4) = 1.386", save=False).right
    assert exercises.check("1.3.4.accuracy", "1/4 = 0.25", save=False).right


def test_the_mean_of_untrained_networks_is_not_what_equal_logits_cost():
    for typed in ("1.397", 1.398):
        assert wrong_answer("1.3.4.loss", typed).mistake == "gives the mean of untrained networks"


# What a measurement allows to say


def test_a_spike_in_a_smoothed_curve():
    def smoothed(n, H, c):
        losses = np.full(300, c)
        losses[100 : 100 + n] = H
        return np.convolve(losses, np.ones(100) / 100, "valid").max()

    for n, H, c in ((3, 4.0, 0.02), (50, 1.0, 0.1), (100, 2.0, 0.0)):
        check_close(reference("1.3.1.smoothing")(n, H, c), smoothed(n, H, c))
    mean = reference("1.3.1.smoothing")
    assert mean(17, 4, 0) < SPIKE_LOSS < mean(18, 4, 0)  # as its box says
    check_close(mean(3, 4, 0), 0.12)


def test_the_loss_of_a_network_that_knows_one_symbol():
    classes = ("XX", "XY", "YX", "YY")
    for place in (0, 1):
        for symbol in "XY":
            p = np.array([of_class[place] == symbol for of_class in classes]) / 2
            assert EXERCISES["1.3.1.plateau"].answer == pytest.approx([-np.log(p[p > 0]).mean()])


def test_how_many_seeds_exclude_one_in_seven(random):
    (n,) = EXERCISES["1.3.1.seeds"].answer
    assert (6 / 7) ** n < 0.05 < (6 / 7) ** (n - 1)
    agree = (random.random((100_000, n)) > 1 / 7).all(axis=1)
    assert abs(agree.mean() - (6 / 7) ** n) < 0.003


def test_the_best_of_several(random):
    for n, p in ((1, 0.3), (4, 0.5), (14, 0.05)):
        best = (random.random((100_000, n)) < p).any(axis=1)
        assert abs(best.mean() - reference("1.3.3.winner")(n, p)) < 0.01
    check_close(reference("1.3.3.winner")(4, 0.5), 15 / 16)  # as its box says


def test_number_and_time_of_spikes():
    without, with_it = (2, 3, 3, 4, 88), (2, 3, 3, 4, 8)
    for lasts in (without, with_it):
        assert ", ".join(map(str, lasts[:4])) in BOXES["1.3.3.measures"].question
    expected = len(with_it) / len(without), sum(with_it) / sum(without)
    check_close(EXERCISES["1.3.3.measures"].answer, expected)


# Choices, and the record


def test_times_the_untreated_by_hand():
    for training in ("adam", "norm-clipping-10", "label-noise-0.1"):
        own, untreated = recorded_census.runs(training), recorded_census.runs("untreated")
        for events in ("spikes", "steps_above"):
            a, b = (table[events].sum() / table["steps_after"].sum() for table in (own, untreated))
            interval = times_the_untreated(events, training)
            check_close(interval.effect, a / b)
            assert interval.low < a / b < interval.high


@pytest.mark.parametrize("option", EXERCISES["1.3.3.regularisation"].options, ids=lambda option: option.text)
def test_a_change_is_right_where_the_census_has_half_the_spikes_or_fewer(option):
    training = option.reply.args[0]
    interval = times_the_untreated("spikes", training)
    share = recorded_census.estimate(recorded_census.share_learnt, training, rng=np.random.default_rng(0))
    too_few = share.high <= 0.25
    assert (not option.name) == (not too_few and interval.effect < 0.5)
    assert too_few or not 0.45 < interval.effect < 0.9, "near to a half, it depends on the seeds"
    assert (f"{interval.effect:.2f} times" in option.words) == (not too_few)
    assert ("Only" in option.words) == too_few


def test_every_change_of_the_census_can_be_chosen():
    offered = {option.reply.args[0] for option in EXERCISES["1.3.3.regularisation"].options}
    assert offered <= set(recorded_census.trainings()[1:])
    assert len(offered) >= 20


def test_the_figure_supports_the_claim_on_adam_alone():
    assert (
        times_the_untreated("spikes", "adam").high
        < 1
        < times_the_untreated("spikes", "norm-clipping-10").high
    )


def test_label_noise_is_a_case_that_the_seeds_do_not_decide():
    time = times_the_untreated("steps_above", "label-noise-0.1")
    assert time.low < 1 < time.high
    assert f"{time.low:.2f} to {time.high:.2f}" in EXERCISES["1.3.3.interval"].right.words


def test_replies_on_spikes_have_the_records_numbers():
    spikes = recorded_replay.spikes()
    share = np.mean(spikes["long_memory"] <= SPIKE_LOSS)
    assert f"{100 * share:.0f} % of the spikes" in EXERCISES["1.3.1.replay"].right.words
    cause = {option.name: option.words for option in EXERCISES["1.3.2.cause"].options}
    assert f"{spikes['loss'].max():.1f}" in cause["takes it for unsure"]
    assert cause["puts it down to wrong labels"].count("0 labels are wrong") == 1
    assert not spikes["wrong_labels"].any()


@pytest.mark.parametrize("exercise", CHOICES, ids=lambda exercise: exercise.id)
def test_each_choice_is_answered_in_words_of_its_own(exercise):
    replies = [option.words for option in exercise.options]
    assert len(set(replies)) == len(replies)
    assert all(reply.endswith((".", "?")) for reply in replies)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("It becomes unsure", "takes it for unsure"),
        ("Labels of the data were wrong", "puts it down to wrong labels"),
        ("Its gradients explode", "names what moves the weights, and not why that can cost so much"),
        ("Its weights have grown large", "names what lets it be sure, and not that it is wrong"),
        ("The batch happened to be", "puts it down to chance in the batch"),
        ("It has learnt the training batches by heart", "puts it down to overfitting"),
    ],
)
def test_no_misconception_is_right(text, mistake):
    assert wrong_answer("1.3.2.cause", text).mistake == mistake


@pytest.mark.parametrize(
    "sentence",
    [
        "The network loses its confidence.",
        "The ceiling of the cross-entropy is ln 4",
        "confidence",
        "not Adam",
        "weight decay 0.999",
    ],
)
@pytest.mark.parametrize("id", ["1.3.2.cause", "1.3.3.regularisation"])
def test_prose_gets_no_tick(id, sentence):
    """Found accepted once, when words were searched for."""
    assert not exercises.check(id, sentence, save=False).right
