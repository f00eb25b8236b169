"""`hone export` against other people's programs. Usage: onnx_test.py PART HONE CHECK_ONNX WORK MODULES DATA

PART is one of
  models   trains small networks of every kind, exports them and has libonnx check the files (CHECK_ONNX);
  runtime  runs what `models` left in WORK by onnxruntime and compares it with `hone predict`;
  primary  all of that on the primary data sets in DATA, and on Fashion-MNIST.
HONE is the program, WORK a folder for files, MODULES a folder where onnxruntime-node is installed once (npm, about
290 MB); $HONE_DATA, if set, goes before DATA. Where the runtime cannot be installed, or no data set is there, the exit
code is 77: skipped, with the reason.
"""
import csv
import fcntl
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import onnx_data

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
TOLERANCE = 1e-5  # of probabilities; of values: times the target's deviation, or the value where that is larger
ACTIVATIONS = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "mish"]
COLUMNS = ["--columns", "code=categorical", "--columns", "place=categorical", "--columns", "grade=categorical"]
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")


def fail(text):
    sys.exit(f"onnx_test: {text}")


def run(*words, cwd):
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"{' '.join(map(str, words))}\nended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


class Bench:
    """One folder of work, and the programs."""

    def __init__(self, hone, check_onnx, work, modules):
        self.hone, self.check_onnx = pathlib.Path(hone).resolve(), pathlib.Path(check_onnx).resolve()
        self.work, self.modules = pathlib.Path(work).resolve(), pathlib.Path(modules).resolve()
        self.work.mkdir(parents=True, exist_ok=True)

    def export(self, case, fit, space, data):
        """Trains, exports, predicts `data`; what libonnx says about the file."""
        (self.work / f"{case}.toml").write_text(f"format = 1\n{space}")
        run(self.hone, "fit", *fit, "--space", f"{case}.toml", "--trials", "1", "-j", "2", "--pruner", "none",
            "--study", case, "--fresh", "--storage", f"sqlite:///{case}.db", "--out", case, cwd=self.work)
        said = run(self.hone, "export", f"{case}/model.hone", "-o", f"{case}.onnx", cwd=self.work)
        run(self.hone, "predict", f"{case}/model.hone", data, "-o", f"{case}.csv", cwd=self.work)
        facts = json.loads(run(self.check_onnx, f"{case}.onnx", cwd=self.work))
        for port in facts["inputs"] + facts["outputs"]:
            if f"'{port['name']}'" not in said:
                fail(f"{case}: the command does not name '{port['name']}': {said}")
        if (facts["ir"], facts["opsets"], facts["producer"]) != (8, {"": 17, "ai.onnx.ml": 3}, "hone"):
            fail(f"{case}: other versions than documented: {facts}")
        return facts

    def install_runtime(self):
        """True once onnxruntime-node of the lock file's version is in MODULES; else says why not."""
        self.modules.mkdir(parents=True, exist_ok=True)
        wanted = json.loads((HERE / "package.json").read_text())["dependencies"]["onnxruntime-node"]
        with open(self.modules / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two tests may come here at once
            done = self.modules / f"installed-{wanted}"
            if done.exists():
                return True
            for name in ("node", "npm"):
                if not shutil.which(name):
                    print(f"skipped: {name} is not installed")
                    return False
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, self.modules)
            start = time.monotonic()
            try:
                words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
                npm = subprocess.run(words, cwd=self.modules, capture_output=True, text=True, check=False, timeout=400)
                problem = npm.stderr[-600:] if npm.returncode else ""
            except subprocess.TimeoutExpired:
                problem = "no end after 400 s"
            if problem:
                print(f"skipped: npm could not install onnxruntime-node {wanted} (is there a network?): {problem}")
                return False
            done.touch()
            print(f"onnxruntime-node {wanted} installed in {time.monotonic() - start:.0f} s")
            return True

    def run_models(self, jobs):
        """Outputs of every job, in order."""
        (self.work / "jobs.json").write_text(json.dumps(jobs))
        run("node", HERE / "run_models.mjs", self.modules / "node_modules", "jobs.json", "results.json", cwd=self.work)
        results = json.loads((self.work / "results.json").read_text())
        for job, result in zip(jobs, results):
            if "error" in result:
                fail(f"onnxruntime cannot run {job['model']}: {result['error']}")
        return [result["outputs"] for result in results]


def difference(case, predictions, outputs, scale):
    """The largest difference, in tolerances' units, between `hone predict` and the runtime; fails beyond TOLERANCE."""
    with open(predictions, newline="", encoding="utf-8") as file:
        expected = list(csv.reader(file))[1:]
    worst = 0.0
    if "value" in outputs:
        data, dims = outputs["value"]["data"], outputs["value"]["dims"]
        if dims != [len(expected), 1]:
            fail(f"{case}: {len(expected)} rows, but the runtime gives {dims}")
        for row, value in zip(expected, data):
            worst = max(worst, abs(float(row[0]) - value) / max(scale, abs(float(row[0]))))
    else:
        labels, data = outputs["label"]["data"], outputs["probabilities"]["data"]
        classes = len(expected[0]) - 1
        if outputs["probabilities"]["dims"] != [len(expected), classes] or len(labels) != len(expected):
            fail(f"{case}: {len(expected)} rows of {classes} classes, but the runtime gives {outputs['label']['dims']} "
                 f"and {outputs['probabilities']['dims']}")
        for i, row in enumerate(expected):
            if str(labels[i]) != row[0]:
                fail(f"{case}: row {i + 1}: label '{labels[i]}' instead of '{row[0]}', {row[1:]}")
            for k in range(classes):
                worst = max(worst, abs(float(row[1 + k]) - data[i * classes + k]))
    if not worst <= TOLERANCE:
        fail(f"{case}: predictions differ by {worst:.3g}, allowed is {TOLERANCE}")
    return worst


def deviation(rows, target):
    values = [float(row[target]) for row in rows if row[target]]
    mean = sum(values) / len(values)
    return (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5


def small_cases():
    """(name, target, --ensemble, sections of the space file); each activation once, the other properties in turn."""
    for i, activation in enumerate(ACTIVATIONS):
        norm = ["none", "batch", "layer"][i % 3]
        target = ["kind", "bit", "amount"][i % 3]
        own = {"kind": "focal", "bit": "binary_cross_entropy", "amount": ["quantile", "poisson"][i // 6 % 2]}[target]
        loss = own if i // 3 % 2 == 0 else "auto"
        waves = "numeric_frequencies = 20\nfrequency_scale = 0.5"
        numbers = ["numeric_bins = 20", "numeric_bins = 0", waves][i // 2 % 3]
        form = f"members = {[1, 3][i // 2 % 2]}\nresidual = {['true', 'false'][i // 3 % 2]}\n"
        fixed = f'[fixed]\nactivation = "{activation}"\nnorm = "{norm}"\n{numbers}\nloss = "{loss}"\n{form}'
        fixed += f"layers = 3\n\"units.1\" = 24\n\"units.2\" = {[16, 24, 40][i % 3]}\n\"units.3\" = 20\n"
        fixed += "learning_rate = 0.01\ndropout = 0.1\n"
        fixed += f"front_scale = {[6, 0, 0][i % 3]}\nparametric_activation = {[0.1, 0][i // 2 % 2]}\n"
        fixed += f"[data]\nscaling = \"{['standard', 'robust', 'quantile'][i // 3 % 3]}\"\n"
        yield activation, target, 1 + i // 2 % 3, fixed
    rate = '[space]\nlearning_rate = { type = "float", low = 0.01, high = 0.1 }\n'
    yield "linear", "kind", 1, f"{rate}[fixed]\nlayers = 0\n"


def models(bench):
    """Leaves CASE.onnx, CASE.csv (predictions of odd.csv) and cases.json in the folder."""
    onnx_data.write_tables(bench.work)
    onnx_data.write_images(bench.work / "images")
    cases, operators, types = {}, set(), set()
    for name, target, members, space in small_cases():
        others = [word for other in ("kind", "bit", "amount") if other != target
                  for word in ("--columns", f"{other}=drop")]
        facts = bench.export(name, ["train.csv", "--target", target, "--epochs", "9", "--ensemble", members, *COLUMNS,
                                    *others], space, "odd.csv")
        cases[name] = {"inputs": facts["inputs"], "target": target}
        operators.update(facts["operators"])
        types.update(port["type"] for port in facts["inputs"] + facts["outputs"])
    fit = ["images", "--epochs", "9", "--ensemble", "1"]
    facts = bench.export("images-case", fit, "[fixed]\nlayers = 1\n", "images")
    cases["images-case"] = {"inputs": facts["inputs"]}
    # What is to be tried must have been tried: a table that lost its embedding column would test nothing.
    expected = {"Gather", "LabelEncoder", "LayerNormalization", "Cos", "ReduceMean", "Pad", "Slice", "Clip", "Where",
                "Softmax", "Sigmoid", "Erf", "Sqrt", "Exp"}
    if not operators >= expected or types != {"DOUBLE", "STRING", "INT64", "FLOAT"}:
        fail(f"the models lack {expected - operators} or have other types than expected: {types}")
    (bench.work / "cases.json").write_text(json.dumps(cases))
    print(f"{len(cases)} models with {len(operators)} kinds of operators: libonnx accepts all")


def runtime(bench):
    if not (bench.work / "cases.json").exists():
        fail("run the part `models` first")
    if not bench.install_runtime():
        return SKIPPED
    cases = json.loads((bench.work / "cases.json").read_text())
    rows, train = onnx_data.read_csv(bench.work / "odd.csv"), onnx_data.read_csv(bench.work / "train.csv")
    idx = (bench.work / "images" / "t10k-images-idx3-ubyte").read_bytes()
    times = {"all": 1, "many": 40}
    jobs = []
    for name, case in cases.items():
        model = str(bench.work / f"{name}.onnx")
        if "target" not in case:
            jobs.append(("all", name, {"model": model, "feeds": onnx_data.image_feeds(
                case["inputs"], idx, bench.work / "images.raw")}))
            continue
        for part, count in times.items():
            if part == "all" or name == "gelu":
                feeds = onnx_data.table_feeds(case["inputs"], rows * count)
                jobs.append((part, name, {"model": model, "feeds": feeds}))
        jobs.append(("one", name, {"model": model, "feeds": onnx_data.table_feeds(case["inputs"], rows[-1:])}))
    worst = 0.0
    for (part, name, _), outputs in zip(jobs, bench.run_models([job for _, _, job in jobs])):
        file = bench.work / f"{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        if part != "all":
            chosen = lines[1:] * times["many"] if part == "many" else lines[-1:]
            file = bench.work / f"{name}-{part}.csv"
            file.write_text("\n".join(lines[:1] + chosen) + "\n", encoding="utf-8")
        worst = max(worst, difference(f"{name} ({part})", file, outputs, deviation(train, "amount")))
    print(f"{len(jobs)} runs of {len(cases)} models, up to {40 * len(rows)} rows: labels identical, "
          f"largest difference {worst:.2g}")
    return 0


def spoiled(rows, target):
    """Rows of a data set, then copies in which one cell each is missing, unseen or extreme."""
    names = [name for name in rows[0] if name != target]
    cells = ["", "unseen", "1e308", "-1e308", "0", "5e-324"]
    copies = [{**row, names[i % len(names)]: cells[i // len(names) % len(cells)]} for i, row in enumerate(rows[:400])]
    return [{name: row[name] for name in names} for row in rows + copies]


def primary(bench, data):
    sets = {
        "adult": ("tabular_adult", "income", []),
        "pm25": ("tabular_pm25", "pm2.5", []),
        "coupon": ("ads_coupon", "Y", []),
        "movielens": ("rec_movielens_small", "rating", ["--columns", "userId=categorical", "--columns",
                                                        "movieId=categorical"]),
    }
    there = {name: pathlib.Path(data).resolve() / row[0] for name, row in sets.items()}
    absent = [name for name, folder in there.items() if not (folder / "train.csv").exists()]
    if absent:
        print(f"not there: {', '.join(absent)} in {data}")
    if len(absent) == len(sets):
        print("skipped: no primary data set")
        return SKIPPED
    if not bench.install_runtime():
        return SKIPPED
    jobs, scales, space = {}, {}, "[fixed]\nlayers = 2\nunits = 64\nnorm = 'batch'\n"
    for name, (_, target, options) in sets.items():
        if name in absent:
            continue
        train, test = (there[name] / f"{part}.csv" for part in ("train", "test"))
        rows = spoiled(onnx_data.read_csv(test), target)
        onnx_data.write_csv(bench.work / f"{name}-rows.csv", rows)
        facts = bench.export(name, [train, "--test", test, "--target", target, "--epochs", "1", "--ensemble", "2",
                                    *options], space, f"{name}-rows.csv")
        jobs[name] = {"model": str(bench.work / f"{name}.onnx"), "feeds": onnx_data.table_feeds(facts["inputs"], rows)}
        if facts["properties"]["task"] == "regression":
            scales[name] = deviation(onnx_data.read_csv(train), target)
    if FASHION.is_dir():
        facts = bench.export("fashion", ["fashion-mnist", "--epochs", "1", "--ensemble", "1"],
                             "[fixed]\nlayers = 1\nunits = 64\n", "fashion-mnist")
        idx = gzip.decompress((FASHION / "t10k-images-idx3-ubyte.gz").read_bytes())
        jobs["fashion"] = {"model": str(bench.work / "fashion.onnx"),
                           "feeds": onnx_data.image_feeds(facts["inputs"], idx, bench.work / "fashion.raw")}
    for name, outputs in zip(jobs, bench.run_models(list(jobs.values()))):
        worst = difference(name, bench.work / f"{name}.csv", outputs, scales.get(name, 1))
        rows = next(iter(outputs.values()))["dims"][0]
        print(f"{name}: {rows} rows, labels identical, largest difference {worst:.2g}")
    return 0


def main():
    part, hone, check_onnx, work, modules, data = sys.argv[1:]
    bench = Bench(hone, check_onnx, work, modules)
    if part == "primary":
        return primary(bench, os.environ.get("HONE_DATA") or data)
    return {"models": models, "runtime": runtime}[part](bench)


if __name__ == "__main__":
    sys.exit(main())
