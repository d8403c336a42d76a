# One line each; `make` lists them. PYTHON names the Python to build .venv with.
PYTHON ?= python3
PY := .venv/bin/python
export PYTHON DEMO_PORT_BASE DEMO_DIR DEMO_CLIENTS DEMO_TRUST DEMO_POST_SECONDS TLS VERBOSE

.DEFAULT_GOAL := help
.PHONY: help demo demo-stop demo-reset compose watch client video test lint types bench run-deps dev-deps

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: run-deps ## everything on this machine, with made-up people (TLS=1, DEMO_CLIENTS=clients.json, DEMO_PORT_BASE=8400, VERBOSE=1)
	@exec $(PY) -m dev.up

demo-stop: run-deps ## stop a running demo
	@$(PY) -m dev.stop

demo-reset: run-deps ## stop the demo and forget its data
	@$(PY) -m dev.stop --reset

compose: run-deps ## the same with Docker: PostgreSQL and Apache Kafka from their own images
	@$(PY) -m dev.compose
	@CLAVIS_UID=$$(id -u) CLAVIS_GID=$$(id -g) docker compose up --build

watch: run-deps ## print the published events of a running demo
	@exec $(PY) -m dev.watch --all

client: run-deps ## register a relying party with the demo: make client FILE=client.json
	@$(PY) -m dev.client $(FILE)

video: run-deps ## play the provider of automatic video: make video REFERENCE=… NUMBER=20304050H [FAILED=1] | CALL=…
	@$(PY) -m dev.video_provider $(REFERENCE) $(NUMBER) $(if $(FAILED),--failed) $(if $(CALL),--call $(CALL))

test: dev-deps ## all tests, or ARGS="services/pin -x"; what cannot run here is skipped with its reason
	@$(PY) -m dev.run_tests $(ARGS)

lint: dev-deps ## style, layers, contracts, drift, pages, links, secrets
	@$(PY) -m dev.check lint contracts web docs

types: dev-deps ## static types
	@$(PY) -m dev.check types

bench: dev-deps ## load figures of this machine, and the provider beside node-oidc-provider
	@$(PY) -m bench
	@$(PY) -m bench.provider

run-deps:
	@$(PYTHON) dev/bootstrap.py

dev-deps:
	@$(PYTHON) dev/bootstrap.py --dev
