#!/usr/bin/env python3
"""What `hone fit` reaches in a fixed time on the primary data sets. Usage: accuracy.py HONE DATA [SEED ...]

HONE: the program; DATA: the folder of the primary sets (fashion-mnist comes from Debian's package). Each is tuned for
60 s on all cores, the machine doing nothing else; the value is that of the sealed test part, looked at once.
HONE_SETS="adult coupon" takes only those, HONE_TIME=10s another time. Prints one row of a Markdown table per run.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# name, arguments, metric, goal, aim, whether larger is better
SETS = [
    ("fashion-mnist", ["fashion-mnist"], "accuracy", 0.890, 0.90, True),
    ("adult", ["{data}/tabular_adult/train.csv", "--test", "{data}/tabular_adult/test.csv", "--target", "income"],
     "accuracy", 0.8565, 0.866, True),
    ("pm25", ["{data}/tabular_pm25/train.csv", "--test", "{data}/tabular_pm25/test.csv", "--target", "pm2.5"],
     "rmse", 66.7, 64.0, False),
    ("coupon", ["{data}/ads_coupon/train.csv", "--test", "{data}/ads_coupon/test.csv", "--target", "Y",
                "--metric", "auc"], "auc", 0.823, 0.835, True),
]


def run(program, arguments, seed, folder):
    command = [program, "fit", *arguments, "--time", os.environ.get("HONE_TIME", "60s"), "--seed", str(seed), "-f",
               "json", "--storage", f"sqlite:///{folder}/hone.db", "--out", f"{folder}/model"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main():
    program, data, *seeds = sys.argv[1:]
    wanted = os.environ.get("HONE_SETS", "").split()
    print("| data | seed | metric | validation | sealed test | goal | aim | verdict | complete | seconds | winner |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, arguments, metric, goal, aim, larger in SETS:
        arguments = [argument.format(data=data) for argument in arguments]
        if wanted and name not in wanted:
            continue
        if arguments[0].endswith(".csv") and not pathlib.Path(arguments[0]).exists():
            print(f"| {name} | skipped: {arguments[0]} is not there |")
            continue
        for seed in seeds or ["1"]:
            with tempfile.TemporaryDirectory() as folder:
                result = run(program, arguments, seed, folder)
            value = result["test"]["metrics"][metric]
            reaches = [value >= bar if larger else value <= bar for bar in (goal, aim)]
            verdict = "aim" if reaches[1] else "goal" if reaches[0] else "missed"
            trials = result["trials"]
            best = result["best"]
            parameters = " ".join(f"{key}={value:.4g}" if isinstance(value, float) else f"{key}={value}"
                                  for key, value in best["params"].items())
            print(f"| {name} | {seed} | {metric} | {result['validation']:.5g} | {value:.5g} | {goal} | {aim} | "
                  f"{verdict} | {trials['complete']} | "
                  f"{result['seconds']:.0f} | {best['trial']}: {parameters} |", flush=True)


if __name__ == "__main__":
    main()
