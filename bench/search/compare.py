#!/usr/bin/env python3
"""Which sampler is better where: compares the lines of search_bench and peers.py.

usage: compare.py FILE ...   (lines: problem,family,sampler,seed,regret after 25, 50, 100, ... trials,time of an ask;
                             .gz files and lines that begin with # are fine)

For each budget and family: the mean rank over the problems (by the mean over seeds of log10 regret), wins, ties and
losses of the first sampler named against each other one, and Wilcoxon's signed-rank test over the problems, corrected
by Holm over the samplers. At a budget those samplers count that have gone so far, and of the problems those that all
of them have.
"""
import gzip
import math
import sys
from collections import defaultdict

BUDGETS = [25, 50, 100, 200, 500, 1000]
FLOOR = 1e-8  # of the regret: nobody needs more


class Results:
    """samplers: names in order; means[budget][problem][sampler]: mean over seeds of log10 regret; family[problem];
    milliseconds[sampler]: of an ask, mean over cells"""

    def __init__(self, paths):
        cells = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        self.samplers, self.family, times = [], {}, defaultdict(list)
        for path in paths:
            with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
                for line in file:
                    if line.startswith("#") or not line.rstrip().endswith("ms"):
                        continue
                    problem, kind, sampler, _, *values = line.strip().split(",")
                    self.family[problem] = kind
                    if sampler not in self.samplers:
                        self.samplers.append(sampler)
                    times[sampler].append(float(values.pop().removesuffix("ms")))
                    for budget, value in zip(BUDGETS, values):
                        cells[budget][problem][sampler].append(math.log10(max(float(value), FLOOR)))
        self.milliseconds = {s: sum(v) / len(v) for s, v in times.items()}
        self.means = {}
        for budget, problems in sorted(cells.items()):
            there = {s for own in problems.values() for s in own}
            if len(there) > 1:
                self.means[budget] = {problem: {s: sum(v) / len(v) for s, v in own.items()}
                                      for problem, own in problems.items() if len(own) == len(there)}

    def at(self, budget):
        """The samplers that went so far, in order."""
        there = next(iter(self.means[budget].values()), {})
        return [s for s in self.samplers if s in there]

    def groups(self, budget):
        """{family: problems}, "all" first."""
        groups = defaultdict(list)
        for problem in self.means[budget]:
            groups["all"].append(problem)
            groups[self.family[problem]].append(problem)
        return groups


def mean_ranks(problems, own):
    total = defaultdict(float)
    for problem in own:
        values = problems[problem]
        for s, v in values.items():
            total[s] += (0.5 + sum((o < v) + 0.5 * (o == v) for o in values.values())) / len(own)
    return total


def wilcoxon(differences):
    """Two-sided p of the signed-rank test, by the normal approximation with a correction for ties."""
    kept = [d for d in differences if abs(d) > 1e-12]
    n = len(kept)
    if n < 6:
        return 1.0
    order = sorted(range(n), key=lambda i: abs(kept[i]))
    rank, ties, i = [0.0] * n, 0.0, 0
    while i < n:
        j = i
        while j < n and abs(abs(kept[order[j]]) - abs(kept[order[i]])) < 1e-12:
            j += 1
        for k in range(i, j):
            rank[order[k]] = (i + j + 1) / 2
        ties += (j - i) ** 3 - (j - i)
        i = j
    positive = sum(r for r, d in zip(rank, kept) if d > 0)
    mean, variance = n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    z = (abs(positive - mean) - 0.5) / math.sqrt(variance)
    return min(1.0, math.erfc(max(z, 0) / math.sqrt(2)))


def holm(p_values):
    """{name: p} corrected."""
    corrected, largest = {}, 0.0
    for i, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, p * (len(p_values) - i)))
        corrected[name] = largest
    return corrected


def duels(problems, own, first, others):
    """{other: (won, tied, lost, mean gap in decades, corrected p)}, from the view of `first`"""
    rows, p_values = {}, {}
    for other in others:
        differences = [problems[p][first] - problems[p][other] for p in own]
        p_values[other] = wilcoxon(differences)
        rows[other] = (sum(d < -1e-9 for d in differences), sum(abs(d) <= 1e-9 for d in differences),
                       sum(d > 1e-9 for d in differences), sum(differences) / len(own))
    corrected = holm(p_values)
    return {other: (*row, corrected[other]) for other, row in rows.items()}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    results = Results(sys.argv[1:])
    for budget, problems in results.means.items():
        samplers = results.at(budget)
        for kind, own in results.groups(budget).items():
            ranks = mean_ranks(problems, own)
            print(f"{budget:5} {kind:14} {len(own):4} problems; mean rank "
                  + ", ".join(f"{s} {ranks[s]:.2f}" for s in sorted(samplers, key=lambda s: ranks[s])))
            for other, (won, tied, lost, gap, p) in duels(problems, own, samplers[0], samplers[1:]).items():
                print(f"{'':20} {samplers[0]} against {other}: {won} won, {tied} tied, {lost} lost, "
                      f"{gap:+.2f} decades, p {p:.3g}")
    print("ms of an ask, mean: " + ", ".join(f"{s} {t:.3f}" for s, t in results.milliseconds.items()))


if __name__ == "__main__":
    main()
