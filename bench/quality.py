#!/usr/bin/env python3
"""What `hone fit` reaches beside scikit-learn, in one run. Usage: quality.py HONE DATA [SEED ...]

For each primary table (in DATA): `hone fit` with default settings for HONE_TIME (default 120s) with each seed (default
1 2 3); scikit-learn's HistGradientBoosting as it comes, the same tuned by Optuna's TPE for as long (its objective: the
value on a fifth of the training part; then trained on all of it), and its early-stopped MLP, one after another, on all
cores. The value is that of the sealed test part; means over the seeds stand in the last column.

HONE_SETS names some of the tables. HONE_TABLES is a folder of other ones instead: each a folder with train.csv and
test.csv, whose column "target" is predicted (by rmse if it has more than 20 different numbers, else by accuracy). Mean
ranks over the tables are told at the end: by that metric, and by the log loss where there are classes. HONE_SIDES
leaves sides out ("hone fit,boosted trees").
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SETS = {  # folder, target, metric
    "adult": ("tabular_adult", "income", "accuracy"),
    "coupon": ("ads_coupon", "Y", "auc"),
    "pm25": ("tabular_pm25", "pm2.5", "rmse"),
}


def score(metric, model, x, y):
    if metric == "log_loss":
        return log_loss(y, model.predict_proba(x), labels=model.classes_)
    if metric == "accuracy":
        return accuracy_score(y, model.predict(x))
    if metric == "auc":
        return roc_auc_score(y, model.predict_proba(x)[:, 1])
    return mean_squared_error(y, model.predict(x)) ** 0.5


def own_tables(place):
    """{name: (folder, target, metric)} of a folder of tables."""
    tables = {}
    for name in sorted(os.listdir(place)):
        target = pd.read_csv(f"{place}/{name}/train.csv", usecols=["target"])["target"]
        numbers = target.dtype != object and target.nunique() > 20
        tables[name] = (f"{place}/{name}", "target", "rmse" if numbers else "accuracy")
    return tables


def read(folder, target):
    """(x, y) of train.csv and test.csv; categories are codes of the training part's levels, unseen ones missing."""
    train, test = (pd.read_csv(f"{folder}/{name}.csv", skipinitialspace=True, na_values="?")
                   for name in ("train", "test"))
    train, test = (frame[frame[target].notna()] for frame in (train, test))
    y, sealed_y = train.pop(target), test.pop(target)
    if y.dtype == object:
        levels = sorted(y.unique())
        y, sealed_y = (pd.Series(pd.Categorical(s.str.rstrip("."), levels).codes) for s in (y, sealed_y))
    texts = [name for name in train if train[name].dtype == object and train[name].nunique() < 255]
    for name in [name for name in train if train[name].dtype == object]:
        if name not in texts:
            train, test = train.drop(columns=name), test.drop(columns=name)
            continue
        levels = sorted(train[name].dropna().unique())
        for frame in (train, test):
            codes = pd.Categorical(frame[name], levels).codes.astype(float)
            frame[name] = np.where(codes < 0, np.nan, codes)
    return (train, y.to_numpy()), (test, sealed_y.to_numpy()), texts


def trees(metric, texts, columns, seed, **options):
    kind = HistGradientBoostingRegressor if metric == "rmse" else HistGradientBoostingClassifier
    return kind(categorical_features=[name in texts for name in columns], random_state=seed, **options)


def tuned_trees(metric, x, y, texts, seed, seconds):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    stratify = None if metric == "rmse" else y
    fit_x, held_x, fit_y, held_y = train_test_split(x, y, test_size=0.2, random_state=seed, stratify=stratify)

    fewest_bins = max([31] + [int(x[name].max()) + 2 for name in texts])  # a category needs a bin of its own

    def options_of(trial):
        return {"learning_rate": trial.suggest_float("learning_rate", 0.01, 0.5, log=True),
                "max_iter": trial.suggest_int("max_iter", 50, 1000, log=True),
                "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 7, 127, log=True),
                "min_samples_leaf": trial.suggest_int("min_samples_leaf", 2, 100, log=True),
                "l2_regularization": trial.suggest_float("l2_regularization", 1e-6, 10, log=True),
                "max_bins": trial.suggest_int("max_bins", fewest_bins, 255)}

    def objective(trial):
        model = trees(metric, texts, x.columns, seed, **options_of(trial)).fit(fit_x, fit_y)
        return score(metric, model, held_x, held_y)

    study = optuna.create_study(direction="minimize" if metric == "rmse" else "maximize",
                                sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, timeout=seconds)
    return trees(metric, texts, x.columns, seed, **study.best_params).fit(x, y)


def early_stopped_mlp(metric, x, y, texts, seed):
    numbers = [name for name in x.columns if name not in texts]
    inputs = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        (make_pipeline(SimpleImputer(strategy="constant", fill_value=-1), OneHotEncoder(handle_unknown="ignore")),
         texts))
    kind = MLPRegressor if metric == "rmse" else MLPClassifier
    return make_pipeline(inputs, kind(early_stopping=True, random_state=seed)).fit(x, y)


def hone(program, folder, target, metric, seed):
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [program, "fit", f"{folder}/train.csv", "--test", f"{folder}/test.csv", "--target", target,
             "--metric", metric, "--time", os.environ.get("HONE_TIME", "120s"), "--seed", str(seed), "-f", "json",
             "--storage", f"sqlite:///{place}/hone.db", "--out", f"{place}/model"], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        return json.loads(done.stdout)["test"]["metrics"]


def ranks_of(values, smaller_is_better):
    """1 for the best of {side: value}; equals share their mean rank."""
    sign = 1 if smaller_is_better else -1
    return {side: 0.5 + sum((sign * other < sign * own) + 0.5 * (other == own) for other in values.values())
            for side, own in values.items()}


def main():
    program, data, *seeds = sys.argv[1:]
    seeds = [int(seed) for seed in seeds] or [1, 2, 3]
    seconds = float(os.environ.get("HONE_TIME", "120s").rstrip("s"))
    tables = {name: (f"{data}/{folder}", target, metric) for name, (folder, target, metric) in SETS.items()}
    if "HONE_TABLES" in os.environ:
        tables = own_tables(os.environ["HONE_TABLES"])
    every_side = "hone fit,boosted trees,boosted trees tuned,MLP early stopped"
    wanted_sides = os.environ.get("HONE_SIDES", every_side).split(",")
    ranks = {"metric": [], "log_loss": []}
    print("| data, metric | who | " + " | ".join(f"seed {seed}" for seed in seeds) + " | mean | log loss |")
    print("|---" * (len(seeds) + 4) + "|")
    for name in os.environ.get("HONE_SETS", " ".join(tables)).split():
        folder, target, metric = tables[name]
        if not os.path.exists(folder):
            print(f"| {name} | skipped: {folder} is not there |")
            continue
        (x, y), (sealed_x, sealed_y), texts = read(folder, target)

        def sealed(model):
            metrics = {metric: score(metric, model, sealed_x, sealed_y)}
            if metric != "rmse":
                metrics["log_loss"] = score("log_loss", model, sealed_x, sealed_y)
            return metrics

        sides = {
            "hone fit": lambda seed: hone(program, folder, target, metric, seed),
            "boosted trees": lambda seed: sealed(trees(metric, texts, x.columns, seed).fit(x, y)),
            "boosted trees tuned": lambda seed: sealed(tuned_trees(metric, x, y, texts, seed, seconds)),
            "MLP early stopped": lambda seed: sealed(early_stopped_mlp(metric, x, y, texts, seed)),
        }
        means, losses = {}, {}
        for side in wanted_sides:
            start = time.monotonic()
            metrics = [sides[side](seed) for seed in seeds]
            values = [m[metric] for m in metrics]
            means[side] = np.mean(values)
            shown = ""
            if metric != "rmse":
                losses[side] = np.mean([m["log_loss"] for m in metrics])
                shown = f"{losses[side]:.4g}"
            print(f"| {name}, {metric} | {side} | " + " | ".join(f"{v:.5g}" for v in values) +
                  f" | {means[side]:.5g} ({time.monotonic() - start:.0f} s) | {shown} |", flush=True)
        ranks["metric"].append(ranks_of(means, metric == "rmse"))
        if losses:
            ranks["log_loss"].append(ranks_of(losses, True))
    for what, of_tables in ranks.items():
        if of_tables:
            print(f"mean rank by {what} over {len(of_tables)} tables: " + ", ".join(
                f"{side} {np.mean([ranks[side] for ranks in of_tables]):.2f}" for side in wanted_sides))


if __name__ == "__main__":
    main()
