#!/usr/bin/env bash
# Installs what is missing, builds release and asan, runs every test in both, and ends with ctest's summary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-2}" LC_ALL=C.UTF-8

step() { printf '\n== %s\n' "$*"; }

step "packages"
.ci/install

# asan takes the module that holds Clang from release.
for preset in release asan; do
  step "build $preset"
  cmake --preset "$preset" >"/tmp/nncc-configure-$$.log" 2>&1 || { cat "/tmp/nncc-configure-$$.log"; exit 1; }
  rm -f "/tmp/nncc-configure-$$.log"
  cmake --build --preset "$preset"
  step "test $preset"
  ctest --preset "$preset" -j2  # a failure ends the script here, behind the summary that says what failed
done
