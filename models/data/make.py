"""Turns data sets as they are distributed into the smaller files that the models here train on (README.md of each folder).

    python models/data/make.py DATASETS

DATASETS holds scikit-learn's diabetes_data_raw.csv.gz, diabetes_target.csv.gz, the housing.csv of "Hands-On Machine
Learning", airline-passengers.csv of the Time Series Data Library, and the test.wav of Silero VAD. The pairs are made from
digits/digits.npz, the words from shakespeare/input.txt; the times are drawn.
"""
import csv
import gzip
import os
import re
import sys
import wave

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


def airline(folder):
    """Each month with the twelve before it, in thousands of passengers."""
    with open(os.path.join(folder, "airline-passengers.csv")) as file:
        series = np.array([float(row[1]) for row in list(csv.reader(file))[1:]], dtype="f4")
    months = np.lib.stride_tricks.sliding_window_view(series, 12)[:-1]
    np.savez_compressed(os.path.join(FOLDER, "airline/airline.npz"), months=months[:, :, None], next=series[12:, None])


def clip(volts, rate, oversampling=8, ohms=2.2e3, farads=10e-9, saturation=2.52e-9, thermal=45.3e-3):
    """The voltage over two antiparallel diodes and a capacitor behind a resistor (Yeh, Abel and Smith 2007):
    v' = (in - v) / (R C) - 2 Is / C sinh(v / Vt), by the trapezoidal rule and Newton's method."""
    fine = np.interp(np.arange(len(volts) * oversampling) / oversampling, np.arange(len(volts)), volts)
    half = 0.5 / (rate * oversampling)
    v, slope, result = 0.0, 0.0, []
    for source in fine:
        known = v + half * slope
        for _ in range(50):
            slope = (source - v) / (ohms * farads) - 2 * saturation / farads * np.sinh(v / thermal)
            step = (v - half * slope - known) / (1 + half * (1 / (ohms * farads) + 2 * saturation / (farads * thermal) * np.cosh(v / thermal)))
            v -= step
            if abs(step) < 1e-9:
                break
        slope = (source - v) / (ohms * farads) - 2 * saturation / farads * np.sinh(v / thermal)
        result.append(v)
    return np.array(result)[::oversampling]


def clipper(folder):
    """Four seconds of speech, at most 1 in size, and what two diodes leave of three times as many volts, in rows of 512 samples."""
    with wave.open(os.path.join(folder, "test.wav")) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")[13 * rate:17 * rate] / 32768
    dry = np.round(samples / np.abs(samples).max() * 4096) / 4096
    wet = np.round(clip(3 * dry, rate) * 8192) / 8192
    np.savez_compressed(os.path.join(FOLDER, "clipper/clipper.npz"), dry=dry.astype("f4").reshape(-1, 512, 1),
                        wet=wet.astype("f4").reshape(-1, 512, 1))


def words():
    """The different words of three to nine letters in the text, shuffled, as numbers a = 1 … z = 26, padded with 0; the word
    spelled backwards, once after 27, its beginning, and once before 28, its end."""
    with open(os.path.join(FOLDER, "shakespeare/input.txt")) as file:
        found = sorted(set(re.findall(r"\b[a-z]{3,9}\b", file.read())))
    chosen = [found[k] for k in np.random.default_rng(1).permutation(len(found))[:4400]]
    letters = [[ord(letter) - 96 for letter in word] for word in chosen]
    padded = lambda row, length: row + [0] * (length - len(row))
    np.savez_compressed(os.path.join(FOLDER, "words/words.npz"),
                        word=np.array([padded(row, 9) for row in letters], "u1"),
                        written=np.array([padded([27] + row[::-1], 10) for row in letters], "u1"),
                        wanted=np.array([padded(row[::-1] + [28], 10) for row in letters], "u1"))


def oscillator():
    """192 times from 0 to 6, spread evenly and shuffled."""
    times = (np.random.default_rng(1).permutation(192) + 0.5) / 32
    write("oscillator/times.csv", ["t"], [[time] for time in times])


if __name__ == "__main__":
    diabetes(sys.argv[1])
    housing(sys.argv[1])
    pairs()
    airline(sys.argv[1])
    clipper(sys.argv[1])
    words()
    oscillator()
