# `make demo` runs the main job, `make check` proves everything. `make help` names the rest.
# Needed: Rust (rust-toolchain of Cargo.toml's rust-version or newer), a C compiler, Node with npm. No root.

CARGO ?= cargo
UI := crates/web/ui
SEEDS ?= 10000
TIMES ?= 1000
ORDERS ?= 10000

.DEFAULT_GOAL := help
.PHONY: help demo check assets deps fmt fmt-check lint test e2e e2e-built bench sim sweep orders release pictures clean

help: ## This list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: assets ## Sandbox, server, sample data on free ports; prints the address and a log-in; ends with Ctrl-C.
	$(CARGO) run --quiet --profile demo -p ionbridge -- demo

check: ## Everything that must be true: format, lints, all tests, browser. Ends with a summary.
	scripts/check

assets: $(UI)/dist.stamp ## Style and script of the pages, from npm by lock file.

$(UI)/node_modules/.package-lock.json: $(UI)/package-lock.json
	cd $(UI) && npm ci --ignore-scripts
	@touch $@

$(UI)/dist.stamp: $(UI)/node_modules/.package-lock.json $(shell find $(UI) crates/web/templates -type f -not -path '*/node_modules/*' -not -name dist.stamp) $(wildcard crates/web/src/*.rs crates/web/src/*/*.rs)
	cd $(UI) && npm run --silent build
	@touch $@

e2e/node_modules/.package-lock.json: e2e/package-lock.json
	cd e2e && npm ci --ignore-scripts
	@touch $@

fmt: ## Formats the Rust sources.
	$(CARGO) fmt --all

fmt-check:
	$(CARGO) fmt --all --check

lint: assets ## Clippy, rustdoc and TypeScript, warnings are errors.
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --document-private-items
	cd $(UI) && npm run --silent check

test: assets e2e/node_modules/.package-lock.json ## Every Rust test, both databases.
	$(CARGO) test --workspace --locked

e2e: assets e2e/node_modules/.package-lock.json ## The first hour of a new user, in a browser, against the built binary.
	$(CARGO) build --locked -p ionbridge
	$(CARGO) build --locked -p web --example gallery
	$(MAKE) --no-print-directory e2e-built

# With the binary and the gallery that `make test` has built already.
e2e-built:
	target/debug/examples/gallery target/gallery
	cd e2e && npm test

bench: ## The import against the floor, in one run (bench/README.md names this and the others).
	$(CARGO) run --release --locked -p bench

sim: ## Tokens and orders under SEEDS seeds each; one again: IONBRIDGE_SIM_SEED=n make sim.
	IONBRIDGE_SIM_SEEDS=$(SEEDS) $(CARGO) test --locked -p rules --test it sim -- --nocapture

sweep: e2e/node_modules/.package-lock.json ## Races, kills, faults, paging chaos: TIMES of each, or all, instead of the few in `check`.
	IONBRIDGE_SWEEP=$(TIMES) $(CARGO) test --locked -p ionbridge --test it -- --nocapture tokens:: orders_kills::
	IONBRIDGE_SWEEP=$(TIMES) $(CARGO) test --locked -p worker --test it -- --nocapture orders::faults:: customers::interleave::
	IONBRIDGE_SWEEP=$(TIMES) $(CARGO) test --locked -p engine --test it -- --nocapture

orders: ## ORDERS orders through a bad line, with servers that die: each is in Ion once. Prints what it saw.
	IONBRIDGE_R2=$(ORDERS) $(CARGO) test --profile demo --locked -p worker --test it -- --nocapture orders::thousands::

deps: ## Licences, advisories, bill of materials (needs cargo-deny and cargo-cyclonedx).
	$(CARGO) deny check
	$(CARGO) cyclonedx --format json

release: assets ## One stripped binary at target/release/ionbridge; refuses without the bundled assets.
	IONBRIDGE_REQUIRE_ASSETS=1 $(CARGO) build --release --locked -p ionbridge

pictures: assets e2e/node_modules/.package-lock.json ## Pictures of every page into docs/pictures.
	$(CARGO) build --locked -p ionbridge
	cd e2e && node pictures.mjs

clean:
	$(CARGO) clean
	rm -rf $(UI)/node_modules $(UI)/dist.stamp crates/web/dist e2e/node_modules e2e/output
