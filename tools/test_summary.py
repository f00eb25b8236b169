"""One line for a whole test run: `N passed, N failed, N skipped`, alone on stdout; what failed goes to stderr.

Usage: test_summary.py RESULTS_DIR

RESULTS_DIR holds ctest.xml (`ctest --output-junit`) and, for each ctest test NAME that is a gtest program, NAME.xml
(`--gtest_output=xml:`). A gtest program counts as its cases, any other test as one. A program that ctest calls failed
while its own report shows no failure (it crashed, leaked, or ran out of time) counts as one failure more.
Exit code: 0 if something passed and nothing failed, else 1.
"""
import collections
import pathlib
import sys
import xml.etree.ElementTree as xml


def case_state(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "failed" if case.get("status") == "fail" else "passed"


def cases(report):
    """(state, name) of every test case of one report; none if the file is missing or cut short."""
    try:
        root = xml.parse(report).getroot()
    except (OSError, xml.ParseError):
        return []
    return [(case_state(case), f"{case.get('classname')}.{case.get('name')}") for case in root.iter("testcase")]


def summarise(results):
    """Counts by state, and the names of what failed."""
    counts, failures = collections.Counter(), []
    for state, name in cases(results / "ctest.xml"):
        name = name.rsplit(".", 1)[-1]
        inner = cases(results / f"{name}.xml") or [(state, name)]
        if state == "failed" and not any(inner_state == "failed" for inner_state, _ in inner):
            inner.append(("failed", f"{name} (crashed, leaked or ran out of time)"))
        counts.update(inner_state for inner_state, _ in inner)
        failures += [inner_name for inner_state, inner_name in inner if inner_state == "failed"]
    return counts, failures


def main():
    counts, failures = summarise(pathlib.Path(sys.argv[1]))
    for name in failures:
        print(f"failed: {name}", file=sys.stderr)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
