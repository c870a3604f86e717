#!/usr/bin/env bash
# Formats every C++ file of the project in place; with --check it changes nothing and fails on the first difference.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mode=(-i)
if [ "${1:-}" = --check ]; then
    mode=(--dry-run --Werror)
fi
find include src tools tests bench examples -name '*.[ch]pp' -print0 | xargs -0 --no-run-if-empty clang-format "${mode[@]}"
