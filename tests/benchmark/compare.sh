#!/usr/bin/env bash
# Puts emitted models beside ONNX Runtime and PyTorch, pinned to one core, in alternating rounds: compare.txt, .csv, .svg.
# usage: compare.sh [--only NAME,...] [--rounds N] [--perturb] [--out DIR] ...   (compare.py --help)
# The peers come from PyPI into build/peers.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
peers="${NNCC_PEERS:-$root/build/peers}"

if [ ! -x "$peers/bin/python" ]; then
  python3 -m venv "$peers"
  "$peers/bin/pip" install -q numpy onnx onnxruntime
  "$peers/bin/pip" install -q torch==2.13.0 --extra-index-url https://download.pytorch.org/whl/cpu
fi
nncc="${NNCC:-$root/build/release/nncc}"
if [ ! -x "$nncc" ]; then
  cmake --preset release -S "$root" >/dev/null
  cmake --build --preset release --target nncc >/dev/null
fi
exec "$peers/bin/python" "$here/compare.py" --nncc "$nncc" "$@"
