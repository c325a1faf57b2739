# The project's commands. `make serve` and `make test` set up what they need; the rest assumes nothing more.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help serve test e2e extension check eval bench growth faults train collection lock wheel audit sbom format clean

help:  ## Say what there is
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# Stamps, so that set-up runs again only when what it depends on has changed.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	touch $@

serve: $(VENV)/.installed  ## Set up, index the articles, serve on 127.0.0.1:8000
	$(BIN)/wirecheck serve

test: $(VENV)/.installed-dev  ## Set up, run all tests
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --ignore tests/e2e
	$(BIN)/python -m pytest tests/e2e

e2e: $(VENV)/.installed-dev  ## The desk and the extension in a browser; needs Chromium
	$(BIN)/python -m pytest tests/e2e

extension:  ## Build the browser extension: build/extension to load, dist/*.zip to hand on
	$(PYTHON) extension/build.py

check: $(VENV)/.installed-dev  ## Lint, types, contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m service.api.spec --check

eval: $(VENV)/.installed-dev  ## Measure quality on every set at hand; QUICK=1 for our own sets only
	$(BIN)/python -m bench.spotting
	$(BIN)/python -m bench.quality $(if $(QUICK),--quick)
	$(if $(QUICK),,$(BIN)/python -m bench.ablation)

bench: $(VENV)/.installed-dev  ## Measure speed beside a rival and the bare models; QUICK=1 for a rough look
	$(BIN)/python -m bench.speed $(if $(QUICK),--quick)
	$(BIN)/python -m bench.postgres $(if $(QUICK),--sentences 10000)

growth: $(VENV)/.installed-dev  ## Measure 10,000, 100,000 and a million sentences, and a large load; takes hours the first time
	$(BIN)/python -m bench.growth

faults: $(VENV)/.installed-dev  ## More load than the real service can bear, and faults; QUICK=1 for the short run
	$(BIN)/python -m bench.faults $(if $(QUICK),--quick)

train: $(VENV)/.installed-dev  ## Train the stance model on ../shared/data/nli into build/stance, in eight runs, and the embedder into build/minilm
	$(BIN)/python -m models.training.train build/stance-first
	$(BIN)/python -m models.training.train build/stance-second --config models/training/second.toml
	$(BIN)/python -m models.training.train build/stance-third --config models/training/third.toml
	$(BIN)/python -m models.training.train build/stance-fourth --config models/training/fourth.toml
	$(BIN)/python -m models.training.mine build/stance-fourth/final build/stance-mined.jsonl.gz --config models/training/fifth.toml
	$(BIN)/python -m models.training.train build/stance-fifth --config models/training/fifth.toml
	$(BIN)/python -m models.training.mine build/stance-fifth/final build/stance-mined.jsonl.gz --config models/training/seventh.toml
	$(BIN)/python -m models.training.train build/stance-seventh --config models/training/seventh.toml
	$(BIN)/python -m models.training.mine build/stance-seventh/final build/stance-mined.jsonl.gz --config models/training/eighth.toml
	$(BIN)/python -m models.training.train build/stance-eighth --config models/training/eighth.toml
	$(BIN)/python -m models.training.mine build/stance-eighth/final build/stance-mined.jsonl.gz --config models/training/ninth.toml
	$(BIN)/python -m models.training.train build/stance --config models/training/ninth.toml
	$(BIN)/python -m models.training.embedder_train build/minilm

collection: $(VENV)/.installed  ## Write build/wirecheck.postman_collection.json, for Postman, Bruno and their like
	$(BIN)/python -m service.api.collection build/wirecheck.postman_collection.json

lock: $(VENV)/.installed-dev  ## Write requirements.lock, with the hashes of every file, anew from the pins
	$(BIN)/python -m release.lock

wheel: $(VENV)/.installed-dev  ## Build the wheel twice, compare, install it away from here and run it
	$(BIN)/python -m release.wheel

audit: $(VENV)/.installed-dev  ## Known vulnerabilities and licenses of what is shipped; OFFLINE_OK=1 where none can be asked
	$(BIN)/python -m release.audit audit $(if $(OFFLINE_OK),--offline-ok)

sbom: $(VENV)/.installed-dev  ## List every package of an installation in dist/sbom.json (CycloneDX)
	$(BIN)/python -m release.audit sbom

format: $(VENV)/.installed-dev  ## Format the code
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

clean:  ## Remove what set-up and runs leave behind, the corpus included
	rm -rf $(VENV) .wirecheck build dist
