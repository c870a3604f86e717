#!/usr/bin/env bash
# Hunts with the fuzz targets that lie in a build folder of the preset fuzz, as many at once as there are cores:
#
#     run.sh BUILD_FOLDER [--seconds N] [--seed S] [TARGET ...]
#
# The committed inputs are read only. New ones go to BUILD_FOLDER/corpus/TARGET and are the start of the next hunt, what
# was found to BUILD_FOLDER/findings. Fails if anything was found.
set -euo pipefail

committed=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/corpus
build=$(cd "$1" && pwd)
shift
programs=$build/tests/fuzz

fail() {
    printf 'fuzz: %s\n' "$*" >&2
    exit 1
}

known=()
for flags in "$programs"/*.flags; do known+=("$(basename "$flags" .flags)"); done

seconds=60
seed=$RANDOM$RANDOM
targets=()
while [ "$#" -gt 0 ]; do
    case $1 in
        --seconds | --seed)
            [[ ${2:-} =~ ^[0-9]+$ ]] || fail "$1 takes a number"
            declare "${1#--}=$2"
            shift 2
            ;;
        *)
            [[ " ${known[*]} " == *" $1 "* ]] || fail "no target '$1'; there are: ${known[*]}"
            targets+=("$1")
            shift
            ;;
    esac
done
[ "${#targets[@]}" -gt 0 ] || targets=("${known[@]}")

# Stores belong into memory, and away when the hunt is over, however it ends.
scratch=$(mktemp -d --tmpdir="$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" tokenstore-fuzz-XXXXXX)
trap 'wait; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
export TMPDIR=$scratch
# By default AddressSanitizer holds back as much freed memory as a decoder may use in all.
export ASAN_OPTIONS=quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}

mkdir -p "$build/findings" "$build/log"
interrupted=72 # how libFuzzer ends after Ctrl-C

# hunt TARGET: one line about it; what it says itself goes to its log.
hunt() {
    local target=$1 corpus=$build/corpus/$1 log=$build/log/$1.txt flags status=0 found=0
    mkdir -p "$corpus"
    mapfile -t flags <"$programs/$target.flags"
    "$programs/fuzz_$target" "${flags[@]}" -max_total_time="$seconds" -seed="$seed" -print_final_stats=1 \
        -artifact_prefix="$build/findings/$target-" "$corpus" "$committed/$target" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq "$interrupted" ] || found=1
    local inputs pace edges
    inputs=$(last_number 'stat::number_of_executed_units: *' "$log")
    pace=$(last_number 'stat::average_exec_per_sec: *' "$log")
    edges=$(last_number ' cov: ' "$log")
    echo "${inputs:-0} $found" >"$scratch/result.$target"
    printf '%-12s %10s inputs  %8s a second  %6s edges  %s findings\n' "$target" "$inputs" "$pace" "$edges" "$found"
}

# The last number in a file that stands behind what a pattern matches; nothing if there is none.
last_number() { sed -nE "s/.*$1([0-9]+).*/\1/p" "$2" | tail -n 1; }

printf 'fuzz: %s targets, %s seconds each, seed %s\n' "${#targets[@]}" "$seconds" "$seed" >&2
for target in "${targets[@]}"; do
    while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    hunt "$target" &
done
wait

inputs=0
findings=0
for target in "${targets[@]}"; do
    read -r tried found <"$scratch/result.$target"
    inputs=$((inputs + tried))
    findings=$((findings + found))
    [ "$found" -gt 0 ] || continue
    # Of what it wrote to the log, the input that it ended with.
    input=$(sed -nE 's/.*Test unit written to (.*)/\1/p' "$build/log/$target.txt" | tail -n 1)
    printf '%s: see %s\n' "$target" "$build/log/$target.txt"
    [ -z "$input" ] || printf '  again: %s %s\n' "$programs/fuzz_$target" "$input"
done
printf '%s targets, %s inputs, %s findings\n' "${#targets[@]}" "$inputs" "$findings"
[ "$findings" -eq 0 ]
