#!/bin/sh
# Fuzzes the HJ 212 framer and parser for a minute, or for as many seconds as the first argument says.
set -eu
cd "$(dirname "$0")"
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is needed: installing it"
    cargo install --locked cargo-fuzz
fi
# The vectors of the standard are where it begins.
mkdir -p corpus/hj212
seed() { printf '\007%s\r\n' "$2" >"corpus/hj212/$1"; }
seed annex-a '##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80'
seed answer '##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&3240'
seed two-digits '##81QN=;ST=23;CN=1012;PW=123456;MN=0507A010003242;CP=&&SystemTime=20250221141134270&&4C80'
seed edition-2005 '##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980'
# The stable compiler can do it when told that it may; the address sanitizer comes with it on Linux.
RUSTC_BOOTSTRAP=1 cargo fuzz run hj212 -- -max_total_time="${1:-60}" -max_len=12000 -dict=hj212.dict
