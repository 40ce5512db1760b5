# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
DEMO_VENV ?= .venv-demo
FRAMEWORKS_VENV ?= .venv-frameworks
BIN := $(VENV)/bin
CASES ?= 20000
RUNS ?= 1000000
SECONDS ?= 600
SETTINGS ?= 500

# Without kept bytecode each of the thousand processes that the tests start would compile convlens anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test system check accuracy training-speed conformance frameworks fuzz docs catalogues bench lint-bench sweep \
  studies search clean

demo: $(DEMO_VENV)/ready  ## a light install (no torch), then two summaries
	$(DEMO_VENV)/bin/convlens summary alexnet
	$(DEMO_VENV)/bin/convlens summary examples/small_cnn.onnx
	$(DEMO_VENV)/bin/convlens layer "Conv2d(3, 64, 7, stride=2, padding=3)" --input 1x3x224x224

test:  ## everything the tests need, then the whole suite
	$(MAKE) --jobs=3 system $(VENV)/ready $(FRAMEWORKS_VENV)/ready
	$(MAKE) check

system:  ## Chromium, Fashion-MNIST and PostgreSQL, where this user may install them
	@sh tests/system.sh

check: $(VENV)/ready  ## lint, types, import contracts, tests, doctests, generated pages up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 3 --dist worksteal

conformance: $(VENV)/ready  ## the long run: every operator against PyTorch on CASES random settings
	CONVLENS_CASES=$(CASES) $(BIN)/python -m pytest -q -n 2 tests/ops/test_conformance.py tests/ops/test_function_conformance.py

frameworks: $(VENV)/ready $(FRAMEWORKS_VENV)/ready  ## the long run: SETTINGS random calls of each function of TensorFlow, Keras
	CONVLENS_CASES=$(SETTINGS) $(BIN)/python -m pytest tests/frameworks

fuzz: $(VENV)/fuzz  ## the readers on inputs that grow their coverage: at most RUNS inputs and SECONDS seconds for each
	$(BIN)/python -m fuzz.text_form -runs=$(RUNS) -max_total_time=$(SECONDS)
	$(BIN)/python -m fuzz.onnx_reader -runs=$(RUNS) -max_total_time=$(SECONDS)

docs: $(VENV)/ready  ## write the generated pages of docs/reference
	$(BIN)/python docs/generate.py

catalogues: $(VENV)/ready  ## collect the messages of the code, compile their translations
	$(BIN)/python catalogues/generate.py

bench: $(VENV)/peers  ## measure convlens and its peers, and write docs/speed.md
	$(BIN)/python -m bench.page
	$(BIN)/python -m bench.growth

lint-bench: $(VENV)/ready  ## put faults into every network, and write what lint finds of them to docs/lint-bench.md
	$(BIN)/python -m bench.lint

accuracy: $(VENV)/ready  ## train every recipe over several seeds for docs/training-results.md: hours without an accelerator
	$(BIN)/python -m bench.accuracy

training-speed: $(VENV)/ready  ## measure a training against a plain loop for docs/training-speed.md: about half an hour
	$(BIN)/python -m bench.train --full

sweep: $(VENV)/ready  ## measure every setting of a convolution anew for docs/sweep.md, and whether the order of times holds
	$(BIN)/python -m bench.sweep_article 1
	$(BIN)/python -m bench.sweep_order 1

studies: $(VENV)/ready  ## the ready studies in their full form, about two hours on two cores, to docs/studies.md; goes on where it was
	$(BIN)/python -m bench.studies

search: $(VENV)/ready  ## search better settings for LeNet-5 on two cores, half an hour with the comparison, to docs/search.md
	$(BIN)/python -m bench.search

clean:
	rm -rf $(VENV) $(DEMO_VENV) $(FRAMEWORKS_VENV)

$(DEMO_VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/pip install --quiet ".[onnx]"
	touch $@

$(VENV)/ready: pyproject.toml tests/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement tests/requirements.txt
	$(BIN)/pip install --quiet --editable .
	touch $@

$(FRAMEWORKS_VENV)/ready: tests/frameworks/requirements.txt
	$(PYTHON) -m venv $(FRAMEWORKS_VENV)
	$(FRAMEWORKS_VENV)/bin/pip install --quiet --requirement tests/frameworks/requirements.txt
	touch $@

$(VENV)/fuzz: $(VENV)/ready
	$(BIN)/pip install --quiet atheris
	touch $@

$(VENV)/peers: $(VENV)/ready bench/requirements.txt
	$(BIN)/pip install --quiet --requirement bench/requirements.txt
	touch $@
