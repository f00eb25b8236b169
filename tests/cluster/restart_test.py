"""Eight workers on one study in PostgreSQL, while workers are killed with kill -9 and the server is stopped at once
(as `pg_ctl restart -m immediate` does) and started again, time after time: the budget stays exact, nothing is lost.

usage: restart_test.py HONE FOLDER
Exit code 77 (skipped) without PostgreSQL.
"""
import json
import shutil
import signal
import sys
import time

from services import POSTGRES, Services, wait_until

TRIALS, WORKERS, ROUNDS = 500, 8, 4


def start_worker(services, hone, url, number):
    services.start(f"worker{number}", [hone, "worker", "--storage", url, "--study", "s", "-j", "2"])


def play(services, hone):
    services.start_postgres()
    url = services.postgres_url()
    (services.folder / "s.toml").write_text(f"""format = 1
[study]
name = "s"
[space]
x = {{ type = "float", low = 0.0, high = 1.0 }}
[search]
sampler = "random"
trials = 1
[run]
command = ["/bin/sh", "-c", "sleep 0.05; echo 'hone: {{{{\\"value\\": {{x}}}}}}'"]
retries = 1000
""")
    services.run([hone, "tune", "s.toml", "--storage", url])
    text = (services.folder / "s.toml").read_text().replace("trials = 1", f"trials = {TRIALS}", 1)
    (services.folder / "s.toml").write_text(text)
    services.start("tune", [hone, "tune", "s.toml", "--storage", url, "-j", "1"])
    for number in range(WORKERS):
        start_worker(services, hone, url, number)

    def count():
        done = services.run([hone, "study", "list", "--storage", url, "-f", "json"], check=False)
        return json.loads(done.stdout)[0]["trials"]["complete"] if done.returncode == 0 else 0

    for turn in range(ROUNDS):
        before = count()
        wait_until("some trials", lambda: count() >= min(TRIALS, before + TRIALS // (ROUNDS + 2)), 180)
        for number in range(turn, WORKERS, ROUNDS):  # two of them
            services.kill(f"worker{number}", signal.SIGKILL)
            start_worker(services, hone, url, number)
        services.kill("postgres", signal.SIGQUIT)  # what `-m immediate` sends
        time.sleep(0.3)
        services.start_postgres()
    wait_until("the study", lambda: count() == TRIALS, 240)
    trials = json.loads(services.run([hone, "study", "trials", "s", "--storage", url, "-f", "json"]).stdout)
    if [trial["trial"] for trial in trials] != list(range(TRIALS)):
        raise AssertionError(f"{len(trials)} trials instead of {TRIALS}")
    if any(trial["state"] != "complete" or trial["value"] != trial["params"]["x"] for trial in trials):
        raise AssertionError("a trial is not complete, or has another one's value")
    replayed = services.run([hone, "replay", "s", "--storage", url]).stdout
    if "everything that is comparable" not in replayed:
        raise AssertionError(replayed)
    print(f"{TRIALS} trials, each complete once, after {ROUNDS} stops of the server and {2 * ROUNDS} killed workers")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if not POSTGRES.exists():
        print("skipped: PostgreSQL 15 is missing (Debian: postgresql-15)")
        sys.exit(77)
    start = time.monotonic()
    with Services(sys.argv[2]) as services:
        hone = services.folder / "hone"
        shutil.copy(sys.argv[1], hone)
        try:
            play(services, hone)
        except Exception:
            for log in sorted(services.folder.glob("*.log")):
                print(f"--- {log.name}\n" + log.read_text(errors="replace")[-1500:])
            raise
    print(f"took {time.monotonic() - start:.0f} s; every process is gone")


if __name__ == "__main__":
    main()
