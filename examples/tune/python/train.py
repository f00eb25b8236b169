#!/usr/bin/env python3
"""A network with one hidden layer on two interleaved spirals, by epochs, with checkpoints. Needs numpy.

hone starts it with the values as arguments; HONE_MAX_STEP is the number of epochs, HONE_CHECKPOINT_DIR the folder in
which a trial that was paused finds what it had saved.
"""
import argparse
import json
import os

import numpy as np


def spirals(count, random):
    """Points of two classes on arms that wind around each other: (count, 2), (count,)."""
    label = random.integers(0, 2, count)
    angle = random.uniform(0.3, 3 * np.pi, count)
    radius = angle / (3 * np.pi)
    points = np.stack([radius * np.cos(angle + np.pi * label), radius * np.sin(angle + np.pi * label)], axis=1)
    return points + random.normal(0, 0.02, points.shape), label


def train_epoch(weights, data, labels, rate, batch, random):
    order = random.permutation(len(data))
    for start in range(0, len(order), batch):
        x, y = data[order[start:start + batch]], labels[order[start:start + batch]]
        hidden = np.tanh(x @ weights["w1"] + weights["b1"])
        p = 1 / (1 + np.exp(-(hidden @ weights["w2"] + weights["b2"])))
        error = (p - y) / len(x)
        back = np.outer(error, weights["w2"]) * (1 - hidden ** 2)
        gradient = {"w2": hidden.T @ error, "b2": error.sum(), "w1": x.T @ back, "b1": back.sum(axis=0)}
        for name in weights:
            weights[name] = weights[name] - rate * gradient[name]


def accuracy(weights, data, labels):
    logit = np.tanh(data @ weights["w1"] + weights["b1"]) @ weights["w2"] + weights["b2"]
    return float(np.mean((logit > 0) == labels))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--batch", type=int, default=32)
    options = parser.parse_args()
    epochs = int(os.environ.get("HONE_MAX_STEP", 27))
    folder = os.environ.get("HONE_CHECKPOINT_DIR")
    checkpoint = os.path.join(folder, "checkpoint.npz") if folder else None

    random = np.random.default_rng(int(os.environ.get("HONE_SEED", 0)))
    train, train_labels = spirals(1000, np.random.default_rng(1))
    test, test_labels = spirals(1000, np.random.default_rng(2))
    epoch = 0
    weights = {"w1": random.normal(0, 3, (2, options.hidden)), "b1": random.normal(0, 1, options.hidden),
               "w2": random.normal(0, options.hidden ** -0.5, options.hidden), "b2": np.zeros(())}
    if checkpoint and os.path.exists(checkpoint):
        saved = dict(np.load(checkpoint))
        epoch = int(saved.pop("epoch"))
        weights = saved
        print("going on after epoch", epoch)

    while epoch < epochs:
        train_epoch(weights, train, train_labels, options.rate, options.batch, random)
        epoch += 1
        if checkpoint:  # first the checkpoint, whole or not at all; then the report
            np.savez(checkpoint + ".new.npz", epoch=epoch, **weights)
            os.replace(checkpoint + ".new.npz", checkpoint)
        print("hone:", json.dumps({"step": epoch, "value": accuracy(weights, test, test_labels)}), flush=True)
    # Always, also when the checkpoint was the last epoch's: it may have been ended before it could report that.
    print("hone:", json.dumps({"value": accuracy(weights, test, test_labels)}))


main()
