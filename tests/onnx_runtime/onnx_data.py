"""Data for the tests of `hone export`: tables with every kind of column, rows that are odd, and the feeds that the
documented meaning of the inputs (docs/formats/onnx.md) makes of a file's rows."""
import csv
import datetime
import math
import pathlib
import random
import struct

MISSING = {"", "NA", "na", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "Nan", "null", "NULL", "Null", "?"}
TOWNS = ["Köln", "Oslo", "Łódź", "東京", "a,b", "O'Hara", 'say "so"'] + [f"town {i}" for i in range(23)]
EXTREMES = ["1e308", "-1e308", "0", "-0.0", "5e-324", "1e-310", "1e300", "inf", "-inf", "", "NA", "nan", "7"]
ODD = {  # column -> cells that are put into an otherwise usual row
    "plain": EXTREMES, "heavy": EXTREMES, "mostly": EXTREMES, "whole": EXTREMES + ["2.5", "text"],
    "pair": ["", "unseen", "yes ", "YES", "?"], "colour": ["", "unseen", "rot", "GRÜN", "null"],
    "grade": ["", "1.0", "2", "5more", "9", "inf", "more"], "code": ["", "1.0", "2", "99", "2.5", "inf", "-0", "x"],
    "town": ["", "unseen", "koln", "NA", " Oslo"],
    "place": ["", "100000", "1e5", "100000.0", "100001", "5", "1e308", "0.5"],
    "when": ["", "1800-01-01", "2199-12-31 23:59", "2024-02-29", "not a date", "2023-06-05T07:30:00Z"],
}


def number(cell):
    """The number in a cell, or NaN for missing values and for text."""
    try:
        return math.nan if cell in MISSING else float(cell)
    except ValueError:
        return math.nan


def usual_row(rng):
    """One row of the table without its targets; every column depends on nothing but rng."""
    gap = lambda share, cell: "" if rng.random() < share else cell  # noqa: E731
    day = datetime.datetime(2023, 1, 1) + datetime.timedelta(hours=rng.randrange(17000))
    return {
        "plain": gap(0.1, f"{rng.gauss(5, 2):.4f}"),
        "heavy": f"{math.exp(rng.gauss(0, 3)):.6g}",
        "mostly": gap(0.05, "0" if rng.random() < 0.7 else f"{rng.uniform(1, 50):.2f}"),
        "whole": str(rng.randrange(1, 100)),
        "pair": gap(0.1, rng.choice(["yes", "no"])),
        "colour": gap(0.1, rng.choice(["rot", "grün", "blau", "gelb"])),
        "grade": rng.choice(["1", "2", "3", "5more"]),
        "code": gap(0.1, rng.choice(["1", "2", "3", "17"])),
        "town": gap(0.05, rng.choice(TOWNS)),
        "place": str(rng.randrange(20) * 100000),
        "when": gap(0.05, day.strftime("%Y-%m-%d %H:%M")),
    }


def targets(row, rng):
    score = number(row["plain"] or "5") / 2 + (row["pair"] == "yes") + TOWNS.index(row["town"] or "Oslo") % 3
    score += math.log(float(row["heavy"])) / 3 + rng.gauss(0, 0.3)
    return {"kind": "low" if score < 3 else "high" if score > 4.5 else "mid", "bit": str(int(score > 3.7)),
            "amount": f"{1000 + 40 * score:.3f}"}


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path):
    """Rows by column; blanks around a cell do not count."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: cell.strip(" \t\n\v\f\r") for name, cell in row.items()} for row in csv.DictReader(file)]


def write_tables(folder):
    """train.csv with targets; odd.csv: usual rows, one row for each odd cell, rows that are odd altogether."""
    rng = random.Random(20261125)
    train = []
    for _ in range(500):
        row = usual_row(rng)
        train.append({**row, **targets(row, rng)})
    write_csv(folder / "train.csv", train)
    rows = [usual_row(rng) for _ in range(400)]
    rows += [{**usual_row(rng), name: cell} for name, cells in ODD.items() for cell in cells]
    rows.append({name: "" for name in ODD})
    for cell in ("1e308", "-1e308", "0", "5e-324"):
        rows.append({name: cell if ODD[name][0] == "1e308" else "unseen" for name in ODD})
    write_csv(folder / "odd.csv", rows)


def write_images(folder):
    """IDX files of 6 x 6 bytes in three classes; the sealed ones hold a black and a white image too."""
    rng = random.Random(3)
    folder.mkdir(exist_ok=True)
    for stem, count in (("train", 240), ("t10k", 60)):
        labels = [rng.randrange(3) for _ in range(count)]
        images = [[min(255, rng.randrange(60) + 180 * (i % 3 == label)) for i in range(36)] for label in labels]
        if stem == "t10k":
            images[0], images[1] = [0] * 36, [255] * 36
        (folder / f"{stem}-images-idx3-ubyte").write_bytes(
            struct.pack(">4B3I", 0, 0, 8, 3, count, 6, 6) + b"".join(map(bytes, images)))
        (folder / f"{stem}-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(labels))


def part_of_date(cell, part):
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"):
        try:
            date = datetime.datetime.strptime(cell, form)
        except ValueError:
            continue
        return {"year": date.year, "month": date.month, "weekday": date.weekday(),
                "hour": date.hour + date.minute / 60}[part]
    return math.nan


def column_values(port, rows):
    """What the input `port` gets for the cells of these rows."""
    name = port["name"]
    if name not in rows[0]:  # a part of a date: COLUMN.PART
        column, part = name.rsplit(".", 1)
        return [part_of_date(row[column], part) for row in rows]
    cells = [row[name] for row in rows]
    if port["type"] == "STRING":
        return cells
    values = [number(cell) for cell in cells]
    if "whole numbers" in port["doc"]:  # a category: text is an unseen level, not a missing one
        return [math.inf if math.isnan(value) and cell not in MISSING else value for value, cell in zip(values, cells)]
    return values


def as_json(value):
    """Texts for the numbers that JSON lacks; JavaScript reads them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def table_feeds(ports, rows):
    return {port["name"]: {"type": "string" if port["type"] == "STRING" else "float64", "dims": [len(rows), 1],
                           "data": [as_json(value) for value in column_values(port, rows)]} for port in ports}


def image_feeds(ports, idx_file, raw_file):
    """The images of an IDX file (as bytes) as the one input."""
    head, width = 16, ports[0]["width"]
    pathlib.Path(raw_file).write_bytes(idx_file[head:])
    return {ports[0]["name"]: {"type": "uint8", "dims": [(len(idx_file) - head) // width, width],
                               "file": str(raw_file)}}
