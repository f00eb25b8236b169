"""The comparison of samplers as one static HTML page: a curve for each family, and the tables behind them."""
import html

from compare import duels, mean_ranks

COLOURS = ["#0b6e4f", "#c1440e", "#2d5da1", "#8e44ad", "#b8860b", "#16808a", "#7f8c8d", "#d6336c", "#495057", "#5c940d"]
WIDTH, HEIGHT, LEFT, BOTTOM = 460, 260, 46, 30


def curves(results, kind, colour_of):
    """SVG: mean log10 regret over the problems of a family that all samplers have, at each budget."""
    budgets, lines = [], {}
    for budget in results.means:
        own = results.groups(budget).get(kind, [])
        if not own:
            continue
        budgets.append(budget)
        for sampler in results.at(budget):
            values = [results.means[budget][p][sampler] for p in own]
            lines.setdefault(sampler, []).append((len(budgets) - 1, sum(values) / len(values)))
    all_values = [v for points in lines.values() for _, v in points]
    if not all_values:
        return ""
    low, high = min(all_values), max(all_values)
    span = max(high - low, 1e-9)

    def x(i):
        return LEFT + i * (WIDTH - LEFT - 14) / max(len(budgets) - 1, 1)

    def y(v):
        return 12 + (high - v) / span * (HEIGHT - BOTTOM - 24)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="regret, {html.escape(kind)}">']
    for i in range(5):
        v = low + span * i / 4
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 14}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:.1f}</text>')
    for i, budget in enumerate(budgets):
        parts.append(f'<text x="{x(i):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{budget}</text>')
    for sampler, points in lines.items():
        path = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in points)
        parts.append(f'<polyline points="{path}" stroke="{colour_of[sampler]}"><title>{html.escape(sampler)}</title>'
                     "</polyline>")
        parts += [f'<circle cx="{x(i):.1f}" cy="{y(v):.1f}" r="2.6" fill="{colour_of[sampler]}"/>' for i, v in points]
    return "".join(parts) + "</svg>"


def table(results, kind):
    """Mean ranks by budget, and the first sampler against each other one."""
    rows = []
    for budget, problems in results.means.items():
        own = results.groups(budget).get(kind, [])
        if not own:
            continue
        samplers = results.at(budget)
        ranks = mean_ranks(problems, own)
        against = duels(problems, own, samplers[0], samplers[1:])
        for sampler in sorted(samplers, key=lambda s: ranks[s]):
            won, tied, lost, gap, p = against.get(sampler, ("", "", "", None, None))
            duel = "" if gap is None else f"{won} / {tied} / {lost}"
            cells = [str(budget), html.escape(sampler), f"{ranks[sampler]:.2f}", duel,
                     "" if gap is None else f"{gap:+.2f}", "" if p is None else f"{p:.2g}"]
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    first = html.escape(results.samplers[0])
    return (f"<details><summary>figures</summary><table><tr><th>trials</th><th>sampler</th><th>mean rank</th>"
            f"<th>{first}: won / tied / lost</th><th>decades</th><th>p (Holm)</th></tr>{''.join(rows)}</table>"
            "</details>")


def write(results, path, title, notes):
    colour_of = {s: COLOURS[i % len(COLOURS)] for i, s in enumerate(results.samplers)}
    kinds = []
    for budget in results.means:
        kinds += [kind for kind in results.groups(budget) if kind not in kinds]
    legend = "".join(f'<span><i style="background:{colour_of[s]}"></i>{html.escape(s)}, '
                     f"{results.milliseconds[s]:.2g} ms an ask</span>" for s in results.samplers)
    body = "".join(f"<section><h2>{html.escape(kind)}</h2>{curves(results, kind, colour_of)}{table(results, kind)}"
                   "</section>" for kind in kinds)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
body{{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem;color:#222;background:#fff}}
main{{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1.5rem}}
h2{{font-size:1rem;margin:.2rem 0}} svg{{width:100%;height:auto}} svg text{{font-size:11px;fill:#555}}
polyline{{fill:none;stroke-width:2}} .grid{{stroke:#ddd}} .legend span{{margin-right:1.2rem;white-space:nowrap}}
.legend i{{display:inline-block;width:.9rem;height:.25rem;margin:0 .35rem .2rem 0}}
table{{border-collapse:collapse;font-size:13px}}
td,th{{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #eee}}
td:nth-child(2),th:nth-child(2){{text-align:left}}
@media(prefers-color-scheme:dark){{body{{background:#16181b;color:#ddd}}svg text{{fill:#aaa}}.grid{{stroke:#333}}
td,th{{border-color:#2a2d31}}}}
</style><h1>{html.escape(title)}</h1><p>{html.escape(notes)}</p>
<p>Mean over the problems of log10 of the regret of the recommended point, by number of trials; lower is better.</p>
<p class="legend">{legend}</p><main>{body}</main></html>
""")
