"""Times ONNX Runtime and PyTorch on the 8-10-8-1 network, one thread: lines `work,microseconds` (the fastest of many)."""
import sys
import time

import numpy as np


def fastest(function, rounds, calls):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter_ns()
        for _ in range(calls):
            function()
        best = min(best, (time.perf_counter_ns() - start) / calls / 1000)
    return best


def onnx_runtime():
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    generator = np.random.default_rng(7)
    nodes, weights, name = [], [], "x"
    for layer, (inputs, outputs) in enumerate([(8, 10), (10, 8), (8, 1)]):
        weights.append(numpy_helper.from_array(generator.normal(size=(inputs, outputs)).astype(np.float32), f"w{layer}"))
        weights.append(numpy_helper.from_array(np.zeros(outputs, np.float32), f"b{layer}"))
        nodes.append(helper.make_node("Gemm", [name, f"w{layer}", f"b{layer}"], [f"z{layer}"]))
        nodes.append(helper.make_node("Relu" if layer < 2 else "Sigmoid", [f"z{layer}"], [f"a{layer}"]))
        name = f"a{layer}"
    graph = helper.make_graph(
        nodes, "pima", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_cpu_input("x", np.ones((1, 8), np.float32))
    binding.bind_output(name)
    print(f"onnxruntime {onnxruntime.__version__} forward batch 1,{fastest(lambda: session.run_with_iobinding(binding), 50, 2000):.3f}")


def pytorch():
    import torch

    torch.set_num_threads(1)
    network = torch.nn.Sequential(
        torch.nn.Linear(8, 10), torch.nn.ReLU(), torch.nn.Linear(10, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1), torch.nn.Sigmoid())
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, foreach=True)
    loss_function = torch.nn.BCELoss()
    x, y = torch.randn(32, 8), (torch.rand(32, 1) > 0.5).float()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss_function(network(x), y).backward()
        optimizer.step()

    print(f"pytorch {torch.__version__} training step batch 32,{fastest(step, 20, 100):.3f}")


for peer in (onnx_runtime, pytorch):
    try:
        peer()
    except ImportError as error:
        print(f"{peer.__name__} is not installed: {error}", file=sys.stderr)
