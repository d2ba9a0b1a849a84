"""Right calls of the public functions of helpers.records, for tests/repository/test_bad_input.py."""

from fuzzing import Call, call_of

from helpers.records import record_path

EXEMPT = {
    r"records\.(made_with|write_record|dated_json|atomic_writes?)": "called by the experiments, with what they have measured",
}


@call_of("records.record_path")
def records(draw, _):
    return Call(record_path, {"name": "attention_rnn_cost.json"}, raises=(FileNotFoundError,))
