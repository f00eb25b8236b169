"""`hone launch slurm` on a real cluster of three nodes, with PostgreSQL as the storage.

A study of 200 trials comes to its end while a node's daemon is killed and another node is drained.

usage: slurm_test.py HONE FOLDER
Exit code 77 (skipped) without Slurm or PostgreSQL.
"""
import json
import pathlib
import shutil
import sys
import time

from services import POSTGRES, Services, wait_until

TRIALS = 200


def complete(services, hone, url):
    trials = json.loads(services.run([hone, "study", "trials", "s", "--storage", url, "-f", "json"]).stdout)
    return trials, sum(trial["state"] == "complete" for trial in trials)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def play(services, hone):
    services.start_postgres()
    services.start_slurm()
    url = services.postgres_url()
    program = services.folder / "program.sh"
    program.write_text("#!/bin/sh\nsleep 0.8\necho $HONE_TRIAL >> runs.txt\necho \"hone: {\\\"value\\\": $1}\"\n")
    program.chmod(0o755)
    (services.folder / "s.toml").write_text(f"""format = 1
[study]
name = "s"
[space]
x = {{ type = "float", low = 0.0, high = 1.0 }}
[search]
sampler = "random"
trials = {TRIALS}
[run]
command = ["./program.sh", "{{x}}"]
cwd = "."
retries = 5
""")
    launched = services.run([hone, "launch", "slurm", "s.toml", "--workers", "6", "--storage", url, "--time", "10m"])
    print(launched.stdout.strip(), flush=True)
    wait_until("the first trials", lambda: complete(services, hone, url)[1] >= 20, 120)
    status = services.run([hone, "launch", "status", "s", "--storage", url]).stdout
    check("RUNNING" in status, status)
    services.children["n1"].kill()  # the daemon only: what it started goes on, and Slurm will start it again
    services.run(["scontrol", "update", "nodename=n2", "state=drain", "reason=test"])
    wait_until("the study", lambda: complete(services, hone, url)[1] == TRIALS, 240)
    trials, _ = complete(services, hone, url)
    check(len(trials) == TRIALS, f"{len(trials)} trials instead of {TRIALS}")
    check([trial["trial"] for trial in trials] == list(range(TRIALS)), "numbers are missing")
    check(all(trial["state"] == "complete" for trial in trials), "not all are complete")
    replayed = services.run([hone, "replay", "s", "--storage", url]).stdout
    check("everything that is comparable" in replayed, replayed)
    runs = (services.folder / "runs.txt").read_text().split()
    print(f"{TRIALS} trials, each complete once; programs came to their end {len(runs)} times", flush=True)
    wait_until("the end of the workers",
               lambda: "0 at work" in services.run([hone, "launch", "status", "s", "--storage", url]).stdout, 120)

    # A larger budget goes on where it was; cancelled workers hand their trials back.
    text = (services.folder / "s.toml").read_text().replace(f"trials = {TRIALS}", "trials = 100000")
    (services.folder / "s.toml").write_text(text)
    services.run(["scontrol", "update", "nodename=n2", "state=resume"])
    services.run([hone, "launch", "slurm", "s.toml", "--workers", "2", "--storage", url])
    wait_until("more trials", lambda: complete(services, hone, url)[1] > TRIALS, 120)
    services.run([hone, "launch", "cancel", "s", "--storage", url])
    wait_until("the end of the cancelled workers",
               lambda: "0 at work" in services.run([hone, "launch", "status", "s", "--storage", url]).stdout, 120)
    trials, _ = complete(services, hone, url)
    check(not any(trial["state"] in ("running", "failed") for trial in trials), "a cancelled worker kept its trial")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    places = "/usr/sbin:/usr/bin:/sbin"
    missing = [name for name in ("slurmctld", "slurmd", "sbatch") if not shutil.which(name, path=places)]
    if missing or not POSTGRES.exists():
        print(f"skipped: {', '.join(missing) or 'PostgreSQL 15'} is missing (Debian: slurm-wlm, postgresql-15)")
        sys.exit(77)
    start = time.monotonic()
    with Services(sys.argv[2]) as services:
        hone = services.folder / "hone"
        shutil.copy(sys.argv[1], hone)  # where the services' user can read it
        try:
            play(services, hone)
        except Exception:
            for log in sorted(services.folder.rglob("*.log"), key=lambda path: path.stat().st_mtime)[-12:]:
                print(f"--- {log}\n" + log.read_text(errors="replace")[-1500:])
            raise
    print(f"took {time.monotonic() - start:.0f} s; every process is gone")


if __name__ == "__main__":
    main()
