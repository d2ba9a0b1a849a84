"""The map of chapter 2: what is drawn at random, what is measured, and that the record holds."""

import hashlib
import json
import math

import numpy as np
import pytest

from helpers.gated_rnn import exponents as chapter
from helpers.gated_rnn import oracle
from helpers.numerics import check_close
from helpers.records import record_path

RECORD = chapter.read(record_path("gated_rnn_exponents.json"))
NETWORKS = ("gated", "plain")


def test_by_hand():
    """At gain 0 the plain network forgets at once; in the gated one, gates of ½ keep half."""
    gated, plain = chapter.largest_exponents(seed=0, gain=0, scales=(1e-9,), T=300)
    check_close(gated, [math.log(0.5)], tolerance=1e-3)
    np.testing.assert_array_equal(plain, [-np.inf])


def test_draw_has_the_variances_it_says():
    network, x, h0 = chapter.random_network(0, gain=3, scales=(2, 5), T=400, m=100)
    variances = [array.var() for array in (network.W_c, network.W_h, network.W_x, *x, h0)]
    expected = [1 / 100, 9 / 100, 1 / 100, 4, 25, 1]
    np.testing.assert_allclose(variances, expected, rtol=0.2)


def test_draws_differ_by_gain_scale_length_and_seed_alone():
    network, x, h0 = chapter.random_network(0, gain=2, scales=(1, 10), T=6, m=4)
    other, short, other_h0 = chapter.random_network(0, gain=8, scales=(1, 10), T=3, m=4)
    check_close(other.W_h, 4 * network.W_h)
    check_close(other.W_c, network.W_c)
    check_close(x[1], 10 * x[0])
    np.testing.assert_array_equal(short, x[:, :3])
    np.testing.assert_array_equal(other_h0, h0)
    assert (chapter.random_network(1, gain=2, scales=(1,), T=6, m=4)[1] != x[0]).all()


def test_tanh_jacobians_are_autograds():
    import torch

    network, x, h0 = chapter.random_network(0, gain=2, scales=(1, 3), T=4, m=3)

    def last_state(W_h, W_x, x, h):
        for x_t in x:
            h = torch.tanh(W_h @ h + W_x @ x_t)
        return h

    jacobians = np.array(list(chapter.tanh_jacobians(network, x, h0)))
    for batch in range(2):
        product = np.linalg.multi_dot(jacobians[::-1, batch])
        expected = oracle.jacobian(last_state, network.W_h, network.W_x, x[batch], h0[batch])[-1]
        check_close(product, expected)


def test_exponents_are_the_growth_of_autograds_jacobian():
    """Over a stretch so short that nothing overflows, and so long that the direction hardly counts."""
    (gated,), _ = chapter.largest_exponents(seed=0, gain=2, scales=(3,), T=60)
    network, x, h0 = chapter.random_network(0, gain=2, scales=(3,), T=60)
    weights = network.W_c, network.W_h, network.W_x
    jacobian = oracle.jacobian(lambda *a: oracle.gated_rnn(*a)[-1], *weights, x[0], h0[0])[-1]
    # A direction at random has 1/√m of its length along the one that grows most, to an order of magnitude.
    assert abs(gated - np.log(np.linalg.norm(jacobian, 2)) / 60) < math.log(10 * np.sqrt(64)) / 60


def test_record_says_how_it_was_made():
    assert (
        RECORD["command"]
        == "python -m helpers.gated_rnn.exponents src/helpers/records/data/gated_rnn_exponents.json"
    )
    assert {"date", "python", "numpy"} <= set(RECORD)
    assert (RECORD["gains"], RECORD["scales"]) == (list(chapter.GAINS), list(chapter.SCALES))
    assert (RECORD["seeds"], RECORD["steps"]) == (list(range(chapter.SEEDS)), chapter.STEPS)
    for network in NETWORKS:
        assert RECORD[network].shape == (len(chapter.GAINS), len(chapter.SCALES), chapter.SEEDS)


@pytest.mark.parametrize(("gain", "scale", "seed"), [(1, 1, 0), (0.5, 3.2, 7), (0.25, 0.1, 9)])
def test_record_holds_where_nothing_is_chaotic(gain, scale, seed):
    measured = chapter.largest_exponents(seed, gain, scales=(scale,))
    for network, (exponent,) in zip(NETWORKS, measured, strict=True):
        assert exponent < -0.1
        in_record = RECORD[network][chapter.GAINS.index(gain), chapter.SCALES.index(scale), seed]
        assert abs(exponent - in_record) < 6e-5


def test_a_record_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(chapter, "GAINS", (0, 1))
    monkeypatch.setattr(chapter, "SCALES", (1, 3, 10))
    monkeypatch.setattr(chapter, "SEEDS", 4)

    def numbered(seed, gain):
        gated = 100 * gain + 10 * np.arange(3) + seed
        return gated, np.full(3, -np.inf) if gain == 0 else -gated

    monkeypatch.setattr(chapter, "largest_exponents", numbered)
    monkeypatch.setattr("sys.argv", ["gated_rnn_map", str(tmp_path / "map.json")])
    chapter.main()
    json.loads((tmp_path / "map.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)  # strict
    written = chapter.read(tmp_path / "map.json")
    assert written["command"].endswith("map.json")
    expected = 100 * np.arange(2)[:, None, None] + 10 * np.arange(3)[:, None] + np.arange(4)
    np.testing.assert_array_equal(written["gated"], expected)
    np.testing.assert_array_equal(written["plain"][1], -expected[1])
    assert np.isneginf(written["plain"][0]).all()


def test_positive_in_words_by_hand():
    words = chapter.describe_positive([[0, -1, 1], [1, 1, 1]], gains=(0.5, 2), scales=(0.1, 1, 10))
    assert words == "gain 0.5: at 10; gain 2: from 0.1 to 10"


@pytest.mark.parametrize("network", NETWORKS)
def test_words_of_the_record_place_every_sign(network):
    """Reading the sentence back gives the table of signs."""
    means = RECORD[network].mean(axis=-1)
    words = chapter.describe_positive(means, chapter.GAINS, chapter.SCALES)
    signs = np.zeros(means.shape, bool)
    for part in words.split("; "):
        gains, places = part.removeprefix("gain ").split(": ")
        rows = positions(gains, chapter.GAINS)
        for place in () if places == "nowhere" else places.split(" and "):
            signs[rows, positions(place.removeprefix("at ").removeprefix("from "), chapter.SCALES)] = True
    np.testing.assert_array_equal(signs, means > 0)


def positions(words, values):
    first, _, last = words.partition(" to ")
    return slice(values.index(float(first)), values.index(float(last or first)) + 1)


def test_one_exponent_is_the_largest_of_all():
    network, x, h0 = chapter.random_network(0, gain=4, scales=(0.3, 3), T=600, m=16)
    run = network.run(x, h0)
    every = network.lyapunov_exponents(run)
    np.testing.assert_allclose(network.lyapunov_exponents(run, count=1)[:, 0], every[:, 0], atol=0.01)
    np.testing.assert_allclose(network.lyapunov_exponents(run, count=3), every[:, :3], atol=0.02)


def test_the_record_is_the_one_that_was_made():
    """A number in it that is changed by hand is noticed. Who records it again puts its new sum here."""
    recorded = hashlib.sha256(
        record_path("gated_rnn_exponents.json").read_bytes().replace(b"\r\n", b"\n")
    ).hexdigest()
    assert recorded == "67ca56d4160c8abd92d0132c76ebaf61ce93b7f48e7a7e1b813391092cab6c3b"
