# `make` lists the targets. All of them work on a bare Debian machine with Rust; see README.md.
CARGO ?= cargo
STATE ?= .limpid/demo

.DEFAULT_GOAL := help
.PHONY: help run test lint bench fuzz demo-data release needs-cc

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: needs-cc ## build fast, start with simulated stations, print the address to open
	$(CARGO) build --locked --package limpid
	target="$${CARGO_TARGET_DIR:-target}"; exec "$$target/debug/limpid" run --pipeline pipelines/demo --state $(STATE) --simulate

test: needs-cc ## run every test (unit, contract, end to end, documentation)
	$(CARGO) test --locked --workspace

lint: needs-cc ## formatting and clippy, warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

bench: needs-cc ## measure against named baselines in the same run (see BENCHMARKS.md)
	$(CARGO) bench --locked --workspace --benches

fuzz: needs-cc ## fuzz each decoder for a minute: frames, packets, CSV, documents, JSON, SenML, SensorThings (installs cargo-fuzz)
	./fuzz/run.sh

demo-data: needs-cc ## write a year of made-up hours of the demo stations to target/demo-data.csv
	@mkdir -p target
	$(CARGO) run --locked --package limpid --example demo_data > target/demo-data.csv
	@wc -l target/demo-data.csv

release: needs-cc ## build the production binary, target/release/limpid
	$(CARGO) build --locked --release --package limpid

# SQLite and zstd are built from their C sources.
needs-cc:
	@command -v cc >/dev/null || { echo "a C compiler is needed: installing gcc"; apt-get update -qq && apt-get install -y -qq gcc libc6-dev; }
