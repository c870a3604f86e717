#!/usr/bin/env bash
# Installs the built library into a folder of its own, builds the consumer project against it, and runs it.
#
#     run_consumer_test.sh find_package|pkg_config BUILD_FOLDER WORK_FOLDER LIBDIR
#
# The environment gives CMAKE, CXX and CXXFLAGS.
set -euo pipefail

way=$1 build_folder=$2 work_folder=$3 libdir=$4
consumer_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/consumer" && pwd)
prefix=$work_folder/prefix

build_with_find_package() {
    "$CMAKE" -S "$consumer_source" -B "$work_folder/build" -G Ninja \
        -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-}"
    "$CMAKE" --build "$work_folder/build"
    consumer=$work_folder/build/consumer
}

# The words that pkg-config answers are meant to be split.
# shellcheck disable=SC2046,SC2086
build_with_pkg_config() {
    export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
    consumer=$work_folder/consumer
    "$CXX" -std=c++20 ${CXXFLAGS:-} "$consumer_source/main.cpp" -o "$consumer" \
        $(pkg-config --cflags --libs tokenstore)
}

rm -rf "$work_folder"
mkdir -p "$work_folder"
"$CMAKE" --install "$build_folder" --prefix "$prefix"
"build_with_$way"
"$consumer" "$work_folder/store"
