"""Times nncc's models beside ONNX Runtime and PyTorch: outputs compared first, then pinned rounds in turn, then a table."""
import argparse
import os
import sys
import time
import warnings

import numpy as np
import onnxruntime
import torch

import cases as suite
from emitted import Emitted, Refused
from report import Row, write_reports

warnings.filterwarnings("ignore")


class OnnxRuntime:
    name = "onnxruntime"

    def __init__(self, case, network, inputs, folder):
        path = os.path.join(folder, case.name, "model.onnx")
        names = list(case.inputs)
        with torch.no_grad():
            outputs = network(*inputs)
        count = len(outputs) if isinstance(outputs, tuple) else 1
        torch.onnx.export(network, tuple(inputs), path, opset_version=17, dynamo=False, input_names=names,
                          output_names=[f"out{k}" for k in range(count)])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.session, self.binding = session, session.io_binding()
        self.kept = [np.ascontiguousarray(x.numpy()) for x in inputs]
        given = {x.name for x in session.get_inputs()}
        for name, array in zip(names, self.kept):
            if name in given:
                self.binding.bind_cpu_input(name, array)
        for k in range(count):
            self.binding.bind_output(f"out{k}")

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def outputs(self):
        self.run()
        return self.binding.copy_outputs_to_cpu()


class PyTorch:
    name = "pytorch"

    def __init__(self, case, network, inputs, folder):
        self.network, self.inputs = network, inputs

    def run(self):
        with torch.inference_mode():
            self.result = self.network(*self.inputs)

    def outputs(self):
        self.run()
        results = self.result if isinstance(self.result, tuple) else (self.result,)
        return [x.numpy() for x in results]


class PyTorchTraining:
    name = "pytorch"

    def __init__(self, case, network, inputs, target):
        self.network, self.inputs, self.target = network, inputs, target
        kind = torch.optim.AdamW if case.decay else torch.optim.Adam
        self.optimizer = kind(network.parameters(), lr=1e-3, weight_decay=case.decay, foreach=True)
        self.loss_of = {"binary": torch.nn.BCELoss(), "squares": torch.nn.MSELoss(), "classes": torch.nn.CrossEntropyLoss(),
                        "tokens": lambda y, t: torch.nn.functional.cross_entropy(y.flatten(0, 1), t.flatten())}[case.trains]

    def run(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss = self.loss_of(self.network(*self.inputs), self.target)
        self.loss.backward()
        self.optimizer.step()


def make_inputs(case, generator):
    inputs = {}
    for name in case.inputs:
        shape = case.shape(name)
        inputs[name] = generator.integers(0, 256, shape).astype(np.int32) if name == "tokens" else generator.normal(size=shape).astype(np.float32)
    return inputs


def make_target(case, generator):
    batch = case.dims["batch"]
    if case.trains == "binary":
        return (generator.uniform(size=(batch, 1)) > 0.5).astype(np.float32)
    if case.trains == "squares":
        return generator.normal(size=(batch, 1)).astype(np.float32)
    if case.trains == "classes":
        return generator.integers(0, 10, (batch,)).astype(np.int32)
    return generator.integers(0, case.sizes["vocabulary"], (batch, case.sizes["steps"])).astype(np.int32)


def to_torch(case, name, array):
    if case.layout == "images":
        array = array.transpose(0, 3, 1, 2)
    if case.layout == "signal" and name == "x":
        array = array.transpose(1, 0, 2)
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    return tensor.long() if tensor.dtype == torch.int32 else tensor


def count_flops(work):
    from torch.utils.flop_counter import FlopCounterMode
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def largest_difference(case, ours, theirs):
    worst = 0.0
    for a, b in zip(ours, theirs):
        if case.layout == "signal" and b.ndim == 3:
            b = b.transpose(1, 0, 2)
        worst = max(worst, float(np.abs(a - b.reshape(a.shape)).max() / max(1e-6, np.abs(b).max())))
    return worst


def run_case(case, options):
    generator = np.random.default_rng(11)
    inputs = make_inputs(case, generator)
    try:
        ours = Emitted(case, options.nncc, options.folder, options.compiler)
    except Refused as refused:
        return Row(case.name, note=f"nncc: {refused}")
    network = case.network(ours.tensors, case.sizes)
    given = [to_torch(case, name, array) for name, array in inputs.items()]
    row = Row(case.name, emit_ms=ours.emit_ms, compile_s=ours.compile_s, text_bytes=ours.text_bytes)
    if case.trains:
        target = make_target(case, generator)
        last = ours.arguments[-1][3]
        ours.bind(inputs | {last: target})
        torch_target = torch.from_numpy(target)
        peer = PyTorchTraining(case, network.train(), given, torch_target.long() if target.dtype == np.int32 else torch_target)
        row.flops = count_flops(lambda: peer.loss_of(network(*given), peer.target).backward())
        losses = []
        for _ in range(5):
            ours.time(1)
            peer.run()
            losses.append(abs(ours.loss() - float(peer.loss)) / abs(float(peer.loss)))
        row.difference = max(losses)
        peers = [peer]
    else:
        network.eval()
        ours.bind(inputs)
        row.flops = count_flops(lambda: network(*given))
        peers = [OnnxRuntime(case, network, given, options.folder), PyTorch(case, network, given, options.folder)]
        ours.time(1)
        row.difference = max(largest_difference(case, ours.outputs, peer.outputs()) for peer in peers)
    if not row.difference < 2e-3:
        row.note = "outputs differ"
    measure(row, ours, peers, options)
    return row


def measure(row, ours, peers, options):
    """Rounds in turn; each lasts some milliseconds for each competitor."""
    def peer_time(peer, calls):
        start = time.thread_time_ns()  # as the harness: all peers run in this one thread
        for _ in range(calls):
            peer.run()
        return (time.thread_time_ns() - start) / 1e3

    works = {"nncc": ours.time} | {peer.name: (lambda calls, peer=peer: peer_time(peer, calls)) for peer in peers}
    calls = {}
    for name, work in works.items():
        work(1)
        once = work(1)
        if once < 100:
            once = work(100) / 100
        calls[name] = max(1, int(options.slice_us / once))
    for _ in range(options.rounds):
        row.peak = max(row.peak, ours.library.peak())
        for name, work in works.items():
            row.times.setdefault(name, []).append(work(calls[name]) / calls[name])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nncc", default=os.path.join(suite.__file__, "../../../build/release/nncc"))
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--folder", default="/tmp/nncc-compare", help="for what is emitted and built")
    parser.add_argument("--out", default=".", help="where compare.txt, compare.csv and compare.svg go")
    parser.add_argument("--only", default="", metavar="NAME,...", help="cases whose names begin with one of these")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--slice-us", type=float, default=5000, help="time of one round of one competitor")
    parser.add_argument("--perturb", action="store_true", help="changes every width by 1 to 15 %%")
    parser.add_argument("--seed", type=int, default=1, help="of --perturb")
    parser.add_argument("--cpu", type=int, default=0)
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.cpu})
    torch.set_num_threads(1)
    wanted = [prefix for prefix in options.only.split(",") if prefix]
    rows = []
    for case in suite.perturbed_cases(options.seed) if options.perturb else suite.all_cases():
        if wanted and not any(case.name.startswith(prefix) for prefix in wanted):
            continue
        rows.append(run_case(case, options))
        print(rows[-1].text(), flush=True)
    write_reports(rows, options.out)
    return 0 if all(not row.note for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
