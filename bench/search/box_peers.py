"""Optimisers that know nothing but boxes, on the problems of search_bench: what peers.py calls dlib and nlopt_NAME.

- dlib: its global search (`find_min_global`), by the program dlib_peer beside search_bench.
- nlopt_NAME: an algorithm of NLopt (python3-nlopt), by the table ALGORITHMS: those that were best of fifteen ways to
  use it after 50 to 200 trials (bench/RESULTS.md).

What a box cannot say is put like this. Axes with a log scale are given as logarithms. Integers: dlib has integer
variables (not with a log scale), otherwise each integer owns an equal part of a real axis, which is rounded. Choices
are integers too: the index. In spaces with conditions every axis is always active for the optimiser; those that the
problem ignores are left out of what is evaluated. What has been evaluated before costs no trial and is answered with
the value told then, up to three asks a trial; this is kinder than what other samplers get. A failed trial is told as
the worst value so far. The recommended point is the one with the best value told, as for all.

NLopt works in the unit cube. Local algorithms begin near the middle (the seed moves it by up to a tenth of each axis)
and, when they have converged (1e-5 of an axis, or 1e-9 of the value), begin again at a random place. The first place
matters: these problems have their best points rather inside than at the border; bobyqa_anywhere and
neldermead_anywhere, which begin at a random place, show how much. DIRECT always begins in the middle; the seed decides
which of its equal intervals come first. dlib's first point is the middle too; the seed decides those that it draws.
"""
import math
import os
import random
import subprocess
import sys
import time

ALGORITHMS = {  # name: (the algorithm of NLopt, begins near the middle?)
    "bobyqa": ("LN_BOBYQA", True), "bobyqa_anywhere": ("LN_BOBYQA", False), "neldermead": ("LN_NELDERMEAD", True),
    "neldermead_anywhere": ("LN_NELDERMEAD", False), "direct_l_rand": ("GN_DIRECT_L_RAND", True)}
FAILED = 1e6  # told where nothing else has been told yet


def knows(name):
    return name == "dlib" or name.startswith("nlopt_")


def dlib_peer(program):
    """The path of the program, which stands beside search_bench."""
    path = os.path.join(os.path.dirname(os.path.abspath(program)), "dlib_peer")
    if not os.path.exists(path):
        sys.exit(f"box_peers.py: {path} is missing; install libdlib-dev, then: cmake --preset bench && "
                 "cmake --build --preset bench --target dlib_peer")
    return path


def version(program, name):
    """What a sampler is, with its version. Ends the program if it is not there."""
    if name == "dlib":
        return "dlib " + subprocess.run([dlib_peer(program), "version"], capture_output=True, text=True,
                                        check=True).stdout.strip()
    algorithm = name.removeprefix("nlopt_")
    if algorithm not in ALGORITHMS:
        sys.exit(f"box_peers.py: unknown algorithm '{algorithm}'; known: {', '.join(ALGORITHMS)}")
    try:
        import nlopt
    except ImportError:
        sys.exit(f"box_peers.py: {sys.executable} has no module nlopt; Debian's package is python3-nlopt")
    return f"NLopt {nlopt.version_major()}.{nlopt.version_minor()}.{nlopt.version_bugfix()} {algorithm}"


class Axis:
    """One axis as a box: low and high as the optimiser sees them; `whole`: of integers, and told so."""

    def __init__(self, axis, whole_known):
        self.type, self.log = axis["type"], axis["log"]
        self.first, self.last = (0, axis["levels"] - 1) if self.type == "choice" else (axis["low"], axis["high"])
        self.whole = self.type != "float" and whole_known and not self.log
        half = 0 if self.type == "float" or self.whole else 0.5
        self.low, self.high = self.first - half, self.last + half
        if self.log:
            self.low, self.high = math.log(self.low), math.log(self.high)

    def text(self, number):
        number = math.exp(number) if self.log else number
        if self.type != "float":
            number = math.floor(number + 0.5)
        return repr(min(max(number, self.first), self.last) if self.type == "float" else
                    int(min(max(number, self.first), self.last)))


class Trials:
    """Evaluates points of the box, and counts them."""

    def __init__(self, server, conditional, trials, budgets, whole_known):
        self.server, self.conditional, self.trials, self.budgets = server, conditional, trials, budgets
        self.axes = [Axis(axis, whole_known) for axis in server.axes]
        self.best, self.worst, self.recommended = math.inf, -math.inf, math.inf
        self.made, self.asks, self.known, self.regrets, self.seconds = 0, 0, {}, [], 0.0

    def finished(self):
        return self.made == self.trials

    def evaluate(self, numbers):
        start = time.process_time()
        try:
            return self.evaluate_untimed(numbers)
        finally:
            self.seconds += time.process_time() - start

    def evaluate_untimed(self, numbers):
        if self.finished():  # some algorithms of NLopt do not stop at once when they are told to
            return self.worst
        self.asks += 1
        values = []
        for axis, number in zip(self.axes, numbers):
            active = not self.conditional or self.server.ask("? " + " ".join(values)).strip() == "1"
            values.append(axis.text(number) if active else "-")
        line = " ".join(values)
        if line in self.known and self.asks <= 3 * self.trials:
            return self.known[line]
        value, regret = map(float, self.server.ask(line).split())
        self.made += 1
        if value < self.best:
            self.best, self.recommended = value, regret
        if value < math.inf:
            self.worst = max(self.worst, value)
        else:
            value = self.worst if self.worst > -math.inf else FAILED
        if self.made in self.budgets:
            self.regrets.append(self.recommended)
        self.known[line] = value
        return value


def run_dlib(trials, program, seed):
    """CPU seconds."""
    peer = subprocess.Popen([program, str(seed + 1)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    peer.stdin.write(" ".join(f"{a.low!r} {a.high!r} {int(a.whole)}" for a in trials.axes) + "\n")
    while not trials.finished():
        peer.stdin.flush()
        *numbers, seconds = map(float, peer.stdout.readline().split())
        peer.stdin.write(f"{trials.evaluate(numbers)!r}\n")
    peer.stdin.close()
    peer.wait()
    return seconds


def run_nlopt(trials, name, seed):
    """CPU seconds."""
    import nlopt
    import numpy
    nlopt.srand(seed + 1)
    rng = random.Random(seed)
    dimension = len(trials.axes)

    def evaluate(point, _):
        value = trials.evaluate([axis.low + (axis.high - axis.low) * min(max(float(u), 0.0), 1.0)
                                 for axis, u in zip(trials.axes, point)])
        if trials.finished():
            optimiser.force_stop()
        return value

    start, before = time.process_time(), trials.seconds
    algorithm, middle = ALGORITHMS[name]
    width = 0.2 if middle else 1
    point = [0.5 + width * (rng.random() - 0.5) for _ in range(dimension)]
    while not trials.finished():
        optimiser = nlopt.opt(getattr(nlopt, algorithm), dimension)
        optimiser.set_min_objective(evaluate)
        optimiser.set_lower_bounds(numpy.zeros(dimension))
        optimiser.set_upper_bounds(numpy.ones(dimension))
        if algorithm.startswith("LN_"):
            optimiser.set_xtol_abs(1e-5)
            optimiser.set_ftol_abs(1e-9)
        try:
            optimiser.optimize(numpy.array(point))
        except (nlopt.ForcedStop, nlopt.RoundoffLimited):
            pass
        point = [rng.random() for _ in range(dimension)]
    return time.process_time() - start - (trials.seconds - before)


def run(program, server, conditional, name, seed, trials, budgets):
    """Regrets after each of the budgets, and CPU seconds that the optimiser took."""
    own = Trials(server, conditional, trials, budgets, name == "dlib")
    if name == "dlib":
        seconds = run_dlib(own, dlib_peer(program), seed)
    else:
        seconds = run_nlopt(own, name.removeprefix("nlopt_"), seed)
    return own.regrets, seconds
