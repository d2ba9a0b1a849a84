"""No mistake is shown by a case in which the softmax is saturated: there, other numbers look like rounding."""

import numpy as np
import pytest

from helpers.book import EXERCISES
from helpers.numerics.compare import TOLERANCE, relative_error
from helpers.numerics.functions import quiet


def softmax(w):
    powers = np.exp(w - np.max(w))
    return powers / powers.sum()


def weights_of_step(x, h_1, h_2, input_triple, past_triples):
    triples = [input_triple, *past_triples]
    return [softmax([Q @ y @ (K @ y) for (Q, K, _), y in zip(triples, (x, h_1, h_2), strict=True)])]


def weights_of_network(x, input_triple, past_triples):
    """Of a network whose past shares one triple, those of its window are all the same."""
    shares = np.ndim(past_triples[0]) == 2
    reference = EXERCISES["1.2.2.d" if shares else "1.2.2.c"].reference
    states, found = [np.zeros(len(input_triple[0]))] * 50, []
    for x_t, h_t in zip(x, reference(x, input_triple, past_triples), strict=True):
        past = states[: len(found)] if shares else states[: len(past_triples)]
        triples = [input_triple, *([past_triples] * len(past) if shares else past_triples)]
        found.append(softmax([Q @ y @ (K @ y) for (Q, K, _), y in zip(triples, [x_t, *past], strict=True)]))
        states.insert(0, np.asarray(h_t))
    return found


WEIGHTS = {
    "1.2.2.a": weights_of_step,
    "1.2.2.b.masked": lambda w, v, t: [softmax(w)],
    "1.2.2.c": weights_of_network,
    "1.2.2.d": weights_of_network,
    "1.2.2.e": lambda q, k, *_: [softmax((q * k).sum(axis=1))],
    "1.2.2.e.input": lambda q, k, *_: [softmax((q * k).sum(axis=1))],
}


def differs(function, reference, case):
    try:
        with quiet():
            return not relative_error(np.squeeze(function(*case)), np.squeeze(reference(*case))) <= TOLERANCE
    except (ValueError, IndexError, ArithmeticError):
        return True


@pytest.mark.parametrize("id", WEIGHTS)
def test_no_mistake_is_shown_by_a_saturated_softmax(id):
    exercise = EXERCISES[id]
    cases = exercise.ordered_cases()
    for name, mistake in exercise.mistakes.items():
        case = next(case for case in cases if differs(mistake.answer, exercise.reference, case))
        largest = max((np.max(weights) for weights in WEIGHTS[id](*case) if len(weights) > 1), default=0.0)
        assert largest < 0.99, (name, largest)
