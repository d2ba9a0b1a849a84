"""The record of the trained network: what it solves, on which sequences, and how it was made."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from helpers.attention_rnn import UnboundedAttentionRNN, oracle
from helpers.loss_curves.temporal_order import classify, is_held_out, one_hot, symbols_from_text
from helpers.numerics import check_close
from helpers.records import record_path

PATH = record_path("attention_rnn_trained.json")
RECORD = json.loads(PATH.read_text(encoding="utf-8"))
NETWORK = UnboundedAttentionRNN(RECORD["input_triple"], RECORD["shared_triple"])
SYMBOLS = symbols_from_text(RECORD["held_out"])
ENCODINGS = one_hot(SYMBOLS, float)


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    import attention_map

    return attention_map


def test_it_says_how_it_was_made(script):
    file = "src/helpers/records/data/attention_rnn_trained.json"
    assert RECORD["command"] == f"python benchmarks/attention_map.py --record {file}"
    assert {"date", "python", "numpy", "torch", "machine"} <= set(RECORD)
    assert RECORD["seed"] == script.SEED
    assert RECORD["steps"] == [script.STEPS] * len(script.STAGES)
    assert RECORD["lengths"] == [level.longest for level in script.STAGES]
    assert len(RECORD["held_out"]) == script.HELD_OUT


def test_its_sequences_were_never_trained_on():
    assert is_held_out(SYMBOLS).all()
    assert SYMBOLS.shape == (len(RECORD["held_out"]), RECORD["lengths"][-1])
    assert set(classify(SYMBOLS).tolist()) == {0, 1, 2, 3}


def test_the_network_names_their_classes():
    last = NETWORK.run(ENCODINGS).states[:, -1]
    logits = last @ np.transpose(RECORD["class_weight"]) + RECORD["class_bias"]
    np.testing.assert_array_equal(logits.argmax(axis=1), classify(SYMBOLS))


def test_its_states_are_the_oracles():
    states = oracle.value(
        oracle.attention_rnn,
        RECORD["input_triple"],
        RECORD["shared_triple"],
        ENCODINGS[3],
        np.zeros((0, len(NETWORK.past_triples[0]))),
    )
    check_close(NETWORK.run(ENCODINGS[3]).states, states)


def test_training_lowers_the_loss(script):
    """From about ln 4, on the shortest sequences."""
    parameters, (losses,) = script.train(script.STAGES[:1], steps=60)
    assert abs(losses[0] - np.log(4)) < 0.5
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])
    assert [p.shape for p in parameters] == [(3, 8, 8), (3, 8, 8), (4, 8), (4,)]


def test_the_record_is_the_one_that_was_made():
    """A number in it that is changed by hand is noticed. Who records it again puts its new sum here."""
    recorded = hashlib.sha256(PATH.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    assert recorded == "0f7cc8fcf0156af764e13e5c10d21a0f46b550b0726452da2d5381adf13eca08"
