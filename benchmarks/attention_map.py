"""Train AttentionRNN(∞) on the temporal order task, and record its weights: chapter 3 draws what it attends to.

    python benchmarks/attention_map.py
    python benchmarks/attention_map.py --record src/helpers/records/data/attention_rnn_trained.json

The second command also writes the record. Adam trains the network and a linear layer that reads the class from the last
state, first on short sequences and then on longer ones: from the start on long ones it did not learn the order.
The loss has a small penalty on the squares of the states' scores, without which the scores grow until one weight takes all.
The network is the oracle's, which PyTorch differentiates. It takes some minutes on one core.
"""

from timing import on_one_thread

on_one_thread()

from itertools import islice

import numpy as np
import torch
from records import head, path_given

from helpers.attention_rnn.oracle import attention_rnn
from helpers.loss_curves.temporal_order import CLASSES, SYMBOLS, Level, classify, one_hot, sample, text
from helpers.records import write_record

STAGES = (
    Level(lengths=(8, 8), first=(1, 2), second=(4, 5)),
    Level(lengths=(15, 15), first=(1, 3), second=(7, 11)),
    Level(lengths=(30, 30), first=(2, 5), second=(14, 25)),
)
"""What it is trained on, one after the other: sequences of one length each, so that none is padded."""

SEED = 0
SIZE = 8
STEPS = 400
"""In each stage."""
BATCH_SIZE = 64
LEARNING_RATE = 5e-3
LARGEST_NORM = 1.0
"""Of the gradient: what is longer is clipped."""
PENALTY = 3e-3
HELD_OUT = 200
DECIMALS = 4


def initial_parameters(generator):
    """The input's triple, the shared one, and the weight and bias of the linear layer."""
    normal = {"generator": generator, "dtype": torch.float64}
    return [
        0.5 * torch.randn(3, SIZE, len(SYMBOLS), **normal),
        torch.randn(3, SIZE, SIZE, **normal) / SIZE**0.5,
        0.5 * torch.randn(len(CLASSES), SIZE, **normal),
        torch.zeros(len(CLASSES), dtype=torch.float64),
    ]


def states_of(input_triple, shared_triple, encodings):
    """States of a batch of sequences, of shape (B, T, m)."""
    none = torch.zeros((0, SIZE), dtype=torch.float64)
    return torch.vmap(lambda x: attention_rnn(input_triple, shared_triple, x, none))(encodings)


def loss_of(parameters, level, rng):
    """The cross-entropy of a batch, and the penalty on its scores."""
    input_triple, shared_triple, weight, bias = parameters
    symbols, labels = sample(level, BATCH_SIZE, rng)
    states = states_of(input_triple, shared_triple, torch.from_numpy(one_hot(symbols, float)))
    Q, K, _ = shared_triple
    scores = ((states @ Q.T) * (states @ K.T)).sum(-1)
    logits = states[:, -1] @ weight.T + bias
    return torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels)), PENALTY * (scores**2).mean()


def each_loss(parameters, level, rng, optimiser):
    """Train without end; yield the cross-entropy before each step."""
    while True:
        loss, penalty = loss_of(parameters, level, rng)
        optimiser.zero_grad()
        (loss + penalty).backward()
        torch.nn.utils.clip_grad_norm_(parameters, LARGEST_NORM)
        optimiser.step()
        yield loss.item()


def train(stages=STAGES, steps=STEPS):
    """The trained parameters, rounded, and every loss of every stage."""
    parameters = [p.requires_grad_() for p in initial_parameters(torch.Generator().manual_seed(SEED))]
    optimiser = torch.optim.Adam(parameters, LEARNING_RATE)
    rng, losses = np.random.default_rng(SEED), []
    for level in stages:
        losses.append([*islice(each_loss(parameters, level, rng, optimiser), steps)])
        print(
            f"{level.longest} symbols: mean loss of the last 50 batches {np.mean(losses[-1][-50:]):.4f}",
            flush=True,
        )
    return [p.detach().numpy().round(DECIMALS) for p in parameters], losses


def main():
    path = path_given(__doc__)
    (input_triple, shared_triple, weight, bias), losses = train()
    symbols, labels = sample(STAGES[-1], HELD_OUT, np.random.default_rng(SEED), held_out=True)
    states = states_of(*map(torch.from_numpy, (input_triple, shared_triple, one_hot(symbols, float)))).numpy()
    right = float((np.argmax(states[:, -1] @ weight.T + bias, axis=-1) == labels).mean())
    print(f"right on held-out sequences: {100 * right:.1f} %")
    assert np.array_equal(classify(symbols), labels)
    record = {
        **head("numpy", "torch", on="one thread"),
        "seed": SEED,
        "steps": [len(each) for each in losses],
        "lengths": [level.longest for level in STAGES],
        "last_losses": [round(float(np.mean(each[-50:])), 5) for each in losses],
        "symbols": SYMBOLS,
        "input_triple": input_triple.tolist(),
        "shared_triple": shared_triple.tolist(),
        "class_weight": weight.tolist(),
        "class_bias": bias.tolist(),
        "held_out": text(symbols),
    }
    if path:
        write_record(path, record)


if __name__ == "__main__":
    main()
