#!/usr/bin/env python3
"""What ask + tell costs, hone beside Optuna: cost_bench, then the same studies with Optuna's samplers in memory.

usage: cost.py COST_BENCH
"""
import random
import subprocess
import sys
import time


def optuna_line(name, make, trials, asks):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    axes = {f"x{i}": optuna.distributions.FloatDistribution(-5, 5) for i in range(20)}
    study = optuna.create_study(sampler=make(optuna.samplers))
    draw = random.Random(1)
    for _ in range(trials):
        values = {axis: draw.uniform(-5, 5) for axis in axes}
        study.add_trial(optuna.trial.create_trial(params=values, distributions=axes,
                                                  value=sum((v - 1) ** 2 for v in values.values())))
    milliseconds = []
    for _ in range(asks):
        start = time.process_time()
        trial = study.ask()
        values = [trial.suggest_float(axis, -5, 5) for axis in axes]
        study.tell(trial, sum((v - 1) ** 2 for v in values))
        milliseconds.append(1e3 * (time.process_time() - start))
    first, rest = milliseconds[0], sorted(milliseconds[1:])
    print(f"optuna {optuna.__version__} {name:16} d=20 n={trials:<6} median {rest[len(rest) // 2]:8.3f} ms, "
          f"p99 {rest[int(0.99 * (len(rest) - 1))]:8.3f} ms, the first one {first:8.3f} ms", flush=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    import warnings
    warnings.filterwarnings("ignore")
    subprocess.run([sys.argv[1]], check=True)
    samplers = {"tpe": lambda s: s.TPESampler(seed=1),
                "tpe_multivariate": lambda s: s.TPESampler(seed=1, multivariate=True, constant_liar=True),
                "cmaes": lambda s: s.CmaEsSampler(seed=1),
                "nsga2": lambda s: s.NSGAIISampler(seed=1),
                "random": lambda s: s.RandomSampler(seed=1)}
    for name, make in samplers.items():
        for trials in (1000, 10_000):
            try:
                optuna_line(name, make, trials, 20)
            except ImportError as error:
                print(f"optuna {name}: {error}")
                break


if __name__ == "__main__":
    main()
