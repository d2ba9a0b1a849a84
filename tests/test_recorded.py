"""Where records of experiments are found."""

from pathlib import Path

import pytest

from helpers.recorded import recorded

ROOT = Path(__file__).parent.parent


def test_a_record_is_found():
    assert recorded("attention_rnn_cost.json") == ROOT / "notebooks/data/attention_rnn_cost.json"


@pytest.mark.parametrize("name", [None, 3, ROOT])
def test_a_name_is_text(name):
    with pytest.raises(TypeError, match="name must be the name of a file, got "):
        recorded(name)


def test_a_missing_record_is_named():
    with pytest.raises(FileNotFoundError, match=r"'nothing.json'; there are .*attention_rnn_cost.json"):
        recorded("nothing.json")
