"""Turns RTNeural's test models (JSON of weights, CSV of signals) into safetensors and CSV beside the programs here.

    python convert.py RTNEURAL_FOLDER [NAME ...]      the folder has models/*.json and test_data/*.csv

NAME is RTNeural's, with `_keras` or `_layers` where a layer here has that name. NAME.safetensors has the weights by the
paths of NAME.nn, NAME.csv two columns: the signal and what Keras or PyTorch made of it in f32. RTNeural is Copyright Jatin Chowdhury, BSD 3-clause (LICENSE).
"""
import csv
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent


def extents(values):
    return [len(values), *extents(values[0])] if isinstance(values, list) else []


def flat(values):
    return [leaf for value in values for leaf in flat(value)] if isinstance(values, list) else [values]


def transposed(matrix):
    return [list(row) for row in zip(*matrix)]


def save(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        bytes_ = struct.pack(f"<{len(flat(values))}f", *flat(values))
        header[name] = {"dtype": "F32", "shape": extents(values), "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def keras(model):
    """Layers of the JSON in order; the k-th of a kind is named as the k-th call of it in the program."""
    tensors, count = {}, {}
    for layer in model["layers"]:
        kind = {"time-distributed-dense": "dense", "batchnorm": "batch_norm"}.get(layer["type"], layer["type"])
        weights = layer["weights"]
        count[kind] = count.get(kind, 0) + 1
        at = f"{kind}_{count[kind]}."
        if kind in ("dense", "conv1d"):
            tensors.update(zip((at + "w", at + "b"), weights))
        elif kind == "lstm":
            tensors.update(zip((at + "w", at + "u", at + "b"), weights))
        elif kind == "gru":
            tensors.update({at + "w": weights[0], at + "u": weights[1], at + "b": weights[2][0], at + "b_recurrent": weights[2][1]})
        elif kind == "batch_norm":
            if len(weights) == 2:  # neither scale nor center
                weights = [[1.0] * len(weights[0]), [0.0] * len(weights[0]), *weights]
            tensors.update(zip((at + part for part in ("gamma", "beta", "moving_mean", "moving_variance")), weights))
        elif kind == "prelu":
            tensors[at + "slope"] = weights[0][0]
    return tensors


def torch(model):
    """`gru2.weight_ih_l1` is `gru_3.w` [inputs, gates * units]: layers are counted over both modules."""
    tensors, layers = {}, []
    for name, values in model.items():
        module, part = name.split(".")
        if module == "dense":
            tensors["dense_1." + {"weight": "w", "bias": "b"}[part]] = transposed(values) if part == "weight" else values
            continue
        part, layer = part.rsplit("_l", 1)
        if (module, layer) not in layers:
            layers.append((module, layer))
        own = {"weight_ih": "w", "weight_hh": "u", "bias_ih": "b", "bias_hh": "b_recurrent"}[part]
        at = f"{module.rstrip('2')}_{layers.index((module, layer)) + 1}.{own}"
        tensors[at] = transposed(values) if own in "wu" else values
    return tensors


def main():
    folder = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:] or sorted(path.stem for path in HERE.glob("*.nn")):
        theirs = name.removesuffix("_keras").removesuffix("_layers")
        model = json.loads((folder / "models" / f"{theirs}.json").read_text())
        save(HERE / f"{name}.safetensors", keras(model) if "layers" in model else torch(model))
        x, y = (
            [row[0] for row in csv.reader((folder / "test_data" / f"{theirs}_{column}_python.csv").open())]
            for column in "xy"
        )
        (HERE / f"{name}.csv").write_text("".join(f"{float(a):.9g},{float(b):.9g}\n" for a, b in zip(x, y)))


main()
