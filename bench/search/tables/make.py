#!/usr/bin/env python3
"""Makes the tables of networks: NAME.csv.gz beside this file, from the primary data sets.

usage: make.py MAKE_TABLE DATA_FOLDER [NAME ...]     names: adult, coupon, pm25; those that are there are left alone

Of each training file 10,000 rows are drawn (always the same ones); 1,152 networks with three seeds are trained for
27 epochs each: seven minutes for a set on two cores.
"""
import datetime
import gzip
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = 10_000
SETS = {"adult": ("tabular_adult", "income", "log_loss"),
        "coupon": ("ads_coupon", "Y", "log_loss"),
        "pm25": ("tabular_pm25", "pm2.5", "rmse")}


def some_rows(path, target):
    """A smaller file: the header and ROWS lines drawn by a fixed seed, in their order."""
    with open(path, encoding="utf-8") as file:
        header, *lines = file.readlines()
    if len(lines) > ROWS:
        lines = [lines[i] for i in sorted(random.Random(1).sample(range(len(lines)), ROWS))]
    with open(target, "w", encoding="utf-8") as file:
        file.writelines([header, *lines])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program, data, names = sys.argv[1], sys.argv[2], sys.argv[3:] or list(SETS)
    for name in names:
        folder, column, metric = SETS[name]
        target = f"{HERE}/{name}.csv.gz"
        if os.path.exists(target):
            print(f"make.py: {target} is there")
            continue
        with tempfile.TemporaryDirectory() as place:
            some_rows(f"{data}/{folder}/train.csv", f"{place}/{name}.csv")
            start = time.time()
            made = subprocess.run([program, f"{place}/{name}.csv", column, metric, str(len(os.sched_getaffinity(0)))],
                                  stdout=subprocess.PIPE, text=True, check=True).stdout
        minutes = (time.time() - start) / 60
        with gzip.GzipFile(target, "wb", 9, mtime=0) as file:
            file.write(f"# {name}: {metric} on the validation part of {ROWS} rows, {datetime.date.today()}, "
                       f"{minutes:.0f} minutes\n{made}".encode())
        print(f"make.py: {target}, {minutes:.1f} minutes")


if __name__ == "__main__":
    main()
