"""The `dev` script, copied, with fake system programs in PATH: no package, network or compiler is touched."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERBS = ("demo", "test", "deep", "build", "bench", "format")
FAKES = {  # every fake appends its name and arguments to the file $CALLS
    "dpkg-query": 'for p in "$@"; do :; done; case "$p" in *Provides*) echo "installed $PROVIDED,"; exit;; esac; '
                  'case " $LACKING " in *" $p "*) exit 1;; esac; printf installed',
    "id": "echo $USER_ID",
    "sudo": 'case "$1" in -n) exit ${SUDO_REFUSES:-0};; esac; exec "$@"',
    "apt-get": 'case "$*" in *install*) exit ${APT_FAILS:-0};; esac',
    "cmake": 'case "$1" in --preset) mkdir -p build/$2 && : >build/$2/build.ninja;; esac',
    "gcovr": 'echo "lines: 97.0% (97 out of 100)"; echo "functions: 1"; echo "branches: 84.0% (84 out of 100)"',
    "ctest": 'echo "ctest seeds ${HONE_SIMULATION_SEEDS:-few}" >>"$CALLS"; '
             'for f in "$@"; do :; done; echo "<t><testcase name=\'base\' status=\'$STATE\'/></t>" >"$f"',
}


class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("dev", "tools/apt-packages.txt", "tools/test_summary.py"):
            (self.root / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        for name, body in FAKES.items():
            path = self.root / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f'#!/bin/sh\necho "{name} $*" >>"$CALLS"\n{body}\n')
            path.chmod(0o755)
        hone = self.root / "build" / "release" / "hone"
        hone.parent.mkdir(parents=True)
        hone.write_text('#!/bin/sh\necho "hone $*"\n')
        hone.chmod(0o755)

    def dev(self, *words, lacking="", **settings):
        environment = {"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "CALLS": str(self.root / "calls"),
                       "LACKING": lacking, "USER_ID": "0", "STATE": "run", "PROVIDED": "", **settings}
        (self.root / "calls").write_text("")
        done = subprocess.run(["sh", self.root / "dev", *words], capture_output=True, text=True, check=False,
                              env=environment, cwd="/")
        self.calls = (self.root / "calls").read_text()
        return done

    def packages(self):
        lines = (self.root / "tools/apt-packages.txt").read_text().splitlines()
        return [line for line in lines if line and line[0] not in "#["]

    def test_usage_names_every_verb(self):
        for words in ((), ("--help",), ("help",)):
            done = self.dev(*words)
            self.assertEqual((done.returncode, done.stderr, self.calls), (0, "", ""))
            for verb in VERBS:
                self.assertRegex(done.stdout, rf"(?m)^  {verb}\b")

    def test_unknown_verb_is_wrong_usage(self):
        done = self.dev("deemo")
        self.assertEqual((done.returncode, done.stdout, self.calls), (2, "", ""))
        self.assertIn("unknown verb 'deemo'", done.stderr)
        self.assertIn("usage:", done.stderr)

    def test_unknown_preset_is_named(self):
        done = self.dev("build", "relaese")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("unknown preset 'relaese'; known: release", done.stderr)

    def test_packages_are_listed_once(self):
        self.assertEqual(len(self.packages()), len(set(self.packages())))

    def test_nothing_missing_means_no_apt(self):
        done = self.dev("demo", "--seed", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("apt-get", self.calls)
        self.assertIn("hone fit fashion-mnist --time 60s", done.stdout)
        self.assertIn("sqlite:///build/demo/hone.db", done.stdout)
        self.assertTrue(done.stdout.endswith("--seed 1\n"), done.stdout)

    def test_a_second_run_does_not_configure(self):
        self.dev("build")
        self.assertIn("cmake --preset release", self.calls)
        self.dev("build")
        self.assertNotIn("cmake --preset", self.calls)
        self.assertIn("cmake --build --preset release", self.calls)

    def test_root_installs_exactly_what_is_missing(self):
        done = self.dev("demo", lacking="mold zlib1g-dev libgtest-dev")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("apt-get update\n", self.calls)
        self.assertIn("apt-get install -y --no-install-recommends mold zlib1g-dev\n", self.calls)

    def test_what_another_package_brings_is_not_installed_again(self):
        done = self.dev("demo", lacking="mold ccache", PROVIDED="linker, mold, ccache-doc")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("apt-get install -y --no-install-recommends ccache\n", self.calls)

    def test_user_with_sudo_installs_through_it(self):
        done = self.dev("demo", lacking="mold", USER_ID="1000")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y", self.calls)

    def test_without_root_the_packages_and_the_command_are_said(self):
        done = self.dev("test", lacking="g++ libgtest-dev", USER_ID="1000", SUDO_REFUSES="1")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertNotIn("apt-get", self.calls)
        self.assertIn("missing packages: g++ libgtest-dev\n", done.stderr)
        self.assertIn("sudo apt-get install -y --no-install-recommends g++ libgtest-dev\n", done.stderr)

    def test_without_network_the_packages_and_the_command_are_said(self):
        done = self.dev("demo", lacking="dataset-fashion-mnist", APT_FAILS="100")
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing packages: dataset-fashion-mnist\n", done.stderr)
        self.assertIn("apt-get install -y --no-install-recommends dataset-fashion-mnist\n", done.stderr)
        self.assertNotIn("\ncmake", self.calls)

    def test_test_ends_with_one_summary_line_and_its_truth_as_exit_code(self):
        done = self.dev("test")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "1 passed, 0 failed, 0 skipped"))
        done = self.dev("test", STATE="fail")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def prepare_deep(self):
        programs = {"dev/tests/test_pruners": "exit 0", "dev/tests/test_storage": "exit ${STORE_FAILS:-0}",
                    "dev/tests/test_engine": 'echo "seeds $HONE_SIMULATION_SEEDS" >>"$CALLS"',
                    "fuzz/fuzz/fuzz_csv": 'echo "stat::number_of_executed_units: 12" >&2'}
        for name, body in programs.items():
            path = self.root / "build" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)
        (self.root / "tools" / "mutate.py").write_text("print('8 of 9 faults noticed')\nprint('survived: a')\n")

    def block(self):
        (path,) = (self.root / "build").glob("deep-*.md")
        title, empty, *lines = path.read_text().splitlines()
        self.assertTrue(title.startswith("## Deep tier, 20") and not empty, title)
        return lines

    def test_deep_writes_a_line_for_each_part(self):
        self.prepare_deep()
        done = self.dev("deep", HONE_SIMULATION_SEEDS="7", HONE_FUZZ_SECONDS="3", HONE_MUTATION_SECONDS="5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\nseeds 7", self.calls)
        self.assertEqual(self.calls.count("ctest seeds few"), 2)
        self.assertEqual(self.block(), [
            "- ThreadSanitizer: 1 passed, 0 failed, 0 skipped",
            "- tests with coverage: 1 passed, 0 failed, 0 skipped",
            "- lines: 97.0% (97 out of 100)",
            "- branches: 84.0% (84 out of 100)",
            "- simulation, pruners: 7 seeds, no failure",
            "- simulation, storage: 7 seeds, no failure",
            "- simulation, engine: 7 seeds, no failure",
            "- fuzz_csv: 12 inputs in 3 s, no failure",
            "- planted faults in 5 s: 8 of 9 faults noticed; survivors are listed in build/mutation/report.txt"])

    def test_a_part_that_fails_is_said_and_does_not_stop_the_others(self):
        self.prepare_deep()
        done = self.dev("deep", STATE="fail", STORE_FAILS="1")
        self.assertEqual(done.returncode, 1)
        lines = self.block()
        self.assertEqual(lines[0], "- ThreadSanitizer: 0 passed, 1 failed, 0 skipped")
        self.assertIn("- simulation, storage: FAILED, see build/dev/simulate_storage.log", lines)
        self.assertIn("- simulation, engine: 10000 seeds, no failure", lines)
        self.assertIn("8 of 9", lines[-1])


if __name__ == "__main__":
    unittest.main()
