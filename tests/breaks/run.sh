#!/usr/bin/env bash
# Turns each break of breaks.txt into a red test: breaks a copy of the tree, builds the named test, expects it to fail.
# Usage: run.sh [id ...]        Scratch folder: $NNCC_BREAKS_DIR, kept between runs. Jobs: $CMAKE_BUILD_PARALLEL_LEVEL.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=${NNCC_BREAKS_DIR:-${TMPDIR:-/tmp}/nncc-breaks}
source=$scratch/source build=$scratch/build
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-2}
limit=${NNCC_BREAKS_SECONDS:-600}  # for one test; a test that hangs is red
export LC_ALL=C.UTF-8

fail() { printf 'run.sh: %s\n' "$*" >&2; exit 2; }

# ---- breaks.txt: "break <id>", "means|file|test: ...", "<<<", the text, "===", the replacement, ">>>" ----
field() { awk -v id="$1" -v key="$2:" '$1 == "break" { on = $2 == id } on && $1 == key { sub(/^[^ ]+ +/, ""); print; exit }' "$here/breaks.txt"; }
part() { awk -v id="$1" -v from="$2" -v to="$3" '$1 == "break" { on = $2 == id } on && $0 == to { exit } inside { print } on && $0 == from { inside = 1 }' "$here/breaks.txt"; }

mapfile -t all < <(awk '$1 == "break" { print $2 }' "$here/breaks.txt")
[ -z "$(printf '%s\n' "${all[@]}" | sort | uniq -d)" ] || fail "an id occurs twice in breaks.txt"
ids=("${all[@]}")
if [ $# -gt 0 ]; then
  ids=("$@")
  for id in "${ids[@]}"; do printf '%s\n' "${all[@]}" | grep -qxF -- "$id" || fail "no break \`$id\` in breaks.txt"; done
fi

# ---- the copy: only what differs is written, so that a second run builds little ----
mkdir -p "$source"
(cd "$root" && git ls-files -coz --exclude-standard) | while IFS= read -r -d '' path; do
  [ -f "$root/$path" ] || continue
  cmp -s "$root/$path" "$source/$path" && continue
  mkdir -p "$source/$(dirname "$path")"
  cp "$root/$path" "$source/$path"
done
# Files of an earlier copy that the tree no longer has.
comm -13 <(cd "$root" && git ls-files -co --exclude-standard | sort) <(cd "$source" && find . -type f | sed 's|^\./||' | sort) | while IFS= read -r path; do rm "$source/$path"; done

compiler=$(command -v clang++-19 || command -v g++) || fail "neither clang++-19 nor g++"
cmake -G Ninja -S "$source" -B "$build" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0 \
  >"$scratch/configure.log" 2>&1 || { cat "$scratch/configure.log" >&2; fail "configure"; }

make_target() { nice cmake --build "$build" -j "$jobs" --target "$1" >"$scratch/build.log" 2>&1; }
run_test() { (cd "$build" && timeout "$limit" nice "./$1" --gtest_filter="$2" --gtest_brief=1 >"$scratch/test.log" 2>&1); }

# ---- without a break everything named is green, and there ----
for target in $(for id in "${ids[@]}"; do set -- $(field "$id" test); echo "$1"; done | sort -u); do
  printf 'building %s\n' "$target"
  make_target "$target" || { tail -30 "$scratch/build.log" >&2; fail "$target does not build without a break"; }
done
while read -r program filter; do
  (cd "$build" && "./$program" --gtest_list_tests --gtest_filter="$filter" 2>/dev/null) | grep '^  ' >/dev/null || fail "$program has no test \`$filter\`"
  run_test "$program" "$filter" || { tail -30 "$scratch/test.log" >&2; fail "$program $filter is red without a break"; }
  printf 'green without a break: %s %s\n' "$program" "$filter"
done < <(for id in "${ids[@]}"; do field "$id" test; done | sort -u)

# ---- one break at a time ----
current=""
restore() { [ -z "$current" ] || { cp "$scratch/unbroken" "$source/$current"; current=""; }; }
trap restore EXIT
results=() survived=0
for id in "${ids[@]}"; do
  file=$(field "$id" file)
  read -r program filter <<<"$(field "$id" test)"
  [ -f "$source/$file" ] || fail "$id: no file $file"
  part "$id" '<<<' '===' >"$scratch/before"
  part "$id" '===' '>>>' >"$scratch/after"
  cp "$source/$file" "$scratch/unbroken"
  current=$file
  perl -e '
    local $/; my ($path, $before_path, $after_path) = @ARGV;
    open F, "<", $path; my $text = <F>; open F, "<", $before_path; my $before = <F>; open F, "<", $after_path; my $after = <F>;
    chomp($before, $after) for 1; $before =~ s/\n\z//; $after =~ s/\n\z//;
    my $count = () = $text =~ /\Q$before\E/g;
    if ($before eq "" || $count != 1) { print STDERR "the text occurs $count times in $path\n"; exit 1; }
    $text =~ s/\Q$before\E/$after/; open F, ">", $path; print F $text; close F;
  ' "$source/$file" "$scratch/before" "$scratch/after" || fail "$id cannot be applied"
  if ! make_target "$program"; then
    grep -E 'error|FAILED' "$scratch/build.log" | head -5 >&2 || true
    fail "$id: the broken tree does not compile, which shows nothing about the tests"
  fi
  red="" status=0
  run_test "$program" "$filter" || status=$?
  case $status in
    0) red=GREEN survived=$((survived + 1)) ;;
    1) red=red ;;
    124) red="red (hangs)" ;;
    *) red="red (stops with $status)" ;;
  esac
  restore
  results+=("$(printf '%-34s %-14s %-72s %s' "$id" "$program" "$filter" "$red")")
  printf '%s\n' "${results[-1]}"
done

printf '\n%-34s %-14s %-72s %s\n' break program test result
printf '%s\n' "${results[@]}"
printf '\n%d breaks, %d red, %d survived\n' "${#ids[@]}" "$((${#ids[@]} - survived))" "$survived"
[ "$survived" -eq 0 ]
