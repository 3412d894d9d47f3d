#!/bin/sh
# Fuzzes every decoder that meets the network or a file, each for a minute or for as many seconds as the first argument
# says; further arguments name the targets.
set -eu
cd "$(dirname "$0")"
seconds="${1:-60}"
[ "$#" -gt 0 ] && shift
[ "$#" -gt 0 ] || set -- frame packet csv json senml sensorthings
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is needed: installing it"
    cargo install --locked cargo-fuzz
fi
# The stable compiler can do it when told that it may; the address sanitizer comes with it on Linux.
export RUSTC_BOOTSTRAP=1

# The vectors of the standard are where it begins.
mkdir -p corpus/frame corpus/packet
seed() {
    printf '\007%s\r\n' "$2" >"corpus/frame/$1"
    data="${2#??????}"
    printf '%s' "${data%????}" >"corpus/packet/$1"
}
seed annex-a '##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80'
seed answer '##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&3240'
seed two-digits '##81QN=;ST=23;CN=1012;PW=123456;MN=0507A010003242;CP=&&SystemTime=20250221141134270&&4C80'
seed edition-2005 '##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980'
printf '%s' 'QN=20220513162608370;ST=22;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20220513162600;a21004-Avg=4,a21004-Flag=N;a34004-Avg=31,a34004-Flag=N&&' >corpus/packet/minute

for target in "$@"; do
    mkdir -p "corpus/$target"
    [ ! -d "seeds/$target" ] || cp "seeds/$target"/* "corpus/$target/"
    case "$target" in
    frame | packet) cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=12000 -dict=hj212.dict ;;
    *) cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=12000 ;;
    esac
done
