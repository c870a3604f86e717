#!/usr/bin/env bash
# Builds Debian's own source package of RocksDB as an optimised static library, for -DTOKENSTORE_ROCKSDB=release.
#
#     build_release_engine.sh        builds unless that was done before, and prints the folder with include/ and lib/
#
# Debian's binary package is built with assertions and for processors without SSE4.2. This is the same source with the
# same patches, without assertions, for the newest level of x86-64 that this machine has. The result lies outside of all
# build folders, in ${XDG_CACHE_HOME:-~/.cache}/tokenstore/: it takes 20 minutes of two cores, once. What is under way
# lies in a folder of its own, so that a build which was interrupted is not taken for one that was done.
#
# The sources of packages come from where this machine's packages come from; the system's lists stay as they are.
set -euo pipefail

say() { printf '== %s\n' "$*" >&2; }

fail() {
    printf 'build_release_engine: %s\n' "$*" >&2
    exit 1
}

# The newest level of the instruction set that this machine runs; nothing where there are no such levels.
instruction_set() {
    [ "$(uname -m)" = x86_64 ] || return 0
    local loader=/lib64/ld-linux-x86-64.so.2 level
    for level in x86-64-v3 x86-64-v2; do
        if "$loader" --help 2>/dev/null | grep -q "$level (supported"; then
            echo "$level"
            return
        fi
    done
}

# apt-get with lists of its own, which name the sources of every package source of this machine.
prepare_lists() {
    mkdir -p "$lists/sources.list.d" "$lists/state/partial" "$lists/cache/archives/partial"
    : >"$lists/sources.list"
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -f "$file" ] || sed -n 's/^deb[[:space:]]/deb-src /p' "$file" >>"$lists/sources.list"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$lists/sources.list.d/$(basename "$file")"
    done
}

apt_get() {
    apt-get -o Dir::Etc::SourceList="$lists/sources.list" -o Dir::Etc::SourceParts="$lists/sources.list.d" \
        -o Dir::State::Lists="$lists/state" -o Dir::Cache="$lists/cache" -o APT::Sandbox::User=root "$@" \
        >&2 </dev/null
}

package_version=$(dpkg-query --show --showformat='${Version}' librocksdb-dev 2>/dev/null) ||
    fail "librocksdb-dev is not installed: ./dev setup does that"
level=$(instruction_set)
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/tokenstore
engine=$cache/rocksdb-$package_version-${level:-$(uname -m)}
if [ -f "$engine/lib/librocksdb.a" ]; then
    echo "$engine"
    exit 0
fi

command -v dpkg-source >/dev/null || fail "dpkg-dev is not installed: apt-get install dpkg-dev"
mkdir -p "$cache"
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
lists=$work/lists

say "fetching the source of rocksdb $package_version"
prepare_lists
apt_get update || fail "the list of source packages cannot be fetched"
(cd "$work" && apt_get source "rocksdb=$package_version") || fail "the source package cannot be fetched"
source=$(find "$work" -mindepth 1 -maxdepth 1 -type d -name 'rocksdb-*')

say "building it, which takes about 20 minutes on two cores"
switched_off=() # compression libraries are off by default, and the store compresses nothing
for option in WITH_TESTS WITH_TOOLS WITH_CORE_TOOLS WITH_BENCHMARK_TOOLS WITH_TRACE_TOOLS WITH_GFLAGS WITH_LIBURING \
    ROCKSDB_BUILD_SHARED FAIL_ON_WARNINGS; do
    switched_off+=(-D "$option=OFF")
done
cmake -S "$source" -B "$work/build" -G Ninja -D CMAKE_BUILD_TYPE=Release -D USE_RTTI=1 -D PORTABLE=ON \
    -D CMAKE_POSITION_INDEPENDENT_CODE=ON -D CMAKE_INSTALL_PREFIX="$work/engine" -D CMAKE_INSTALL_LIBDIR=lib \
    ${level:+-D FORCE_SSE42=ON -D CMAKE_CXX_FLAGS="-march=$level"} "${switched_off[@]}" >&2 </dev/null
cmake --build "$work/build" --parallel "$(nproc)" --target install >&2 </dev/null
[ -f "$work/engine/lib/librocksdb.a" ] || fail "the build made no librocksdb.a"
rm -rf "$engine"
mv "$work/engine" "$engine"
echo "$engine"
