"""Plants one fault per rule of tools/tidy.py in a small tree of its own and wants each to be seen, and nothing else."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import tidy  # noqa: E402

HEADER = "/// What it is.\n#pragma once\n"
CLEAN = {
    "cmake/rooms.txt": "# The house.\nbase:\nspace: base\nsamplers: base space\nengine: base space samplers\n"
                       "api: base engine\n",
    "src/base/text.hpp": HEADER,
    "src/base/text.cpp": '#include "base/text.hpp"\n',
    "src/space/space.hpp": HEADER + '#include "base/text.hpp"\n',
    "src/samplers/sampler_list.inc": "HONE_SAMPLER(random)\n",
    "src/samplers/random.cpp": '// Random.\n#include "space/space.hpp"\n'
                               "constinit const SamplerInfo random_sampler_info{};\n",
    "src/engine/study.hpp": HEADER + "struct Study;  // gcc takes files of equal content and time for one\n",
    "src/engine/study.cpp": '#include "engine/study.hpp"\n\n#include "samplers/../space/space.hpp"\n',
    "src/api/study.cpp": '// The library.\n#include <hone/hone.hpp>\n\n#include "engine/study.hpp"\n',
    "include/hone/hone.hpp": HEADER + "#include <vector>\n",
    "README.md": "# hone\n```sh\n# a comment\n```\nSee https://github.com/x/y.\n",
}
MACHINE_PATH = "/" + "work/main/x"
PLANTED = [  # rule, file, text that is added at its end, what the finding must name
    ("upward include", "src/base/text.cpp", '#include "engine/study.hpp"\n', "base/ may not include engine/"),
    ("include of a room not in the row", "src/api/study.cpp", '#include "space/space.hpp"\n',
     "api/ may not include space/"),
    ("relative include", "src/base/text.hpp", '#include "../engine/study.hpp"\n', "base/ may not include engine/"),
    ("public header below api", "src/engine/study.cpp", "#include <hone/hone.hpp>\n", "only api and cli"),
    ("library in a public header", "include/hone/hone.hpp", "#include <fmt/format.h>\n", "only the standard library"),
    ("internal header in a public one", "include/hone/hone.hpp", '#include "base/text.hpp"\n',
     "only the standard library"),
    ("room outside the table", "src/attic/old.hpp", HEADER, "no row in cmake/rooms.txt"),
    ("room that looks up in the table", "cmake/rooms.txt", "attic: roof\n", "roof, which is not a room above it"),
    ("long file", "src/base/text.hpp", "//\n" * 400, "402 lines"),
    ("long line", "src/base/text.hpp", "// " + "x" * 120 + "\n", "123 columns"),
    ("no guard", "src/base/bare.hpp", "/// What it is.\n", "no #pragma once"),
    ("no opening comment", "src/base/mute.cpp", "int x;\n", "does not begin with a comment"),
    ("sampler that nobody can reach", "src/samplers/tpe.cpp", "// TPE.\nconst SamplerInfo tpe_sampler_info = {};\n",
     "tpe is not in"),
    ("listed without a file", "src/samplers/sampler_list.inc", "HONE_SAMPLER(grid)\n", "grid is defined in no .cpp"),
    ("unfinished work", "src/base/text.hpp", "// TO" + "DO: more\n", "unfinished work"),
    ("machine path", "README.md", f"Look at {MACHINE_PATH}.\n", "a path of one machine"),
    ("foreign host", "README.md", "https:" + "//packages.example.com/simple\n", "packages.example.com"),
    ("lost page", "README.md", "See docs/" + "lost.md.\n", "names docs/" + "lost.md"),
    ("two titles", "README.md", "\n# Again\n", "2 titles"),
]


class Tree:
    """A temporary copy of the clean tree."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name).resolve()
        for name, text in CLEAN.items():
            self.add(name, text)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()
        tidy.read.cache_clear()

    def add(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    def compile_database(self, sources):
        command = "c++ -std=c++20 -Isrc -Iinclude -o x.o -c {}"
        entries = [{"directory": str(self.root), "file": name, "output": "x.o", "command": command.format(name)}
                   for name in sources]
        (self.root / "compile_commands.json").write_text(json.dumps(entries))


class Canary(unittest.TestCase):
    def test_clean_tree_has_no_findings(self):
        with Tree() as tree:
            self.assertEqual(list(tidy.problems(tree.root)), [])

    def test_each_planted_fault_is_the_one_finding(self):
        for rule, name, text, wanted in PLANTED:
            with self.subTest(rule), Tree() as tree:
                tree.add(name, text)
                found = list(tidy.problems(tree.root))
                self.assertEqual(len(found), 1, found)
                self.assertIn(wanted, found[0])

    def test_include_that_no_text_search_sees_is_seen_by_the_real_list(self):
        with Tree() as tree:
            tree.compile_database(["src/base/text.cpp", "src/engine/study.cpp", "src/api/study.cpp"])
            self.assertEqual(list(tidy.check_real_includes(tree.root, tree.root)), [])
            tree.add("src/base/text.cpp", "#define UP <engine/study.hpp>\n#include UP\n")
            tidy.read.cache_clear()
            self.assertEqual(list(tidy.check_direct_includes(tree.root)), [])
            found = list(tidy.check_real_includes(tree.root, tree.root))
            self.assertEqual(found, ["src/base/text.cpp: reads src/engine/study.hpp; engine/ is not below base/"])

    def test_unformatted_source_is_found(self):
        if not tidy.shutil.which(tidy.FORMATTER):
            self.skipTest(f"{tidy.FORMATTER} is not installed")
        with Tree() as tree:
            tree.add("src/base/text.cpp", "int   x ;\n")
            self.assertIn("src/base/text.cpp: not formatted, run ./dev format", list(tidy.check_format(tree.root)))

    def test_program_ends_with_1_on_a_finding(self):
        with Tree() as tree:
            command = [sys.executable, "-B", ROOT / "tools" / "tidy.py", tree.root]
            self.assertEqual(subprocess.run(command, capture_output=True, check=False).returncode, 0)
            tree.add("src/base/text.cpp", '#include "engine/study.hpp"\n')
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("src/base/text.cpp:2: base/ may not include engine/", done.stdout)


if __name__ == "__main__":
    unittest.main()
