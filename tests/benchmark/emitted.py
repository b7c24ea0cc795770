"""A case's model emitted by nncc, compiled as users are told to, and loaded: its tensors, calls and sizes."""
import ctypes
import os
import re
import resource
import subprocess

import numpy as np

import networks

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def children_seconds():
    """Processor time of what was run and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Refused(Exception):
    pass


def emit_options(case):
    options = []
    for name, value in (case.sizes | case.dims).items():
        options += ["-D", f"{name}={value}"]
    return options


class Emitted:
    """Attributes: emit_ms, compile_s, text_bytes, tensors [(name, array)], outputs (after a call)."""

    def __init__(self, case, nncc, folder, compiler):
        self.case = case
        base = os.path.join(folder, case.name)
        os.makedirs(base, exist_ok=True)
        source = os.path.join(base, "model.cpp")
        # The file's name is the namespace's.
        command = [nncc, os.path.join(HERE, "models", case.model + ".nn"), "-q", "-o", source, *emit_options(case)]
        started = children_seconds()
        done = subprocess.run(command, capture_output=True, text=True)
        self.emit_ms = (children_seconds() - started) * 1e3
        if done.returncode != 0:
            raise Refused(done.stderr.strip().splitlines()[0])
        text, header = open(source).read(), open(os.path.join(base, "model.h")).read()
        self.namespace = re.search(r"^namespace (\w+) \{", header, re.M)[1]
        shapes = [(name, [int(n) for n in extents.split(",")]) for name, extents in
                  re.findall(r'^    \{"([\w.]+)", nncc::TensorKind::k\w+, nncc::ElementType::kF32, \d+, \{([\d, ]+)\}', text, re.M)]
        self.tensors = list(zip([name for name, _ in shapes], networks.random_weights(shapes, 7)))
        self.arguments = self.read_arguments(header)
        self.write_harness(base)
        self.build(base, compiler)
        self.start()

    def read_arguments(self, header):
        entry = r"float step\((.*?)\) noexcept" if self.case.trains else r"void forward\((.*?)\) noexcept"
        found = re.search(entry, header, re.S)
        parts = re.findall(r"nncc::(In|Out)<([\w:]+)((?:, \d+)*)> (\w+)", found[1])
        return [(way, kind, tuple(int(n) for n in extents.split(",")[1:]), name) for way, kind, extents, name in parts]

    def write_harness(self, base):
        text = open(os.path.join(HERE, "harness.cpp.in")).read()
        model = self.namespace
        values = []
        for index, (way, kind, extents, _) in enumerate(self.arguments):
            kind = kind.replace("nncc::", "")
            element = {"float": "float", "i32": "int"}[kind]
            const = "const " if way == "In" else ""
            values.append(f"static_cast<{const}{element}*>(a[{index}])")
        batch = self.case.dims["batch"]
        if self.case.trains:
            state = f"alignas(64) unsigned char place[sizeof({model}::Trainer)];\n{model}::Trainer* trainer;\nfloat loss;"
            start = f"trainer = new (place) {model}::Trainer(weights, 7);"
            call = f"loss = trainer->step({', '.join(values)})"
        else:
            state = f"alignas(64) unsigned char place[sizeof({model}::Model<{batch}>)];\n{model}::Model<{batch}>* network;"
            start = f"network = new (place) {model}::Model<{batch}>(packed);"
            call = f"network->forward({', '.join(values)})"
        text = text.replace('"@MODEL@.h"', '"model.h"').replace("@MODEL@", model).replace("@STATE@", state)
        text = text.replace("@START@", start).replace("@CALL@", call)
        if self.case.trains:
            text += 'extern "C" float last_loss() { return loss; }\n'
        with open(os.path.join(base, "harness.cpp"), "w") as out:
            out.write(text)

    def build(self, base, compiler):
        flags = ["-std=c++20", "-O3", "-march=native", "-fPIC", f"-I{ROOT}/runtime", f"-I{base}"]
        started = children_seconds()
        subprocess.run([compiler, *flags, "-c", "-o", f"{base}/model.o", f"{base}/model.cpp"], check=True)
        self.compile_s = children_seconds() - started
        subprocess.run([compiler, *flags, "-shared", "-o", f"{base}/model.so", f"{base}/harness.cpp", f"{base}/model.o"], check=True)
        sizes = subprocess.run(["size", f"{base}/model.o"], capture_output=True, text=True).stdout.splitlines()
        self.text_bytes = int(sizes[1].split()[0])
        self.library = ctypes.CDLL(f"{base}/model.so")
        for name in ("run", "peak"):
            getattr(self.library, name).restype = ctypes.c_double
        self.library.run.argtypes = [ctypes.c_void_p, ctypes.c_long]

    def start(self):
        # Members of 4 bytes each, in order: nothing lies between them.
        memory = np.frombuffer(b"".join(array.tobytes() for _, array in self.tensors), np.uint8)
        self.library.start(memory.ctypes.data_as(ctypes.c_void_p), ctypes.c_ulong(memory.nbytes))

    def bind(self, inputs):
        """`inputs` by name; outputs are allocated."""
        self.buffers = []
        self.outputs = []
        for way, kind, extents, name in self.arguments:
            if way == "In":
                array = np.ascontiguousarray(inputs[name].reshape(extents), np.int32 if "i32" in kind else np.float32)
            else:
                array = np.zeros(extents, np.float32)
                self.outputs.append(array)
            self.buffers.append(array)
        self.pointers = (ctypes.c_void_p * len(self.buffers))(*[array.ctypes.data for array in self.buffers])

    def time(self, calls):
        return self.library.run(ctypes.cast(self.pointers, ctypes.c_void_p), calls)

    def loss(self):
        self.library.last_loss.restype = ctypes.c_float
        return float(self.library.last_loss())
