"""Can tools/mutate.py see? The faults that it finds in a text, and its verdicts over a project of one test."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tools" / "mutate.py"
sys.path.insert(0, str(PROGRAM.parent))
import mutate  # noqa: E402

SOURCE = """#define HALF 2  // 3 < 4
/* 5 */ int twice(int n) { return n * 2; }
const char* text = "6 < 7";
"""
# Instead of a compiler: ninja copies the source to the program, which "passes" if its line is still what it was.
FAKES = {
    "cmake": 'while [ "$1" != -B ]; do shift; done; mkdir -p $2/tests && : >$2/build.ninja',
    "ninja": 'sed -n "s/.*return n \\(.*\\); .*/\\1/p" "$2/../source/src/room/a.cpp" >"$2/answer"\n'
             'printf "#!/bin/sh\\nread -r a <$2/answer; case \\$a in \'* 2\' $TOLERATED) exit 0;; *) exit 1;; esac\\n" '
             '>"$2/tests/test_room"; chmod +x "$2/tests/test_room"',
}


class Faults(unittest.TestCase):
    def changed(self, text):
        return [text[:begin] + new + text[end:] for begin, end, new in mutate.faults(text)]

    def test_each_kind(self):
        self.assertEqual(self.changed("a = b < c;"), ["a = b <= c;"])
        self.assertEqual(self.changed("a && !b"), ["a || !b", "a && b"])
        self.assertEqual(self.changed("f(7)"), ["f(6)", "f(8)"])
        self.assertEqual(self.changed("{\n  a;\n  b.c(d);\n}"), ["{\n  a;\n\n}"])
        self.assertEqual(self.changed("x = true; continue;"), ["x = false; continue;", "x = true; break;"])

    def test_none_where_nothing_is_run(self):
        for text in ("// a < 1", "/* 1\n2 */", '"a < 1"', "'1'", "#if A > 1\n", "#define A \\\n  1\n", 'R"(1 < "2)"',
                     '  {"eta", 3, true},', "std::vector<int> a;", "int* p, *q;", "f32(x1)", "1.5", "1e9", "1'000"):
            self.assertEqual(mutate.faults(text), [], text)

    def test_the_rest_of_a_line_with_strings_is_code(self):
        self.assertEqual(self.changed('f("1", 2, \'"\', "3")'), ['f("1", 1, \'"\', "3")', 'f("1", 3, \'"\', "3")'])


class Verdicts(unittest.TestCase):
    def run_over_fake(self, *words, tolerated=""):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for fake, body in FAKES.items():
                (folder / fake).write_text(f"#!/bin/sh\n{body}\n")
                (folder / fake).chmod(0o755)
            source = folder / "root" / "src" / "room" / "a.cpp"
            source.parent.mkdir(parents=True)
            source.write_text(SOURCE)
            for other in mutate.COPIED:
                (folder / "root" / other).mkdir(exist_ok=True)
            done = subprocess.run([sys.executable, "-B", PROGRAM, folder / "root", folder / "work", *words, "room"],
                                  capture_output=True, text=True, check=False,
                                  env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}",
                                       "TOLERATED": f"|'{tolerated}'" if tolerated else ""})
            self.assertEqual(source.read_text(), SOURCE)  # faults are planted in the copy
            self.assertEqual((folder / "work/source/src/room/a.cpp").read_text(), SOURCE)
            return done

    def test_every_fault_noticed(self):
        done = self.run_over_fake()
        self.assertEqual((done.returncode, done.stdout),
                         (0, "3 of 3 faults noticed (3 possible in room; seed 1)\n"), done.stderr)

    def test_a_survivor_is_shown(self):
        done = self.run_over_fake(tolerated="* 3")
        self.assertEqual(done.stdout.splitlines(),
                         ["2 of 3 faults noticed (3 possible in room; seed 1)",
                          "survived: src/room/a.cpp:2: `2` -> `3` in `/* 5 */ int twice(int n) { return n * 2; }`"])

    def test_time_cuts_and_nothing_judged_is_not_success(self):
        done = self.run_over_fake("--seconds", "0")
        self.assertEqual((done.returncode, done.stdout.split(" (")[0]), (1, "0 of 0 faults noticed"))

    def test_tests_that_fail_without_a_fault_are_said(self):
        done = self.run_over_fake(tolerated="' ;; *) exit 1;; esac #")  # a program that cannot be run
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("test_room fails without any fault", done.stderr)


if __name__ == "__main__":
    unittest.main()
