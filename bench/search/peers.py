#!/usr/bin/env python3
"""Other programs' samplers on the problems of search_bench, as lines that compare.py reads.

usage: peers.py SEARCH_BENCH SAMPLER [--trials N] [--seeds N] [--family TEXT] [--sealed]
SAMPLER: Optuna's tpe (as it comes), tpe_multivariate (with constant liar and groups), cmaes (if the package cmaes is
there), nsga2, random: spaces with conditions are asked for define-by-run. Or dlib (if the target dlib_peer has been
built), or nlopt_NAME (python3-nlopt): box_peers.py says how they see a space.
"""
import argparse
import json
import subprocess
import time

import box_peers

BUDGETS = [25, 50, 100, 200, 500, 1000]
CONSTRAINED = ["tpe", "tpe_multivariate", "nsga2"]  # the others know no constraints
NOTHING_FEASIBLE = 1e4  # as search_bench has it


def constraints_of(trial):
    return trial.user_attrs["constraints"]


def make(name, seed, constrained=False):
    import warnings
    import optuna
    warnings.filterwarnings("ignore")
    known = {"constraints_func": constraints_of} if constrained else {}
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = optuna.samplers
    return {"tpe": lambda: samplers.TPESampler(seed=seed, **known),
            "tpe_multivariate": lambda: samplers.TPESampler(seed=seed, multivariate=True, group=True,
                                                            constant_liar=True, **known),
            "cmaes": lambda: samplers.CmaEsSampler(seed=seed),
            "nsga2": lambda: samplers.NSGAIISampler(seed=seed, **known),
            "random": lambda: samplers.RandomSampler(seed=seed)}[name]()


class Server:
    def __init__(self, program, problem, seed):
        self.process = subprocess.Popen([program, "serve", problem, str(seed)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.axes = json.loads(self.process.stdout.readline())

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def suggest(trial, axis):
    if axis["type"] == "float":
        return repr(trial.suggest_float(axis["name"], axis["low"], axis["high"], log=axis["log"]))
    if axis["type"] == "int":
        return str(trial.suggest_int(axis["name"], int(axis["low"]), int(axis["high"]), log=axis["log"]))
    return str(trial.suggest_categorical(axis["name"], list(range(axis["levels"]))))


def run(program, problem, family, name, seed, trials):
    conditional = family == "conditional" or "network" in problem
    server = Server(program, problem, seed)
    if box_peers.knows(name):
        regrets, seconds = box_peers.run(program, server, conditional, name, seed, trials, BUDGETS)
    else:
        regrets, seconds = run_optuna(server, conditional, family == "constrained", name, seed, trials)
    server.close()
    return regrets, 1e3 * seconds / trials


def label(name):
    """As lines name it."""
    return name.replace("_", " ", 1) if box_peers.knows(name) else "optuna " + name


def version(program, name):
    """As the heads of cached results name it."""
    if box_peers.knows(name):
        return box_peers.version(program, name)
    import optuna
    return f"Optuna {optuna.__version__} {name}"


def run_optuna(server, conditional, constrained, name, seed, trials):
    import optuna
    study = optuna.create_study(sampler=make(name, seed, constrained))
    best, recommended, regrets, seconds = float("inf"), NOTHING_FEASIBLE if constrained else float("inf"), [], 0.0
    for number in range(trials):
        start = time.process_time()
        trial = study.ask()
        values = []
        for axis in server.axes:
            active = not conditional or server.ask("? " + " ".join(values)).strip() == "1"
            values.append(suggest(trial, axis) if active else "-")
        seconds += time.process_time() - start
        value, regret, *constraints = map(float, server.ask(" ".join(values)).split())
        trial.set_user_attr("constraints", constraints)
        start = time.process_time()
        if value < float("inf"):
            study.tell(trial, value)
        else:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        seconds += time.process_time() - start
        if value < best and all(c <= 0 for c in constraints):
            best, recommended = value, regret
        if number + 1 in BUDGETS:
            regrets.append(recommended)
    return regrets, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("sampler")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--family", default="")
    parser.add_argument("--sealed", action="store_true")
    options = parser.parse_args()
    version(options.program, options.sampler)  # is it there?
    listed = subprocess.run([options.program, "list"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        problem, family, half = line.split(",")
        if options.family not in family or (half == "sealed") != options.sealed:
            continue
        if family == "constrained" and options.sampler not in CONSTRAINED:
            continue
        for seed in range(options.seeds):
            regrets, milliseconds = run(options.program, problem, family, options.sampler, seed, options.trials)
            print(",".join([problem, family, label(options.sampler), str(seed)] + [f"{r:.6g}" for r in regrets]
                           + [f"{milliseconds:.4f}ms"]), flush=True)


if __name__ == "__main__":
    main()
