#!/usr/bin/env python3
"""Tunes gradient descent on a valley that is a hundred times as steep across as along, by `hone session`.

usage: tune.py HONE STUDY.toml [FLAGS OF hone session ...]     needs nothing but Python
"""
import json
import subprocess
import sys

session = subprocess.Popen([sys.argv[1], "session", *sys.argv[2:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           text=True)


def say(line):
    session.stdin.write(json.dumps(line) + "\n")
    session.stdin.flush()
    answer = json.loads(session.stdout.readline())
    if "error" in answer:
        sys.exit(answer["error"])
    return answer


def losses(rate, momentum):
    """The loss after each of 20 steps of gradient descent with momentum on x^2 + 100 y^2, from (10, 1)."""
    x, y, dx, dy = 10.0, 1.0, 0.0, 0.0
    for _ in range(20):
        dx, dy = momentum * dx - rate * 2 * x, momentum * dy - rate * 200 * y
        x, y = x + dx, y + dy
        yield min(x * x + 100 * y * y, 1e300)


while "trial" in (trial := say({"ask": {}})):
    number = trial["trial"]
    outcome = {"state": "pruned"}
    for step, loss in enumerate(losses(trial["params"]["learning_rate"], trial["params"]["momentum"]), 1):
        if say({"report": number, "step": step, "value": loss})["decision"] == "stop":
            break
    else:
        outcome = {"value": loss}
    say({"tell": number, **outcome})

best = say({"best": {}})["best"]
print(f"trial {best['trial']}: loss {best['value']:.3g} with {best['params']}")
session.stdin.close()
sys.exit(session.wait())
