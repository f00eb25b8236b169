#!/usr/bin/env python3
"""Time to result: how long `hone fit` needs to reach what Optuna reaches by driving PyTorch or scikit-learn.

usage: end_to_end.py HONE DATA [--minutes M] [--data adult|fashion-mnist] [--side torch|sklearn] [--seed S]

Both sides search the same space (learning rate, layers, units of each, activation, batch, dropout, weight decay) for
networks of up to 27 epochs on the same cores, Optuna 3.1 with TPE and Hyperband, its own processes one a core; both are
judged by the best accuracy after any epoch of any trial on the same fifth of the training rows, which bench/split_rows
beside HONE names. hone runs for as long, twice: with the training that the other side has (adamw, a constant rate, no
averaged weights), and with what it takes by itself where a space names nothing (a falling rate, averaged weights). Told
are the value that Optuna ends with, the second in which hone had reached it, and hone's own last value.
Categories are one-hot and numbers standardised on Optuna's side.
"""
import argparse
import gzip
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

import numpy as np

EPOCHS = 27
SPACE = """format = 1
[space]
learning_rate = { type = "float", low = 1e-4, high = 3e-2, log = true }
layers = { type = "int", low = 1, high = 3 }
units = { type = "int", low = 16, high = 256, log = true, repeat = "layers" }
activation = { type = "categorical", choices = ["relu", "tanh"] }
batch = { type = "ordinal", choices = [64, 128, 256] }
dropout = { type = "float", low = 0.0, high = 0.5 }
weight_decay = { type = "float", low = 1e-6, high = 1e-1, log = true }
[fit]
max_step = 27
metric = "accuracy"
"""
FIXED = {"the same training": """[fixed]
optimizer = "adamw"
schedule = "constant"
average = 0.0
""", "hone's defaults": ""}


def fashion():
    folder = "/usr/share/datasets/fashion-mnist"
    if not os.path.isdir(folder):
        sys.exit(f"{folder} is not there; install Debian's dataset-fashion-mnist")

    def read(name):
        path = next(f"{folder}/{name}{end}" for end in ("", ".gz") if os.path.exists(f"{folder}/{name}{end}"))
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            return np.frombuffer(file.read(), np.uint8)
    x = read("train-images-idx3-ubyte")[16:].reshape(-1, 784).astype(np.float32) / 255
    return x, read("train-labels-idx1-ubyte")[8:].astype(np.int64)


def adult(data):
    import pandas as pd
    frame = pd.read_csv(f"{data}/tabular_adult/train.csv", skipinitialspace=True, na_values="?")
    y = pd.Categorical(frame.pop("income").str.rstrip(".")).codes.astype(np.int64)
    numbers = frame.select_dtypes("number")
    numbers = (numbers - numbers.mean()) / numbers.std()
    texts = pd.get_dummies(frame.select_dtypes("object"), dummy_na=True)
    return np.hstack([numbers.to_numpy(np.float32), texts.to_numpy(np.float32)]), y


def split(program, x, y, seed):
    """As `hone fit --seed SEED` splits: (x, held x, y, held y)."""
    told = subprocess.run([f"{os.path.dirname(os.path.abspath(program))}/bench/split_rows", str(seed)],
                          input="\n".join(map(str, y)), capture_output=True, text=True, check=True).stdout
    held = np.zeros(len(y), bool)
    held[np.array(told.split(), int)] = True
    return x[~held], x[held], y[~held], y[held]


def configuration(trial):
    layers = trial.suggest_int("layers", 1, 3)
    return {"rate": trial.suggest_float("learning_rate", 1e-4, 3e-2, log=True),
            "units": [trial.suggest_int(f"units_{i}", 16, 256, log=True) for i in range(layers)],
            "activation": trial.suggest_categorical("activation", ["relu", "tanh"]),
            "batch": trial.suggest_categorical("batch", [64, 128, 256]),
            "dropout": trial.suggest_float("dropout", 0.0, 0.5),
            "decay": trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True)}


def torch_epochs(c, parts, seed):
    """Yields the accuracy after each epoch."""
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    x, held_x, y, held_y = (torch.from_numpy(np.ascontiguousarray(part)) for part in parts)
    layers, width = [], x.shape[1]
    for units in c["units"]:
        layers += [torch.nn.Linear(width, units), torch.nn.ReLU() if c["activation"] == "relu" else torch.nn.Tanh(),
                   torch.nn.Dropout(c["dropout"])]
        width = units
    model = torch.nn.Sequential(*layers, torch.nn.Linear(width, int(y.max()) + 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=c["rate"], weight_decay=c["decay"])
    loss_of = torch.nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        model.train()
        order = torch.randperm(len(x))
        for at in range(0, len(x), c["batch"]):
            picked = order[at:at + c["batch"]]
            loss = loss_of(model(x[picked]), y[picked])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            yield (model(held_x).argmax(1) == held_y).float().mean().item()


def sklearn_epochs(c, parts, seed):
    from sklearn.neural_network import MLPClassifier
    x, held_x, y, held_y = parts  # it has no dropout: that parameter does nothing here
    model = MLPClassifier(c["units"], activation=c["activation"], alpha=c["decay"], batch_size=c["batch"],
                          learning_rate_init=c["rate"], random_state=seed)
    classes = np.unique(y)
    for _ in range(EPOCHS):
        model.partial_fit(x, y, classes)
        yield model.score(held_x, held_y)


def work(side, parts, storage, seed, end):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    epochs_of = torch_epochs if side == "torch" else sklearn_epochs

    def objective(trial):
        best = 0.0
        for epoch, value in enumerate(epochs_of(configuration(trial), parts, trial.number)):
            best = max(best, value)
            trial.set_user_attr("best", best)
            trial.report(value, epoch)
            if time.time() > end or trial.should_prune():
                raise optuna.TrialPruned()
        return best

    study = optuna.load_study(study_name="s", storage=storage, sampler=optuna.samplers.TPESampler(seed=seed),
                              pruner=optuna.pruners.HyperbandPruner(1, EPOCHS, 3))
    study.optimize(objective, timeout=max(1, end - time.time()))


def optuna_side(side, parts, place, seed, minutes):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = f"sqlite:///{place}/optuna.db"
    study = optuna.create_study(study_name="s", storage=storage, direction="maximize")
    end = time.time() + 60 * minutes
    workers = [multiprocessing.Process(target=work, args=(side, parts, storage, seed + i, end))
               for i in range(len(os.sched_getaffinity(0)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return max(t.user_attrs.get("best", 0.0) for t in study.trials), len(study.trials)


def hone_side(program, data, place, seed, minutes, fixed):
    """([(seconds since the start, best value so far)], trials) from the journal of its study."""
    with open(f"{place}/space.toml", "w") as file:
        file.write(SPACE + fixed)
    start = time.time()
    done = subprocess.run([program, "fit", *data, "--space", f"{place}/space.toml", "--time", f"{minutes * 60:.0f}s",
                           "--seed", str(seed), "--ensemble", "1", "--study", "s", "--storage",
                           f"sqlite:///{place}/hone.db", "--out", f"{place}/model"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    with sqlite3.connect(f"{place}/hone.db") as db:
        reports = db.execute("SELECT j.at_ms, r.value FROM journal j JOIN reports r USING (study, trial, step) "
                             "WHERE j.kind = 'reported' ORDER BY j.revision").fetchall()
        trials = db.execute("SELECT COUNT(*) FROM trials").fetchone()[0]
    curve = []
    for at, value in reports:
        if not curve or value > curve[-1][1]:
            curve.append((at / 1000 - start, value))
    return curve, trials


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--data", choices=["adult", "fashion-mnist"], default="adult")
    parser.add_argument("--side", choices=["torch", "sklearn"], default="torch")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    x, y = adult(options.folder) if options.data == "adult" else fashion()
    adult_folder = f"{options.folder}/tabular_adult"
    data = ["fashion-mnist"] if options.data != "adult" else \
        [f"{adult_folder}/train.csv", "--target", "income", "--test", f"{adult_folder}/test.csv"]
    with tempfile.TemporaryDirectory() as place:
        theirs, their_trials = optuna_side(options.side, split(options.program, x, y, options.seed), place,
                                           options.seed, options.minutes)
    print(f"{options.data}, {options.minutes:g} minutes: Optuna + {options.side} {theirs:.4f} in {their_trials} trials",
          flush=True)
    for name, fixed in FIXED.items():
        with tempfile.TemporaryDirectory() as place:
            curve, trials = hone_side(options.program, data, place, options.seed, options.minutes, fixed)
        reached = next((f"{seconds:.1f} s" for seconds, value in curve if value >= theirs), "not reached")
        print(f"hone, {name}: reached in {reached}, ended with {curve[-1][1]:.4f} in {trials} trials", flush=True)


if __name__ == "__main__":
    main()
