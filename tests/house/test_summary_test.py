"""Is tools/test_summary.py honest? Reports as ctest and gtest write them, and what must be counted."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "tools" / "test_summary.py"
PASS = '<testcase name="{}" status="run" classname="Suite"/>'
FAIL = '<testcase name="{}" status="run" classname="Suite"><failure message="no"/></testcase>'
SKIP = '<testcase name="{}" status="run" classname="Suite"><skipped message="no data"/></testcase>'
NOT_RUN = '<testcase name="{}" status="notrun" classname="Suite"/>'


def ctest(**states):
    def case(name, state):
        inner = {"run": "", "fail": '<failure message="Failed"/>', "notrun": "<skipped/>"}[state]
        return f'<testcase name="{name}" classname="{name}" time="1" status="{state}">{inner}</testcase>'

    return "<testsuite>" + "".join(case(*item) for item in states.items()) + "</testsuite>"


def gtest(*cases):
    suite = "".join(case.format(f"case{n}") for n, case in enumerate(cases))
    return f"<testsuites><testsuite name='Suite'>{suite}</testsuite></testsuites>"


class Summary(unittest.TestCase):
    def summary(self, **reports):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in reports.items():
                pathlib.Path(folder, f"{name}.xml").write_text(text)
            done = subprocess.run([sys.executable, "-B", PROGRAM, folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_cases_of_programs_and_other_tests_are_summed(self):
        code, out, _ = self.summary(ctest=ctest(base="run", tidy="run"), base=gtest(PASS, PASS, SKIP, NOT_RUN))
        self.assertEqual((code, out), (0, "3 passed, 0 failed, 2 skipped\n"))

    def test_a_failed_case_is_named(self):
        code, out, err = self.summary(ctest=ctest(base="fail"), base=gtest(PASS, FAIL))
        self.assertEqual((code, out), (1, "1 passed, 1 failed, 0 skipped\n"))
        self.assertIn("failed: Suite.case1", err)

    def test_a_crash_without_a_report_is_a_failure(self):
        code, out, err = self.summary(ctest=ctest(base="fail", tidy="run"))
        self.assertEqual((code, out), (1, "1 passed, 1 failed, 0 skipped\n"))
        self.assertIn("failed: base", err)

    def test_a_failure_after_the_last_case_is_a_failure(self):
        code, out, err = self.summary(ctest=ctest(base="fail"), base=gtest(PASS, PASS))
        self.assertEqual((code, out), (1, "2 passed, 1 failed, 0 skipped\n"))
        self.assertIn("crashed", err)

    def test_a_report_cut_short_is_a_failure(self):
        code, out, _ = self.summary(ctest=ctest(base="fail"), base=gtest(PASS)[:-20])
        self.assertEqual((code, out), (1, "0 passed, 1 failed, 0 skipped\n"))

    def test_nothing_run_is_not_success(self):
        self.assertEqual(self.summary()[:2], (1, "0 passed, 0 failed, 0 skipped\n"))


if __name__ == "__main__":
    unittest.main()
