"""Makes the database FILE.db that optuna_3.sql holds: /usr/bin/python3 make_studies.py FILE.db [FILE.sql]

Every kind of distribution, state and value that Optuna 3.1 stores, in studies that need nothing but Optuna. Times are
fixed, so that the dump is the same every time."""
import math
import sqlite3
import sys
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
STORAGE = optuna.storages.RDBStorage("sqlite:///" + sys.argv[1])
X, LR, N, K, Q = (FloatDistribution(-1, 1), FloatDistribution(1e-5, 1e-1, log=True), IntDistribution(1, 9, step=2),
                  IntDistribution(1, 100, log=True), FloatDistribution(0, 1, step=0.1))
C = CategoricalDistribution(["a", 1, 2.5, None, True])


def study(name, *directions):
    return optuna.create_study(storage=STORAGE, study_name=name, directions=directions or ["minimize"])


def add(to, state=TrialState.COMPLETE, value=None, reports=None, user=None, system=None, **params):
    """params: NAME=(value, distribution)."""
    to.add_trial(create_trial(
        state=state, values=value if isinstance(value, list) else None if value is None else [value],
        params={name: pair[0] for name, pair in params.items()},
        distributions={name: pair[1] for name, pair in params.items()},
        intermediate_values=reports or {}, user_attrs=user or {}, system_attrs=system or {}))


def plain():
    s = study("plain", "maximize")
    s.set_user_attr("dataset", {"rows": 7})
    for i in range(6):
        params = dict(x=(0.1 * i - 0.3, X), lr=(1e-4 * 3 ** i, LR), n=(1 + 2 * (i % 5), N), k=(1 + 7 * i, K),
                      q=(0.1 * i, Q), c=(C.choices[i % 5], C))
        if i == 4:
            add(s, TrialState.PRUNED, 0.5, {0: 0.25, 1: 0.5}, **params)
        else:
            add(s, value=1 / (1 + i), reports={0: 0.1, 1: math.nan, 3: -math.inf if i == 2 else i / 3},
                user={"note": "trial %d" % i}, system={"constraints": [i - 3.5, -1.0]}, **params)
    add(s, TrialState.FAIL, x=(0.9, X))  # raised before it asked for the rest
    s.enqueue_trial({"x": 0.25, "lr": 0.01, "n": 3, "k": 9, "q": 0.3, "c": True})
    s.enqueue_trial({"x": 0.5})


def odd():
    s = study("odd")
    wide, narrow = FloatDistribution(-5, 0), FloatDistribution(-1, 2)
    by_two, by_three = IntDistribution(0, 4, step=2), IntDistribution(0, 9, step=3)
    only = CategoricalDistribution(["x"])
    add(s, value=1.0, **{"a-b": (-4.5, wide), "a_b": (2, by_two), "7": ("x", only)})
    add(s, value=math.inf, **{"a-b": (1.5, narrow), "a_b": (3, by_three), "7": ("x", only)})
    add(s, TrialState.FAIL, **{"a-b": (0.5, narrow), "a_b": (0, by_three), "7": ("x", only)})
    running = s.ask()
    running.suggest_float("a-b", -1, -1)
    running.suggest_int("a_b", 6, 6)
    running.suggest_categorical("7", ["x"])


def dynamic():
    s = study("dynamic")
    kind = CategoricalDistribution(["svm", "forest"])
    for i in range(4):
        if i % 2 == 0:
            add(s, value=float(i), kind=("svm", kind), c=(0.1 + i, FloatDistribution(0, 10 + i)))
        else:
            add(s, value=float(i), kind=("forest", kind), depth=(2 + i, IntDistribution(1, 8)))


def two():
    s = study("two", "minimize", "maximize")
    s.set_system_attr("study:metric_names", ["loss", "speed"])
    for i in range(3):
        add(s, value=[float(i), 2.0 * i], x=(0.25 * i, X))


def fix_times(path):
    with sqlite3.connect(path) as database:
        database.execute("UPDATE trials SET datetime_start = '2026-01-02 03:04:05.250000' "
                         "WHERE datetime_start NOT NULL")
        database.execute("UPDATE trials SET datetime_complete = '2026-01-02 03:04:06.750000' "
                         "WHERE datetime_complete NOT NULL")


for make in (plain, odd, dynamic, two):
    make()
STORAGE.engine.dispose()
fix_times(sys.argv[1])
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("-- What make_studies.py made with Optuna %s.\n" % optuna.__version__)
        out.writelines(line + "\n" for line in sqlite3.connect(sys.argv[1]).iterdump())
