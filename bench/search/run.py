#!/usr/bin/env python3
"""The comparison of samplers: hone's, beside the cached results of others.

usage: run.py SEARCH_BENCH PLACE [--trials N] [--seeds N] [--samplers A,B] [--family TEXT] [--sealed] [--peers A,B]

Runs each sampler of hone on the open half of the problems (200 trials and 3 seeds unless told; gp at most 200 trials,
beyond which it costs too much), as many at once as there are cores. Results are kept in PLACE, cell by cell: a second
run does only what is missing, or nothing. Prints the tables of compare.py and writes PLACE/search.html.

--peers runs those samplers of other programs anew (peers.py) and replaces their cached results in bench/search/peers.
--sealed runs the other half, on which no constant may ever be tuned: only from a clean commit, and every look is
written into bench/search/LOOKS.md.
"""
import argparse
import concurrent.futures
import datetime
import glob
import gzip
import os
import platform
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compare  # noqa: E402
import page  # noqa: E402
import peers  # noqa: E402

SAMPLERS = "auto,gp,tpe,qmc,random"


def git(*words):
    return subprocess.run(["git", "-C", HERE, *words], capture_output=True, text=True, check=True).stdout.strip()


def look(samplers):
    """The sealed half is looked at: by what is committed, and never without a trace."""
    if git("status", "--porcelain"):
        sys.exit("run.py: the sealed problems are only for what is committed; commit or put away your changes first")
    with open(f"{HERE}/LOOKS.md", "a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("# Looks at the sealed half: day, commit, samplers\n\n")
        file.write(f"- {datetime.date.today()}, {git('rev-parse', '--short=12', 'HEAD')}: {samplers}\n")


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def run_peer(program, name, options):
    version = peers.version(program, name)  # first: it says what is missing
    words = [sys.executable, f"{HERE}/peers.py", program, name, "--trials", str(options.trials), "--seeds",
             str(options.seeds), "--family", options.family] + (["--sealed"] if options.sealed else [])
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    half = "sealed" if options.sealed else "open"
    target = f"{HERE}/peers/{peers.label(name).replace(' ', '_')}_{half}.csv.gz"
    kept = ""  # of the other families
    if options.family and os.path.exists(target):
        with gzip.open(target, "rt", encoding="utf-8") as file:
            kept = "".join(line for line in file
                           if not line.startswith("#") and options.family not in line.split(",")[1])
    with gzip.GzipFile(target, "wb", 9, mtime=0) as file:
        file.write((f"# {version}, {processor()}, {datetime.date.today()}; made by: "
                    f"run.py --peers {name} --trials {options.trials} --seeds {options.seeds}\n{kept}{lines}").encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("place")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--samplers", default=SAMPLERS)
    parser.add_argument("--family", default="")
    parser.add_argument("--sealed", action="store_true")
    parser.add_argument("--peers", default="")
    options = parser.parse_args()
    half = "sealed" if options.sealed else "open"
    if options.sealed:
        look(options.samplers)
    os.makedirs(f"{options.place}/{half}", exist_ok=True)
    os.makedirs(f"{HERE}/peers", exist_ok=True)

    def run_own(name):
        trials = min(options.trials, 200) if name == "gp" else options.trials
        print(f"run.py: {name}, {trials} trials", file=sys.stderr, flush=True)
        words = [options.program, "run", name, "--trials", str(trials), "--seeds", str(options.seeds), "--family",
                 options.family, "--out", f"{options.place}/{half}/{name}.csv"]
        subprocess.run(words + (["--sealed"] if options.sealed else []), check=True)

    names = options.samplers.split(",")
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        waiting = [pool.submit(run_own, name) for name in names]
        waiting += [pool.submit(run_peer, options.program, name, options) for name in options.peers.split(",") if name]
        for each in waiting:
            each.result()
    cached = sorted(glob.glob(f"{HERE}/peers/*_{half}.csv.gz"))
    results = compare.Results([f"{options.place}/{half}/{name}.csv" for name in names] + cached)
    sys.argv = ["compare.py"] + [f"{options.place}/{half}/{name}.csv" for name in names] + cached
    compare.main()
    target = f"{options.place}/search.html"
    page.write(results, target, f"Samplers compared, {half} problems",
               f"{processor()}; hone at {git('describe', '--always', '--dirty')}; {options.seeds} seeds; "
               "the results of other programs are cached ones")
    print(f"run.py: drawn in {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
