#!/usr/bin/env bash
# Puts nncc beside ONNX Runtime and PyTorch on the demo's network, pinned to one core, in alternating rounds.
# The peers come from PyPI into build/peers; what does not install is left out, and said so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds="${1:-3}"
cpu="${NNCC_BENCHMARK_CPU:-0}"
peers="$PWD/build/peers"

if [ ! -x "$peers/bin/python" ]; then
  python3 -m venv "$peers"
  "$peers/bin/pip" install -q numpy onnx onnxruntime || echo "compare: ONNX Runtime does not install" >&2
  "$peers/bin/pip" install -q torch==2.13.0 || echo "compare: PyTorch does not install" >&2
fi
cmake --preset release >/dev/null
cmake --build --preset release --target nncc nncc_clang nncc_benchmark >/dev/null

for ((round = 1; round <= rounds; ++round)); do
  printf '\n== round %d of %d: nncc\n' "$round" "$rounds"
  taskset -c "$cpu" build/release/nncc_benchmark --benchmark_filter='forward|training|epoch' 2>/dev/null
  printf '\n== round %d of %d: peers, microseconds (fastest)\n' "$round" "$rounds"
  taskset -c "$cpu" "$peers/bin/python" tests/benchmark/peers.py
done
printf '\n== nncc itself\n'
build/release/nncc_benchmark --benchmark_filter='emit|train_up' 2>/dev/null
