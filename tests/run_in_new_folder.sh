#!/bin/sh
# run_in_new_folder.sh PROGRAM [ARGUMENT ...]: runs the program with one more argument, an empty folder that goes with it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$@" "$folder"
