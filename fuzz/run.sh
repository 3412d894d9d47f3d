#!/bin/sh
# Fuzzes every decoder that meets the network or a file, each for a minute or for as many seconds as the first argument
# says; further arguments name the targets.
set -eu
cd "$(dirname "$0")"
seconds="${1:-60}"
[ "$#" -gt 0 ] && shift
[ "$#" -gt 0 ] || set -- frame packet csv document json senml sensorthings
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is needed: installing it"
    cargo install --locked cargo-fuzz
fi
# The stable compiler can do it when told that it may; the address sanitizer comes with it on Linux.
export RUSTC_BOOTSTRAP=1

# Where it begins: the vectors of HJ 212, and a file of every format that is imported (tests hold that they are there).
for target in "$@"; do
    mkdir -p "corpus/$target"
    [ ! -d "seeds/$target" ] || cp "seeds/$target"/* "corpus/$target/"
    case "$target" in
    frame | packet) cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=12000 -dict=hj212.dict ;;
    *) cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=12000 ;;
    esac
done
