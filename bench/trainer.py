"""The native trainer beside PyTorch and scikit-learn: the fastest training step of each, alternating in one run.

usage: trainer.py TRAINER_BENCH [--passes N] [--seconds S] [--case NAME ...] [--libtorch PROGRAM] [--startup]

The program of libtorch is bench/libtorch/step.cpp: g++ -O2 -std=c++17 -I/usr/include/torch/csrc/api/include step.cpp -o
step -ltorch -ltorch_cpu -lc10 (package libtorch-dev).

For each class of network a pass runs, one after another and with one thread each: torch eager with its default Adam,
the fastest of the other settings a torch user would pick (foreach Adam; a traced model), libtorch if its program is
given, scikit-learn's MLP, and hone. A row shows the fastest step of all passes and, in brackets, the range of the
passes' own fastest steps. Adam, shuffled minibatches, uint8 rows converted on the way where the data is uint8.

--startup: instead, how long each side takes to do nothing, and the memory it takes for that (/usr/bin/time, package
time; hone is taken from the folder above TRAINER_BENCH's).
"""
import argparse
import os
import subprocess
import sys
import time

CASES = {  # name: rows, inputs, outputs, hidden, batch
    "tab/64": (2000, 20, 2, [32, 32], 64),
    "64/32": (60000, 784, 10, [64], 32),
    "64/128": (60000, 784, 10, [64], 128),
    "128x64/128": (60000, 784, 10, [128, 64], 128),
    "512x512/32": (60000, 784, 10, [512, 512], 32),
    "512x512/128": (60000, 784, 10, [512, 512], 128),
    "512x512/128/bf16": (60000, 784, 10, [512, 512], 128),  # hone in bfloat16, the others in single precision
    "256x5/128": (60000, 784, 10, [256] * 5, 128),
    "256x5/512": (60000, 784, 10, [256] * 5, 512),
}
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def torch_steps(case, seconds, setting):
    """Prints the fastest step in microseconds of torch with one setting: eager, foreach or trace."""
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(7)
    rows, inputs, outputs, hidden, batch = CASES[case]
    if inputs == 784:
        data = torch.randint(0, 256, (rows, inputs), dtype=torch.uint8)
    else:
        data = torch.rand(rows, inputs) * 2 - 1
    labels = torch.randint(0, outputs, (rows,))
    layers, width = [], inputs
    for units in hidden:
        layers += [torch.nn.Linear(width, units), torch.nn.ReLU()]
        width = units
    model = torch.nn.Sequential(*layers, torch.nn.Linear(width, outputs))
    if setting == "trace":
        model = torch.jit.trace(model, torch.rand(batch, inputs))
    optimizer = torch.optim.Adam(model.parameters(), foreach=setting == "foreach")
    loss_of = torch.nn.CrossEntropyLoss()
    as_bytes = data.dtype == torch.uint8
    fastest, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        order = torch.randperm(rows)
        for at in range(0, rows - batch + 1, batch):
            start = time.perf_counter()
            picked = order[at:at + batch]
            x = data[picked]
            if as_bytes:
                x = x.float().mul_(1 / 255)
            loss = loss_of(model(x), labels[picked])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            now = time.perf_counter()
            fastest = min(fastest, now - start)
            if now > end:
                break
    print(1e6 * fastest)


def sklearn_steps(case, seconds):
    """Prints the fastest step: one epoch of scikit-learn's MLP divided by its steps (it shows no single step)."""
    import numpy as np
    from sklearn.neural_network import MLPClassifier
    rows, inputs, outputs, hidden, batch = CASES[case]
    random = np.random.default_rng(7)
    x = random.random((rows, inputs), dtype=np.float32)
    y = random.integers(0, outputs, rows)
    model = MLPClassifier(hidden, batch_size=batch, random_state=7)
    fastest, end = float("inf"), time.perf_counter() + seconds
    classes = np.arange(outputs)
    x, y = x[:max(batch * 40, 2000)], y[:max(batch * 40, 2000)]
    while time.perf_counter() < end:
        start = time.perf_counter()
        model.partial_fit(x, y, classes)
        fastest = min(fastest, (time.perf_counter() - start) / (len(x) // batch))
    print(1e6 * fastest)


def one(command):
    """Microseconds that a program printed last on its line, or None if it cannot run here."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    if done.returncode != 0:
        print(f"trainer.py: {command[0]} failed: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    words = done.stdout.split()
    return float(words[words.index("us") - 1]) if "us" in words else float(words[-1])


def startup(trainer_bench, passes):
    build = os.path.dirname(os.path.dirname(os.path.abspath(trainer_bench)))
    sides = {"hone": [os.path.join(build, "hone"), "--version"],
             "torch": [sys.executable, "-c", "import torch"],
             "scikit-learn": [sys.executable, "-c", "import sklearn.neural_network"]}
    seen = {side: [] for side in sides}
    for _ in range(passes):
        for side, command in sides.items():
            start = time.perf_counter()
            done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True)
            seconds = time.perf_counter() - start
            if done.returncode == 0:
                seen[side].append((1e3 * seconds, int(done.stderr.split()[-1]) / 1024))
            else:
                print(f"trainer.py: {command[0]} failed: {done.stderr.strip()[-300:]}", file=sys.stderr)
    for side, values in seen.items():
        if values:
            print(f"start-up     {side:13} {min(values)[0]:9.1f} ms [..{max(values)[0]:.1f}]  "
                  f"{min(memory for _, memory in values):6.1f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--libtorch")
    parser.add_argument("--startup", action="store_true")
    parser.add_argument("--peak", type=float, help="GFLOP/s of the processor's FMA units, for the last column")
    options = parser.parse_args()
    if options.startup:
        return startup(options.program, options.passes)
    here = [sys.executable, os.path.abspath(__file__)]
    for case in options.case or CASES:
        sides = {f"torch {s}": [*here, "--torch", case, str(options.seconds), s]
                 for s in ("eager", "foreach", "trace")}
        if options.libtorch:
            sides["libtorch"] = [options.libtorch, case.removesuffix("/bf16"), str(options.seconds)]
        sides["scikit-learn"] = [*here, "--sklearn", case, str(options.seconds)]
        sides["hone"] = [options.program, case, str(options.seconds)]
        seen = {side: [] for side in sides}
        for _ in range(options.passes):
            for side, command in sides.items():
                if (microseconds := one(command)) is not None:
                    seen[side].append(microseconds)
        ours = min(seen["hone"])
        for side, values in seen.items():
            if values:
                print(f"{case:16} {side:13} {min(values):9.1f} us [{min(values):.1f}..{max(values):.1f}]  "
                      f"{min(values) / ours:5.2f}x", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--torch"]:
        torch_steps(sys.argv[2], float(sys.argv[3]), sys.argv[4])
    elif sys.argv[1:2] == ["--sklearn"]:
        sklearn_steps(sys.argv[2], float(sys.argv[3]))
    else:
        main()
