"""The rules of the source that no compiler checks. Usage: tidy.py ROOT [BUILD]

BUILD is a build directory: with it, the real include lists of its compile database are checked, and the formatting if
clang-format-14 is installed. Rules, each a function below:
- rooms: a file of src/<room>/ includes only what the row of cmake/rooms.txt allows; a translation unit reaches only
  rooms below its own; include/hone/ includes only the standard library and itself, and only api and cli include it;
- length: code files have at most 400 lines of at most 120 columns;
- headers: `#pragma once`; every header begins with a comment that says what it is, a source with that or its header;
- lists: what src/<room>/<kind>_list.inc names and what the sources of that room define is the same;
- leftovers: no unfinished work, and nothing that means something on one machine only;
- markdown: one `# Title` per document;
- references: a page of docs/ that is named anywhere exists.
Prints one line per finding; exit code 1 if there is any.
"""
import concurrent.futures
import functools
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

LINES_MAX, COLUMNS_MAX = 400, 120
FOLDERS = ("src", "include", "tests", "bench", "examples", "fuzz", "tools", "cmake", "docs")
CODE = {".hpp", ".cpp", ".inc", ".py", ".cmake", ".sh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
FORMATTER = "clang-format-14"

# Each pattern is written so that it does not match its own text.
LEFTOVERS = [
    (re.compile(r"\b(TO[D]O|FIXM[E]|XX[X])\b"), "unfinished work"),
    (re.compile(r"(^|[^\w.])/(wor[k]|hom[e]|roo[t])/"), "a path of one machine"),
    (re.compile(r"/tm[p]/h-"), "a path of one machine"),
    (re.compile(r"\b([Aa]gent[s]?|[Aa]ssistan[t]|A[I])\b"), "a word that does not belong here"),
]
URL = re.compile(r"\bhttps?://([^\s/\"'`)>:]+)")
URL_HOSTS = {
    "127.0.0.1", "arxiv.org", "doi.org", "github.com", "keepachangelog.com", "semver.org", "www.apache.org",
    "www.debian.org", "www.sqlite.org", "www.w3.org",
}


@functools.lru_cache(maxsize=None)
def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def files(root):
    """Every file that people write, sorted; a lock file is npm's."""
    found = [path for path in root.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [path for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(path for path in found if path.name != "package-lock.json")


def is_code(path):
    return path.suffix in CODE or path.name in ("CMakeLists.txt", "dev")


def rooms_table(root):
    """Room -> the rooms it may include, in the order of the table."""
    table = {}
    for line in read(root / "cmake" / "rooms.txt").splitlines():
        if match := re.match(r"([a-z]+):(.*)", line):
            table[match[1]] = set(match[2].split())
    return table


def rooms_below(table):
    """Room -> itself and every room it may reach through others."""
    below = {}
    for room, allowed in table.items():  # the table lists lower rooms first
        below[room] = {room}.union(*(below.get(other, {other}) for other in allowed))
    return below


def room_of(root, path):
    try:
        parts = path.relative_to(root / "src").parts
    except ValueError:
        return None
    return parts[0] if len(parts) > 1 else None


def check_table(root):
    table, known = rooms_table(root), set()
    for room, allowed in table.items():
        for other in sorted(allowed - known):
            yield f"cmake/rooms.txt: {room} may include {other}, which is not a room above it in the table"
        known.add(room)
    for folder in sorted((root / "src").iterdir()):
        if folder.is_dir() and any(folder.iterdir()) and folder.name not in table:
            yield f"src/{folder.name}: no row in cmake/rooms.txt"


def check_direct_includes(root):
    """Every #include line of src/ and include/, whether a compiler has seen it or not."""
    table = rooms_table(root)
    for path in files(root):
        room, public = room_of(root, path), path.is_relative_to(root / "include")
        if path.suffix not in (".hpp", ".cpp", ".inc") or not (room or public):
            continue
        for match in INCLUDE.finditer(read(path)):
            place = f"{path.relative_to(root)}:{read(path).count(chr(10), 0, match.start(2)) + 1}"
            quote, name = match[1], match[2]
            if name.startswith("hone/"):
                if room and room not in ("api", "cli"):
                    yield f"{place}: only api and cli may include the public header {name}"
            elif public:
                if quote == '"' or "/" in name or "." in name:
                    yield f"{place}: a public header may include only the standard library, not {name}"
            elif quote == '"':
                target = next((base / name for base in (root / "src", path.parent) if (base / name).exists()), None)
                other = room_of(root, pathlib.Path(os.path.normpath(target))) if target else name.split("/")[0]
                if other in table and other != room and other not in table.get(room, set()):
                    yield f"{place}: {room}/ may not include {other}/ ({name})"


def ninja_deps(build):
    """Object -> files that its last compilation read, from ninja's own record; empty without ninja."""
    ninja = shutil.which("ninja")
    if not ninja or not (build / "build.ninja").exists():
        return {}
    output = subprocess.run([ninja, "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    deps, current = {}, None
    for line in output.splitlines():
        if match := re.match(r"(\S.*): #deps \d+, deps mtime \d+ \(VALID\)", line):
            current = deps[match[1]] = []
        elif not line.startswith("    "):
            current = None
        elif line.startswith("    ") and current is not None:
            current.append(line.strip())
    return deps


def compiler_deps(entry):
    """The same from the compiler itself (-MM), for a unit that was never compiled here."""
    command = entry.get("arguments") or shlex.split(entry["command"])
    output_at = command.index("-o")
    command = command[:output_at] + command[output_at + 2:]
    drop = {"-c", "-MD", "-MMD"}
    command = [word for word in command if word not in drop] + ["-MM"]
    done = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"tidy: cannot list the includes of {entry['file']}:\n{done.stderr}")
    return done.stdout.replace("\\\n", " ").split(":", 1)[1].split()


def check_real_includes(root, build):
    """What each translation unit of src/ really read must lie in the rooms below its own."""
    table, recorded = rooms_table(root), ninja_deps(build)
    below = rooms_below(table)
    for entry in json.loads(read(build / "compile_commands.json")):
        source = pathlib.Path(os.path.normpath(os.path.join(entry["directory"], entry["file"])))
        room = room_of(root, source)
        if room not in table:
            continue
        for name in recorded.get(entry.get("output")) or compiler_deps(entry):
            path = pathlib.Path(os.path.normpath(os.path.join(entry["directory"], name)))
            other = room_of(root, path)
            if other in table and other not in below[room]:
                yield f"{source.relative_to(root)}: reads {path.relative_to(root)}; {other}/ is not below {room}/"


def check_length(root):
    for path in files(root):
        if is_code(path):
            lines = read(path).splitlines()
            if len(lines) > LINES_MAX:
                yield f"{path.relative_to(root)}: {len(lines)} lines, at most {LINES_MAX}"
            for number, line in enumerate(lines, 1):
                if len(line) > COLUMNS_MAX:
                    yield f"{path.relative_to(root)}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"


def check_headers(root):
    for path in files(root):
        text = read(path)
        if path.suffix == ".hpp" and "#pragma once" not in text:
            yield f"{path.relative_to(root)}: no #pragma once"
        first = text.split("\n", 1)[0]
        own_header = path.suffix == ".cpp" and first.endswith(f'/{path.stem.removesuffix("_test")}.hpp"')
        if path.suffix in (".hpp", ".cpp") and not first.startswith(("//", "/*")) and not own_header:
            yield f"{path.relative_to(root)}:1: does not begin with a comment that says what it is"


def check_lists(root):
    """samplers/sampler_list.inc and the `const SamplerInfo x_sampler_info` of samplers/*.cpp, and so for every list."""
    for listing in sorted((root / "src").glob("*/*_list.inc")):
        kind = listing.name.removesuffix("_list.inc")
        listed = set(re.findall(rf"^HONE_{kind.upper()}\((\w+)\)", read(listing), re.MULTILINE))
        definition = re.compile(rf"^(?!\s*extern\b).*\bconst\b.*?\b(\w+)_{kind}_info\b\s*[={{]", re.MULTILINE)
        defined = {}
        for path in sorted(listing.parent.glob("*.cpp")):
            defined.update((name, path.relative_to(root)) for name in definition.findall(read(path)))
        for name in sorted(defined.keys() - listed):
            yield f"{defined[name]}: {name} is not in {listing.relative_to(root)}, so nobody can reach it"
        for name in sorted(listed - defined.keys()):
            yield f"{listing.relative_to(root)}: {name} is defined in no .cpp of this room"


def check_leftovers(root):
    for path in files(root):
        if path.suffix in (".db", ".gz", ".png"):
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            place = f"{path.relative_to(root)}:{number}"
            for pattern, what in LEFTOVERS:
                if match := pattern.search(line):
                    yield f"{place}: {what}: {match[0].strip()}"
            for host in URL.findall(line):
                if host not in URL_HOSTS and "." in host:
                    yield f"{place}: the host {host} is not among those that this project may name (URL_HOSTS)"


def check_markdown(root):
    for path in files(root):
        if path.suffix == ".md":
            outside_fences = "".join(re.split(r"^```.*?^```", read(path), flags=re.MULTILINE | re.DOTALL))
            titles = len(re.findall(r"^# ", outside_fences, re.MULTILINE))
            if titles != 1:
                yield f"{path.relative_to(root)}: {titles} titles ('# ...'), must be one"


def check_references(root):
    pattern = re.compile(r"\bdocs/[\w./-]+\.(?:md|svg)\b")
    for path in files(root):
        for name in sorted(set(pattern.findall(read(path)))):
            if not (root / name).exists():
                yield f"{path.relative_to(root)}: names {name}, which does not exist"


def check_format(root):
    if not shutil.which(FORMATTER):
        print(f"tidy: {FORMATTER} is not installed, formatting is not checked", file=sys.stderr)
        return
    sources = [path for path in files(root) if path.suffix in (".hpp", ".cpp")]

    def formatted(path):
        text = subprocess.run([FORMATTER, path], capture_output=True, text=True, check=True, cwd=root).stdout
        return text == read(path)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, good in zip(sources, pool.map(formatted, sources)):
            if not good:
                yield f"{path.relative_to(root)}: not formatted, run ./dev format"


def problems(root, build=None):
    for check in (check_table, check_direct_includes, check_length, check_headers, check_lists, check_leftovers,
                  check_markdown, check_references):
        yield from check(root)
    if build:
        yield from check_real_includes(root, build)
        yield from check_format(root)


def main():
    root, *build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    found = list(problems(root, *build))
    print("\n".join(found) if found else "tidy: nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
