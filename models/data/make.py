"""Turns data sets as they are distributed into the smaller files that the models here train on (README.md of each folder).

    python models/data/make.py DATASETS

DATASETS holds scikit-learn's diabetes_data_raw.csv.gz, diabetes_target.csv.gz and the housing.csv of "Hands-On Machine
Learning". The pairs are made from digits/digits.npz.
"""
import csv
import gzip
import os
import sys

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
PLACES = ["<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN"]


def write(path, header, rows):
    with open(os.path.join(FOLDER, path), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def number(text):
    value = float(text)
    return int(value) if value == int(value) else value


def diabetes(folder):
    with gzip.open(os.path.join(folder, "diabetes_data_raw.csv.gz"), "rt") as file:
        rows = [[number(cell) for cell in line.split()] for line in file]
    with gzip.open(os.path.join(folder, "diabetes_target.csv.gz"), "rt") as file:
        targets = [number(line) for line in file]
    header = ["age", "sex", "bmi", "pressure", "tc", "ldl", "hdl", "tch", "ltg", "glucose", "progression"]
    write("diabetes/diabetes.csv", header, [row + [target] for row, target in zip(rows, targets)])


def housing(folder):
    """Every tenth district that lacks nothing, shuffled; the place as its number in PLACES."""
    with open(os.path.join(folder, "housing.csv")) as file:
        table = list(csv.reader(file))
    rows = [row for row in table[1:] if all(row)][::10]
    order = np.random.default_rng(1).permutation(len(rows))
    header = table[0][:-1] + ["place"]
    write("housing/housing.csv", header, [[number(cell) for cell in rows[k][:-1]] + [PLACES.index(rows[k][-1])] for k in order])


def pairs():
    """Pairs of digits, half of them of the same class."""
    digits = np.load(os.path.join(FOLDER, "digits/digits.npz"))
    image, digit = digits["image"].reshape(-1, 64), digits["digit"]
    random = np.random.default_rng(1)
    left = random.integers(0, len(digit), 1000)
    right = np.array([random.choice(np.flatnonzero((digit == digit[k]) == (n % 2 == 0))) for n, k in enumerate(left)])
    np.savez_compressed(os.path.join(FOLDER, "pairs/pairs.npz"), left=image[left], right=image[right],
                        same=(digit[left] == digit[right]).astype("u1")[:, None])


if __name__ == "__main__":
    diabetes(sys.argv[1])
    housing(sys.argv[1])
    pairs()
