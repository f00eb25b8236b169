"""Do the tests notice a planted fault? Usage: mutate.py ROOT WORK [--seconds N] [--seed N] ROOM...

Copies the sources to WORK, builds them there without sanitizers, and plants one small fault after another in
src/<room>/*.cpp: an operator turned, a constant off by one, a negation or a call left out. For each, it builds
test_<room> and runs it: a fault that no test notices has survived. Which faults come, and in which order, depends on
the sources and on the seed only; the time (default 600 s, without building the faultless program) cuts that list at a
prefix. A fault that does not compile is not counted; one whose test does not end, or takes too much memory, is noticed.

No fault is planted in comments, strings and preprocessor lines: the SQL of the stores is out of reach.

Prints one line that counts, and one for each survivor. Exit code: 0, or 1 if no fault could be judged.
"""
import argparse
import itertools
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import time

COPIED = ("CMakeLists.txt", "LICENSE", "cmake", "src", "include", "tests", "fuzz", "examples", "tools")
MEMORY_MAX = 8 << 30  # bytes of address space
CONFIGURE = ("-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++", "-DCMAKE_BUILD_TYPE=Dev",
             "-DCMAKE_CXX_FLAGS_DEV=-O1 -D_GLIBCXX_ASSERTIONS")

# What is not code, as one alternative each: comments, strings, characters, preprocessor lines; and rows of tables that
# begin with a text, such as options: their numbers are choices.
NOT_CODE = re.compile(r'''//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+'|'''
                      r'''^[ \t]*#(?:[^\n\\]|\\.)*|^[ \t]*\{"[^\n]*''', re.MULTILINE | re.DOTALL)
SWAPS = (("<", "<="), ("<=", "<"), (">", ">="), (">=", ">"), ("==", "!="), ("!=", "=="), ("&&", "||"), ("||", "&&"),
         ("+", "-"), ("-", "+"), ("*", "/"), ("/", "*"), ("+=", "-="), ("-=", "+="))
# Spaces around an operator tell it from a template's bracket, a pointer and a sign: clang-format sets them so.
FAULTS = [(re.compile(rf"(?<= ){re.escape(old)}(?= )"), lambda _, new=new: new) for old, new in SWAPS] + [
    (re.compile(r"(?<![\w.'])\d+(?![\w.'])"), lambda match: str(int(match[0]) + 1)),  # one more
    (re.compile(r"(?<![\w.'])[1-9]\d*(?![\w.'])"), lambda match: str(int(match[0]) - 1)),  # one less
    (re.compile(r"(?<=[(\s])!(?=[\w(])"), lambda _: ""),
    (re.compile(r"\btrue\b"), lambda _: "false"),
    (re.compile(r"\bfalse\b"), lambda _: "true"),
    (re.compile(r"\bstd::min\("), lambda _: "std::max("),
    (re.compile(r"\bstd::max\("), lambda _: "std::min("),
    (re.compile(r"\bcontinue;"), lambda _: "break;"),
    (re.compile(r"(?<=;\n)[ ]+(?:HONE_TRY_VOID|[a-z][\w.\->]*)\([^;{}]*\);(?=\n)"), lambda _: ""),  # a call left out
]


def faults(text):
    """Every fault of one source: (begin, end, replacement), in order."""
    code = NOT_CODE.sub(lambda match: re.sub(r"[^\n]", "\0", match[0]), text)  # as long as the text
    found = []
    for pattern, replacement in FAULTS:
        found += [(match.start(), match.end(), replacement(match)) for match in pattern.finditer(code)]
    return sorted(found)


def planned(root, rooms, seed):
    """(room, path, fault) in the order of planting: the rooms take turns, each in an order drawn by the seed."""
    turns = []
    for room in rooms:
        paths = sorted((root / "src" / room).glob("*.cpp"))
        if not paths:
            raise SystemExit(f"mutate: no source in src/{room}")
        mine = [(room, path, fault) for path in paths for fault in faults(path.read_text())]
        random.Random(f"{seed} {room}").shuffle(mine)
        turns.append(mine)
    return [item for row in itertools.zip_longest(*turns) for item in row if item]


def refresh(root, copy):
    """Makes `copy` equal to the sources, touching only what differs: ninja builds only that again."""
    wanted = set()
    for name in COPIED:
        tree = root / name
        for path in [tree] if tree.is_file() else sorted(tree.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                wanted.add(path.relative_to(root))
    for path in copy.rglob("*"):
        if path.is_file() and path.relative_to(copy) not in wanted:
            path.unlink()
    for name in wanted:
        target = copy / name
        if not target.exists() or target.read_bytes() != (root / name).read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, target)


class Judge:
    """Builds and runs the tests of the copy in WORK."""

    def __init__(self, work):
        self.copy, self.build, self.temporary = work / "source", work / "build", work / "tmp"
        self.patience = {}  # room -> seconds that its test may take

    def command(self, *words, seconds=None):
        """Exit code; None if it took too long."""
        shutil.rmtree(self.temporary, ignore_errors=True)  # what a test that was killed has left
        self.temporary.mkdir(parents=True)
        environment = {**os.environ, "TMPDIR": str(self.temporary), "RC_PARAMS": "seed=20261123"}
        with open(self.build / "mutate.log", "wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, env=environment, start_new_session=True,
                                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX,) * 2))
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return None

    def compiles(self, room):
        return self.command("ninja", "-C", str(self.build), f"test_{room}") == 0

    def passes(self, room):
        words = (str(self.build / "tests" / f"test_{room}"), "--gtest_brief=1", "--gtest_fail_fast")
        return self.command(*words, seconds=self.patience.get(room)) == 0

    def prepare(self, rooms):
        """Builds without a fault; how long the tests take says how long one with a fault may take."""
        self.build.mkdir(parents=True, exist_ok=True)
        words = ("cmake", "-S", str(self.copy), "-B", str(self.build), *CONFIGURE)
        if not (self.build / "build.ninja").exists() and self.command(*words) != 0:
            raise SystemExit(f"mutate: cannot configure, see {self.build}/mutate.log")
        for room in rooms:
            start = time.monotonic()
            if not self.compiles(room) or not self.passes(room):
                raise SystemExit(f"mutate: test_{room} fails without any fault, see {self.build}/mutate.log")
            start = time.monotonic()
            self.passes(room)
            self.patience[room] = 10 + 4 * (time.monotonic() - start)


def describe(path, text, fault):
    begin, end, new = fault
    line = text.count("\n", 0, begin) + 1
    change = f"`{text[begin:end].strip()}` -> `{new}`" if new else f"without `{text[begin:end].strip()}`"
    whole = text.splitlines()[line - 1].strip()
    return f"{path}:{line}: {change}" + ("" if not new and whole in change else f" in `{whole}`")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("work", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("rooms", nargs="+")
    asked = parser.parse_args()

    judge = Judge(asked.work)
    refresh(asked.root, judge.copy)
    judge.prepare(asked.rooms)
    plan = planned(judge.copy, asked.rooms, asked.seed)
    end, noticed, survivors = time.monotonic() + asked.seconds, 0, []
    for room, path, fault in plan:
        if time.monotonic() >= end:
            break
        text = path.read_text()
        path.write_text(text[:fault[0]] + fault[2] + text[fault[1]:])
        compiled = judge.compiles(room)
        survived = compiled and judge.passes(room)
        path.write_text(text)
        what = describe(path.relative_to(judge.copy), text, fault)
        print(f"{'survived' if survived else 'noticed' if compiled else 'does not compile'}: {what}", file=sys.stderr)
        noticed += compiled and not survived
        if survived:
            survivors.append(what)
    judged = noticed + len(survivors)
    print(f"{noticed} of {judged} faults noticed ({len(plan)} possible in {', '.join(asked.rooms)}; seed {asked.seed})")
    for what in survivors:
        print(f"survived: {what}")
    return 0 if judged else 1


if __name__ == "__main__":
    sys.exit(main())
