#!/usr/bin/env python3
"""Which sampler is better where: compares the lines of search_bench and peers.py.

usage: compare.py FILE ...   (lines: problem,family,sampler,seed,regret after 25, 50, 100, ... trials,time of an ask)

For each budget and family: the mean rank over the problems (by the mean over seeds of log10 regret), wins, ties and
losses of the first sampler named against each other one, and Wilcoxon's signed-rank test over the problems, corrected
by Holm over the samplers. Only problems that all samplers have are counted.
"""
import math
import sys
from collections import defaultdict

BUDGETS = [25, 50, 100, 200, 500, 1000]
FLOOR = 1e-8  # of the regret: nobody needs more


def read(paths):
    """{budget: {problem: {sampler: mean log10 regret}}}, {problem: family}, {sampler: ms of an ask}"""
    cells, family, times = defaultdict(lambda: defaultdict(lambda: defaultdict(list))), {}, defaultdict(list)
    samplers = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                problem, kind, sampler, _, *values = line.strip().split(",")
                family[problem] = kind
                if sampler not in samplers:
                    samplers.append(sampler)
                times[sampler].append(float(values.pop().removesuffix("ms")))
                for budget, value in zip(BUDGETS, values):
                    cells[budget][problem][sampler].append(math.log10(max(float(value), FLOOR)))
    means = {budget: {problem: {s: sum(v) / len(v) for s, v in own.items()} for problem, own in problems.items()
                      if len(own) == len(samplers)} for budget, problems in cells.items()}
    return samplers, means, family, {s: sum(v) / len(v) for s, v in times.items()}


def ranks(values):
    return {s: 0.5 + sum((o < v) + 0.5 * (o == v) for o in values.values()) for s, v in values.items()}


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


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    samplers, means, family, times = read(sys.argv[1:])
    first, *others = samplers
    for budget, problems in sorted(means.items()):
        groups = defaultdict(list)
        for problem in problems:
            groups["all"].append(problem)
            groups[family[problem]].append(problem)
        for kind, own in groups.items():
            total = defaultdict(float)
            for problem in own:
                for sampler, rank in ranks(problems[problem]).items():
                    total[sampler] += rank / len(own)
            against = {}
            for other in others:
                differences = [problems[p][first] - problems[p][other] for p in own]
                against[other] = (sum(d < -1e-9 for d in differences), sum(abs(d) <= 1e-9 for d in differences),
                                  sum(d > 1e-9 for d in differences), sum(differences) / len(own),
                                  wilcoxon(differences))
            p = holm({other: row[4] for other, row in against.items()})
            print(f"{budget:5} {kind:14} {len(own):4} problems; mean rank "
                  + ", ".join(f"{s} {total[s]:.2f}" for s in sorted(samplers, key=lambda s: total[s])))
            for other, (won, tied, lost, gap, _) in against.items():
                print(f"{'':20} {first} against {other}: {won} won, {tied} tied, {lost} lost, "
                      f"{gap:+.2f} decades, p {p[other]:.3g}")
    print("ms of an ask, mean: " + ", ".join(f"{s} {t:.3f}" for s, t in times.items()))


if __name__ == "__main__":
    main()
