"""Opens a study that hone exported, prints what Optuna sees of it, and goes on for four trials:
go_on.py FILE.db STUDY"""
import json
import sys
import warnings

import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(storage="sqlite:///" + sys.argv[1], study_name=sys.argv[2],
                          sampler=optuna.samplers.TPESampler(seed=1, n_startup_trials=2))
before = {
    "best": study.best_trial.number, "value": study.best_value, "params": study.best_params,
    "direction": study.direction.name, "study_attrs": study.user_attrs,
    "states": [trial.state.name for trial in study.trials],
    "attrs": [trial.user_attrs for trial in study.trials],
    "constraints": [trial.system_attrs.get("constraints") for trial in study.trials],
    "reports": [sorted((step, str(value)) for step, value in trial.intermediate_values.items())
                for trial in study.trials],
    "seconds": [trial.duration.total_seconds() if trial.duration is not None else None for trial in study.trials],
}
domains = {}
for trial in study.trials:
    domains.update(trial.distributions)
seen = []


def objective(trial):
    seen.append({name: trial._suggest(name, domain) for name, domain in domains.items()})
    return float(trial.number)


study.optimize(objective, n_trials=4)
before.update(seen=seen, after=len(study.trials))
print(json.dumps(before))
