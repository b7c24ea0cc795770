#!/usr/bin/env bash
# From nothing to predictions: installs what is missing, builds, trains on real data from a database, predicts, and shows what was emitted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$PWD
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-2}" LC_ALL=C.UTF-8

title() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() { printf '\033[36m$ %s\033[0m\n' "$*"; "$@"; }

title "packages and build"
.ci/install
cmake --preset release >/dev/null
cmake --build --preset release --target nncc nncc_clang

# A folder of its own, made anew, so that the commands below read as a user would type them.
rm -rf build/demo
mkdir -p build/demo
cd build/demo
ln -s "$root/models" models
ln -s "$root/runtime" runtime
nncc() { "$root/build/release/nncc" "$@"; }

title "1. a CSV file into a database"
printf '\033[36m$ { echo pregnancies,...,outcome; cat models/data/pima/pima-indians-diabetes.csv; } > pima.csv\033[0m\n'
{ echo pregnancies,glucose,pressure,skin,insulin,bmi,pedigree,age,outcome; cat models/data/pima/pima-indians-diabetes.csv; } > pima.csv
run nncc data load pima.csv --into pima.db --table patients

title "2. the model, and what is emitted for it"
run cat models/pima.nn
run nncc models/pima.nn -o pima.cpp
run ls -l pima.h pima.cpp
run sed -n '/::forward(/,/^}/p' pima.cpp

title "3. training from the database"
run nncc train models/pima.nn
run sqlite3 -header -column pima.db "SELECT id, model, seed, epochs, batch, rows, held_back FROM nncc_runs"
run sqlite3 -header -column pima.db "SELECT epoch, name, round(value, 4) AS value FROM nncc_metrics WHERE epoch IN (1, 75, 150)"

title "4. predictions into the database"
run nncc predict models/pima.nn --weights pima.safetensors
run nncc predict models/pima.nn --weights pima.safetensors
run sqlite3 -header -column pima.db "SELECT *, substr(model_hash, 1, 12) AS model FROM pima_predictions LIMIT 3"
run sqlite3 pima.db "SELECT count(*) || ' rows of predictions' FROM pima_predictions"

title "5. a standalone binary"
run nncc build models/pima.nn --weights pima.safetensors -o pima
run ldd ./pima
printf '\033[36m$ head -4 pima.csv | ./pima\033[0m\n'
head -4 pima.csv | ./pima

title "6. a program of one's own"
run cat models/embed/main.cpp
run g++ -std=c++20 -O3 -march=native -I. -Iruntime models/embed/main.cpp pima.cpp -o embedded
run ./embedded pima.safetensors
