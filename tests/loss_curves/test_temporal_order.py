"""The temporal-order task: by hand, against a naive reading of each string, and over all easy sequences."""

import itertools
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves.temporal_order import (
    CLASSES,
    LEVELS,
    SYMBOLS,
    Level,
    class_names,
    classify,
    is_held_out,
    one_hot,
    sample,
    symbols_from_one_hot,
    symbols_from_text,
    text,
)

property_test = settings(deadline=None, max_examples=25)
seeds = st.integers(0, 2**32 - 1)
levels = st.sampled_from(sorted(LEVELS))
sides = st.booleans()


def every_easy_sequence():
    for length, first, second in itertools.product((7, 8), (1, 2), (4, 5)):
        for pair, distractors in itertools.product(
            ("XX", "XY", "YX", "YY"), itertools.product("abcd", repeat=length - 4)
        ):
            letters = ["B", *distractors, "E"]
            letters.insert(first, pair[0])
            letters.insert(second, pair[1])
            yield "".join(letters)


def naive_sequence(level, rng):
    length, first, second = (
        rng.integers(*bounds, endpoint=True) for bounds in (level.lengths, level.first, level.second)
    )
    letters = rng.choice(list("abcd"), length)
    letters[0], letters[first], letters[second], letters[-1] = "B", *rng.choice(list("XY"), 2), "E"
    return "".join(letters)


def places(sequence):
    return [place for place, letter in enumerate(sequence) if letter in "XY"]


class TestByHand:
    def test_levels_are_those_of_the_course(self):
        assert {name: (level.lengths, level.first, level.second) for name, level in LEVELS.items()} == {
            "easy": ((7, 8), (1, 2), (4, 5)),
            "normal": ((30, 40), (2, 5), (20, 27)),
            "moderate": ((60, 80), (10, 20), (45, 54)),
            "hard": ((100, 110), (10, 20), (50, 60)),
            "nightmare": ((300, 500), (10, 80), (250, 290)),
        }

    def test_a_level_stays_as_it_is(self):
        with pytest.raises(FrozenInstanceError):
            LEVELS["easy"].first = (1, 3)

    def test_encoding_pads_in_front(self):
        symbols = symbols_from_text(["XB", "E"])
        np.testing.assert_array_equal(symbols, [[0, 6], [-1, 7]])
        expected = np.zeros((2, 2, 8))
        expected[0, 0, 0] = expected[0, 1, 6] = expected[1, 1, 7] = 1
        np.testing.assert_array_equal(one_hot(symbols), expected)
        assert one_hot(symbols).dtype == np.float32

    @pytest.mark.parametrize(("pair", "name"), [("XX", "Q"), ("XY", "R"), ("YX", "S"), ("YY", "U")])
    def test_class_follows_from_the_order_of_the_two_symbols(self, pair, name):
        sequences = ["Ba{}ac{}dE".format(*pair), "B{}abc{}E".format(*pair)]
        assert class_names(classify(symbols_from_text(sequences))) == [name, name]


class TestSamples:
    @property_test
    @given(levels, seeds, sides, st.integers(1, 40))
    def test_every_sequence_is_one_of_its_level(self, name, seed, held_out, count):
        level = LEVELS[name]
        symbols, labels = sample(name, count, np.random.default_rng(seed), held_out=held_out)
        assert symbols.shape == (count, level.longest)
        for sequence, label in zip(text(symbols), labels, strict=True):
            assert sequence[0] == "B"
            assert sequence[-1] == "E"
            assert level.lengths[0] <= len(sequence) <= level.lengths[1]
            first, second = places(sequence)
            assert level.first[0] <= first <= level.first[1]
            assert level.second[0] <= second <= level.second[1]
            assert (
                "QRSU"[label]
                == {"XX": "Q", "XY": "R", "YX": "S", "YY": "U"}[sequence[first] + sequence[second]]
            )
            assert set(sequence[1:first] + sequence[first + 1 : second] + sequence[second + 1 : -1]) <= set(
                "abcd"
            )

    @property_test
    @given(levels, seeds, sides)
    def test_padding_stands_in_front_and_nowhere_else(self, name, seed, held_out):
        symbols, _ = sample(name, 50, np.random.default_rng(seed), held_out=held_out)
        lengths = [len(sequence) for sequence in text(symbols)]
        for row, length in zip(symbols, lengths, strict=True):
            assert (row[: len(row) - length] == -1).all()
            assert (row[len(row) - length :] >= 0).all()

    @pytest.mark.parametrize("held_out", [False, True])
    @pytest.mark.parametrize("name", sorted(LEVELS))
    def test_every_length_and_place_occurs_about_equally_often(self, name, held_out):
        level, count = LEVELS[name], 8_000
        symbols, labels = sample(name, count, np.random.default_rng(0), held_out=held_out)
        where = (symbols == 0) | (symbols == 1)
        begin = (symbols == SYMBOLS.index("B")).argmax(axis=1)
        first = where.argmax(axis=1) - begin
        second = level.longest - 1 - where[:, ::-1].argmax(axis=1) - begin
        for drawn, (low, high) in (
            (level.longest - begin, level.lengths),
            (first, level.first),
            (second, level.second),
            (labels, (0, 3)),
        ):
            frequencies = np.bincount(drawn, minlength=high + 1)[low:] * (high - low + 1) / count
            assert len(frequencies) == high - low + 1
            # Six standard deviations of the count, and what splitting a small level by pattern shifts.
            slack = 6 * np.sqrt((high - low + 1) / count) + (0.2 if name == "easy" else 0)
            assert abs(frequencies - 1).max() < min(slack, 0.99)

    def test_classes_are_balanced_and_symbols_too(self):
        symbols, labels = sample("moderate", 20_000, np.random.default_rng(3))
        np.testing.assert_allclose(np.bincount(labels) / 20_000, 0.25, atol=0.015)
        counts = np.bincount(symbols[symbols >= 0])
        np.testing.assert_allclose(counts[2:6] / counts[2:6].sum(), 0.25, atol=0.003)

    def test_same_generator_same_sequences_and_the_global_one_is_left_alone(self):
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        first, again, other = (sample("hard", 9, np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first.symbols, again.symbols)
        np.testing.assert_array_equal(first.labels, again.labels)
        assert not np.array_equal(first.symbols, other.symbols)
        np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002

    @pytest.mark.parametrize(
        ("held_out", "drawn"),
        [(False, ["BdXacYbE", "BXcdXbE", "BbYbdYE"]), (True, ["BdYcaYbE", "BdXaYcaE", "BYcbbYE"])],
    )
    def test_a_seed_draws_what_it_has_always_drawn(self, held_out, drawn):
        """Or the records of chapter 4 could not be made again."""
        assert text(sample("easy", 40, np.random.default_rng(0), held_out=held_out).symbols[:3]) == drawn


class TestHeldOut:
    def test_the_easy_level_has_5120_sequences_split_once_and_for_all(self):
        sequences = list(every_easy_sequence())
        assert len(set(sequences)) == len(sequences) == 5120
        symbols = symbols_from_text(sequences)
        held_out = is_held_out(symbols)
        assert held_out.sum() == 604
        assert np.array(sequences)[held_out][:6].tolist() == [
            "BXaaXaE",
            "BXbaXbE",
            "BXbbXaE",
            "BXcaXdE",
            "BXcbXbE",
            "BXccXaE",
        ]
        for side in (held_out, ~held_out):
            counts = np.bincount(classify(symbols[side]))
            assert (counts == counts[0]).all()

    @pytest.mark.parametrize("held_out", [False, True])
    def test_a_sample_reaches_no_sequence_of_the_other_side_and_all_short_ones_of_its_own(self, held_out):
        sequences = np.array(list(every_easy_sequence()))
        side = set(sequences[is_held_out(symbols_from_text(sequences)) == held_out])
        drawn, _ = sample("easy", 40_000, np.random.default_rng(0), held_out=held_out)
        assert set(text(drawn)) <= side
        assert {sequence for sequence in side if len(sequence) == 7} <= set(text(drawn))

    @property_test
    @given(levels, seeds, sides)
    def test_the_two_symbols_and_the_padding_do_not_decide_the_side(self, name, seed, held_out):
        symbols, _ = sample(name, 20, np.random.default_rng(seed), held_out=held_out)
        assert (is_held_out(symbols) == held_out).all()
        assert (is_held_out(np.pad(symbols, ((0, 0), (3, 0)), constant_values=-1)) == held_out).all()
        for one, other in itertools.product((0, 1), repeat=2):
            twin = symbols.copy()
            rows, columns = np.nonzero(twin == 0)
            twin[rows, columns] = one
            rows, columns = np.nonzero(symbols == 1)
            twin[rows, columns] = other
            assert (is_held_out(twin) == held_out).all()

    def test_what_is_drawn_is_for_training_unless_told(self):
        assert not is_held_out(sample("easy", 100, np.random.default_rng(0)).symbols).any()

    @pytest.mark.parametrize("name", sorted(LEVELS))
    def test_one_in_eight_is_held_out(self, name):
        rng = np.random.default_rng(5)
        sequences = [naive_sequence(LEVELS[name], rng) for _ in range(2_000)]
        held_out = is_held_out(symbols_from_text(sequences))
        six_deviations = 6 * np.sqrt(1 / 8 * 7 / 8 / 2_000)
        assert abs(held_out.mean() - 1 / 8) < six_deviations

    def test_it_is_one_in_eight_and_not_in_nine(self):
        symbols = np.random.default_rng(6).integers(2, 6, (100_000, 20))
        assert abs(is_held_out(symbols).mean() - 1 / 8) < 0.005

    @pytest.mark.parametrize("held_out", [False, True])
    def test_a_level_that_is_too_small_to_split_says_so(self, held_out):
        tiny = Level(lengths=(4, 4), first=(1, 1), second=(2, 2))
        (side,) = set(is_held_out(symbols_from_text(["BXXE", "BXYE", "BYXE", "BYYE"])).tolist())
        if side == held_out:
            assert len(sample(tiny, 3, np.random.default_rng(0), held_out=held_out).labels) == 3
        else:
            with pytest.raises(ValueError, match="level must have sequences that are"):
                sample(tiny, 3, np.random.default_rng(0), held_out=held_out)


class TestEncodings:
    @property_test
    @given(levels, seeds)
    def test_there_and_back(self, name, seed):
        symbols, _ = sample(name, 8, np.random.default_rng(seed))
        encoding = one_hot(symbols)
        np.testing.assert_array_equal(encoding.sum(axis=-1), symbols >= 0)
        np.testing.assert_array_equal(symbols_from_one_hot(encoding), symbols)
        sequences = text(symbols)
        longest = max(map(len, sequences))
        np.testing.assert_array_equal(symbols_from_text(sequences), symbols[:, -longest:])

    def test_naive_loop(self):
        symbols, labels = sample("normal", 10, np.random.default_rng(7))
        for row, encoding, sequence in zip(symbols, one_hot(symbols), text(symbols), strict=True):
            letters = [SYMBOLS[column.argmax()] for column in encoding if column.any()]
            assert "".join(letters) == sequence == "".join(SYMBOLS[number] for number in row if number >= 0)
        assert class_names(labels) == [CLASSES[label] for label in labels]


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (("medium", 3, np.random.default_rng(0)), ValueError, "level must be one of easy, normal"),
            (("easy", 0, np.random.default_rng(0)), ValueError, "count must be at least 1, got 0"),
            (("easy", 2.0, np.random.default_rng(0)), TypeError, "count must be a whole number"),
            (({"easy"}, 3, np.random.default_rng(0)), ValueError, "level must be one of easy, normal"),
            (("easy", [3], np.random.default_rng(0)), TypeError, "count must be a whole number"),
            (("easy", 3, 0), TypeError, "rng must be a numpy.random.Generator, got int"),
        ],
    )
    def test_sample(self, arguments, error, message):
        with pytest.raises(error, match=message):
            sample(*arguments)

    @pytest.mark.parametrize("held_out", [None, 0, "yes", [True]])
    def test_side(self, held_out):
        with pytest.raises(TypeError, match="held_out must be True or False, got "):
            sample("easy", 1, np.random.default_rng(0), held_out=held_out)
        assert len(sample("easy", 1, np.random.default_rng(0), held_out=np.True_).labels) == 1

    @pytest.mark.parametrize("dtype", ["a word", 3, [[1.0]]])
    def test_dtype(self, dtype):
        with pytest.raises(TypeError, match="dtype must be a NumPy dtype, got "):
            one_hot([0], dtype)

    @pytest.mark.parametrize(
        ("lengths", "first", "second", "message"),
        [
            ((8, 7), (1, 2), (4, 5), "lengths must be"),
            ((7, 8), (0, 2), (4, 5), "first must be at least 1"),
            ((7, 8), (1, 4), (4, 5), "must end before"),
            ((7, 8), (1, 2), (4, 6), "before the last symbol of the shortest sequence, at 6"),
            ((7, 8, 9), (1, 2), (4, 5), "lengths must be one number or 2"),
        ],
    )
    def test_level(self, lengths, first, second, message):
        with pytest.raises(ValueError, match=message):
            Level(lengths, first, second)

    def test_a_level_is_the_same_however_its_bounds_are_given(self):
        assert Level([7, 8], np.array([1, 2]), (4, 5)) == LEVELS["easy"]
        assert hash(Level([7, 8], [1, 2], [4, 5])) == hash(LEVELS["easy"])
        assert Level(9, 1, 4) == Level((9, 9), (1, 1), (4, 4))

    @pytest.mark.parametrize("function", [classify, is_held_out, text, one_hot])
    def test_symbols(self, function):
        with pytest.raises(ValueError, match="symbols must be numbers from -1 to 7, got 0 to 8"):
            function([[0, 8]])
        with pytest.raises(TypeError, match="symbols must be whole numbers"):
            function([[0.5, 1.0]])

    @pytest.mark.parametrize("function", [classify, is_held_out, text])
    def test_shape(self, function):
        with pytest.raises(ValueError, match=r"shape \(N, T\), got shape \(2,\)"):
            function([0, 1])

    @pytest.mark.parametrize("sequence", ["BXaE", "BXXYE", "BaaE"])
    def test_class_of_anything_but_two_symbols(self, sequence):
        with pytest.raises(ValueError, match=sequence):
            classify(symbols_from_text(["BXYE", sequence]))

    @pytest.mark.parametrize(
        "encoding",
        [np.ones((1, 8)), np.eye(1, 8) + np.eye(1, 8, 1), np.full((1, 8), 0.5), np.ones((2, 7)), np.zeros(8)],
    )
    def test_one_hot(self, encoding):
        with pytest.raises(ValueError, match="encoding must"):
            symbols_from_one_hot(encoding)

    @pytest.mark.parametrize("sequences", [[], [""], ["BXé"], ["BX YE"]])
    def test_text(self, sequences):
        with pytest.raises(ValueError, match="sequences must"):
            symbols_from_text(sequences)

    @pytest.mark.parametrize("sequences", [None, "BXE", {"BXE"}, [1], [None], ["BXE", b"BXE"]])
    def test_what_is_not_a_list_of_strings(self, sequences):
        with pytest.raises(TypeError, match="sequences must be a list of strings, got "):
            symbols_from_text(sequences)
        np.testing.assert_array_equal(symbols_from_text(np.array(["BXE"])), symbols_from_text(("BXE",)))

    def test_class_names(self):
        with pytest.raises(TypeError, match="labels must be whole numbers"):
            class_names([0.0])
        with pytest.raises(ValueError, match=r"labels must have shape \(N,\), got shape \(\)"):
            class_names(0)
        with pytest.raises(ValueError, match="labels must be numbers from 0 to 3"):
            class_names([4])
