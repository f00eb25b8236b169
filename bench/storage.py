#!/usr/bin/env python3
"""What keeping trials costs: hone's stores beside Optuna's, on the same disk and the same PostgreSQL server.

usage: storage.py STORAGE_BENCH FOLDER [SECONDS]

Starts a server of its own in FOLDER (as user postgres when root runs this), with its defaults, durable; both programs
ask for trials of five floats at random and tell their values, with nothing between. Prints a table with ratios.
"""
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")

OPTUNA = """
import sys, time, warnings
warnings.filterwarnings("ignore")
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
url, seconds = sys.argv[1], float(sys.argv[2])
if url.startswith("journal:"):
    from optuna.storages import JournalFileStorage, JournalStorage
    storage = JournalStorage(JournalFileStorage(url[len("journal:"):]))
elif url.startswith("sqlite:"):
    storage = optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}})
else:
    storage = url
def objective(trial):
    return sum(trial.suggest_float(f"x{i}", -5, 5) ** 2 for i in range(5))
study = optuna.create_study(study_name="bench", storage=storage, sampler=optuna.samplers.RandomSampler(),
                            load_if_exists=True)
if seconds > 0:
    print("ready", flush=True)
    sys.stdin.readline()
    study.optimize(objective, timeout=seconds)
    print("done", flush=True)
print(sum(t.state == optuna.trial.TrialState.COMPLETE for t in study.get_trials(deepcopy=False)))
"""


# Copies of trial 1, as if they had been asked for and told one after another.
FILL = """
INSERT INTO hone.trials(study, number, state, origin, arm, why, attempt, seen, asked, finished, changed, until_step,
                        started_ms, seconds, options_hash, kernel_id, point, configuration, constraints, seed, starts,
                        token, host, boot_id, process, process_start, told)
  SELECT t.study, h.trials + i, state, origin, arm, why, attempt, seen, h.revision + 2 * i + 1, h.revision + 2 * i + 2,
         h.revision + 2 * i + 2, until_step, started_ms, seconds, options_hash, kernel_id, point, configuration,
         constraints, seed, starts, token, host, boot_id, process, process_start, told
  FROM hone.heads AS h JOIN hone.trials AS t ON t.study = h.study AND t.number = 1, generate_series(0, {0} - 1) AS i;
INSERT INTO hone.journal SELECT j.study, h.revision + 2 * i + CASE kind WHEN 'told' THEN 2 ELSE 1 END, at_ms, kind,
         h.trials + i, changes, step, detail, j.mark
  FROM hone.heads AS h JOIN hone.journal AS j ON j.study = h.study AND j.trial = 1 AND kind IN ('asked', 'told'),
       generate_series(0, {0} - 1) AS i;
UPDATE hone.heads AS h SET trials = trials + {0}, revision = revision + 2 * {0}, mark =
  (SELECT mark FROM hone.journal AS j WHERE j.study = h.study ORDER BY revision DESC LIMIT 1);
"""


class Server:
    """A PostgreSQL server of its own; gone at the end."""

    def __init__(self, folder):
        self.folder = folder
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        folder.mkdir()
        if self.user:
            shutil.chown(folder, "postgres")
        self.run("initdb", "-D", folder / "data", "--auth=trust", "-U", "hone", "-E", "UTF8", "--locale=C", "--no-sync")
        self.run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", f"-k {folder} -c listen_addresses=",
                 "start")

    def run(self, program, *words):
        subprocess.run([*self.user, PROGRAMS / program, *words], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def database(self, name):
        self.run("psql", "-h", self.folder, "-U", "hone", "-qc", f"CREATE DATABASE {name}", "postgres")
        return f"postgresql:///{name}?host={self.folder}&user=hone"

    def fill(self, name, trials):
        self.run("psql", "-h", self.folder, "-U", "hone", "-qc", FILL.format(trials), name)

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")


def hone(bench, *words):
    out = subprocess.run([bench, *map(str, words)], stdout=subprocess.PIPE, text=True)
    if out.returncode != 0:
        return out.stdout.strip() + " (FAILED)"
    return out.stdout.strip()


def rate(text):
    return float(text.split()[0])


def optuna(url, processes, seconds):
    """Complete trials per second while all of them worked; they start together."""
    words = ["/usr/bin/python3", "-c", OPTUNA, url]
    subprocess.run([*words, "0"], check=True, stdout=subprocess.DEVNULL)  # creates the study
    workers = [subprocess.Popen([*words, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
               for _ in range(processes)]
    for worker in workers:
        if worker.stdout.readline() != "ready\n":
            raise RuntimeError("a worker of Optuna failed")
    start = time.monotonic()
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        worker.stdout.readline()
    took = time.monotonic() - start
    for worker in workers:
        worker.communicate()
    counted = subprocess.run([*words, "0"], check=True, stdout=subprocess.PIPE, text=True)
    return int(counted.stdout) / took


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    bench, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    seconds = float(sys.argv[3]) if len(sys.argv) == 4 else 4
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The path of a socket is at most 107 bytes long; the folder must be on the same disk to compare.
    server = Server(folder / "pg")
    try:
        table(bench, folder, seconds, server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def table(bench, folder, seconds, server):
    def file(name, options=""):
        return f"sqlite:///{folder}/{name}.db{options}"

    print(f"{rate(hone(bench, 'syncs', folder)):.0f} syncs of the disk per second; {seconds:g} s for each line\n")
    print(f"{'trials per second':44}{'hone':>8}{'Optuna':>8}{'ratio':>7}")

    def line(what, hone_words, optuna_words=None):
        mine = rate(hone(bench, "trials", *hone_words, seconds))
        theirs = optuna(*optuna_words, seconds) if optuna_words else None
        print(f"{what:44}{mine:8.0f}" + (f"{theirs:8.1f}{mine / theirs:7.0f}" if theirs else ""), flush=True)
        return mine

    line("SQLite, 1 process", (file("one"), 1, 1), (file("optuna1"), 1))
    eight = line("SQLite, 8 processes", (file("eight"), 8, 1), (file("optuna8"), 8))
    line("SQLite, 1 process, 64 threads", (file("threads"), 1, 64))
    line("SQLite, 1 process, durability=relaxed", (file("relaxed", "?durability=relaxed"), 1, 1))
    line("PostgreSQL, 1 process", (server.database("hone1"), 1, 1))
    line("PostgreSQL, 8 processes", (server.database("hone8"), 8, 1), (server.database("optuna8"), 8))
    line("PostgreSQL, 1 process, 64 threads", (server.database("hone64"), 1, 64))
    journal = optuna(f"journal:{folder}/journal.log", 8, seconds)
    print(f"{'Optuna JournalFile, 8 processes (hone: SQLite)':44}{eight:8.0f}{journal:8.1f}{eight / journal:7.0f}\n")
    for name, url in (("SQLite", file("large", "?durability=relaxed")), ("PostgreSQL", server.database("large"))):
        for trials in (1000, 100_000):
            if trials > 1000 and name == "PostgreSQL":
                server.fill("large", 98_000)  # in seconds instead of minutes
            for text in hone(bench, "ask", url, trials).splitlines():
                print(f"{name}: {text}", flush=True)
    for name, url in (("SQLite", file("list")), ("PostgreSQL", server.database("list"))):
        print(f"{name}: {hone(bench, 'list', url, 1000)}", flush=True)


if __name__ == "__main__":
    main()
