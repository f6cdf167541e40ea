# Every target sets up .venv by itself. PYTHON picks the interpreter it is made from.
PYTHON ?= python3
VENV   ?= .venv
RUN    := $(VENV)/bin/python
READY  := $(VENV)/.ready
BENCH  := benchmarks/.venv
BEHIND := .venv-behind
COMPAT := .venv-compat
BROWSER := .venv-browser
DOCS   := .venv-docs
OTHERS := .venv-generators
DEMO   := .venv-demo
# Of pytest. Tests wait a quarter of their time for sockets, disks and processes: two a processor.
WORKERS ?= 4

# Half of the time of `make test`; QUICK=1 leaves them out.
SLOW   := tests/faults tests/generated tests/local/test_crash.py tests/local/test_fuzz.py \
          tests/local/test_model_based.py tests/tools/test_changes_upstream.py \
          tests/tools/test_docs_check.py tests/tools/test_generate_complete.py \
          tests/tools/test_generate_grown.py tests/tools/test_generate_hostile.py \
          tests/tools/test_generate_upstream.py tests/tools/test_installed.py \
          tests/tools/test_make_arguments.py tests/tools/test_regenerate_matrix.py \
          tests/tools/test_spec_fuzz.py tests/tools/test_spec_upstream.py \
          tests/tools/test_vendoring_page.py tests/tools/test_vendoring_source.py \
          tests/test_examples_programs.py
# Left out with AGAIN=1 and by test-lowest, which run on another Python or with other versions what
# has run. These depend on neither: rules of the document, of text and of files; processes that are
# killed, where SQLite decides; the tools; and what is for those who install the package now.
SETTLED := tests/tools tests/typing tests/recorded tests/test_examples.py \
          tests/test_examples_programs.py tests/test_bulk_example.py \
          tests/archive/test_formats.py tests/archive/test_formats_hostile.py \
          tests/archive/test_formats_sessions.py tests/archive/test_transcript.py \
          tests/faults/test_bulk.py tests/faults/test_import.py tests/faults/test_kill.py \
          tests/local/test_changed_document.py tests/local/test_changed_responses.py \
          tests/local/test_crash.py tests/local/test_model_based.py

# Taken as they are written, and given to programs in the environment: make and the shell run
# nothing that is in them.
WORDS  := UPSTREAM COMMIT DATE KEEP_PROSE OLD NEW JSON FAIL DEST NAME HTTP FORCE
$(foreach word,$(WORDS),$(eval override $(word) := $$(value $(word))))
export $(WORDS)
# $(call on,NAME): NAME=1 says yes; NAME=0, as none at all, says no.
on = $(filter-out 0,$($(1)))

.DEFAULT_GOAL := help
.PHONY: help demo spec generate changes behind check docs test test-lowest compat browser generators faults vendor vendor-check bench clean

# Targets that are given together run in the order given, with `make -j` as well: each reads what
# the one before has written.
.NOTPARALLEL:

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/' | expand -t 16

$(READY): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# The package and the server of its local mode, and nothing else: seconds, not minutes.
$(DEMO)/.ready: pyproject.toml
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -e '.[local]'
	@touch $@

demo: $(DEMO)/.ready ## the whole story in local mode; LIVE=1 with OPENAI_API_KEY: against OpenAI
	@LIVE=$(LIVE) $(DEMO)/bin/python examples/demo.py

spec: $(READY)   ## UPSTREAM=<path or URL>: trim OpenAI's document into spec/
	@$(RUN) -m tools.openapi_spec -- "$$UPSTREAM"

generate: $(READY) ## spec/openapi.yaml -> generated/, overlays/*/_async -> _sync, api.md
	@$(RUN) -m tools.generate
	@$(RUN) -m tools.api_index

changes: $(READY) ## OLD=<document> NEW=<document> [JSON=1] [FAIL=major]: what changed, and a verdict
	@$(RUN) -m tools.changes $(if $(call on,JSON),--json) $(if $(FAIL),--fail="$$FAIL") -- "$$OLD" "$$NEW"

$(BEHIND)/.ready: tools/behind/requirements.txt
	$(PYTHON) -m venv $(BEHIND)
	$(BEHIND)/bin/python -m pip install --quiet --disable-pip-version-check -r tools/behind/requirements.txt
	@touch $@

behind: $(BEHIND)/.ready ## [NEWEST=1]: what openai (Python) has types for, and the document lacks
	@$(if $(call on,NEWEST),$(BEHIND)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade openai)
	@$(BEHIND)/bin/python -m tools.behind

vendor: $(READY) ## DEST=<folder> [NAME=<package>] [HTTP=httpx2] [FORCE=1]: make or renew a copy
	@$(RUN) -m tools.vendoring copy $(if $(NAME),--name="$$NAME") $(if $(HTTP),--http="$$HTTP") \
	  $(if $(call on,FORCE),--force) -- "$$DEST"

vendor-check: $(READY) ## DEST=<folder> [JSON=1]: are the copies in it unchanged and current?
	@$(RUN) -m tools.vendoring check $(if $(call on,JSON),--json) -- "$$DEST"

check: $(READY)  ## drift of every generated file, budgets, words, documentation, ruff, mypy, pyright
	@$(RUN) -m tools.check
	@$(MAKE) --no-print-directory docs

$(DOCS)/.ready: requirements-docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@

docs: $(READY) $(DOCS)/.ready ## the site of the documentation: build/site/index.html
	@$(RUN) -m tools.site build
	@$(DOCS)/bin/zensical build --strict -f build/mkdocs.yml
	@$(RUN) -m tools.site build --made

$(BENCH)/.ready: benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[fast]'
	@touch $@

bench: $(BENCH)/.ready ## how fast, beside openai-python: ONLY=decode,get QUICK=1 COMPARE=<file>
	@$(BENCH)/bin/python -m benchmarks $(if $(ONLY),--only "$(ONLY)") $(if $(call on,QUICK),--quick) $(if $(COMPARE),--compare "$(COMPARE)")

test: $(READY)   ## the tests: ARGS="-k pages tests/overlay", QUICK=1 without the slow ones, AGAIN=1, COVERAGE=1, FLAGS=-OO of Python
	$(if $(call on,QUICK),@echo "QUICK=1 leaves out: $(SLOW)")
	$(if $(call on,AGAIN),@echo "AGAIN=1 leaves out: $(SETTLED)")
	@rm -f .coverage .coverage.*
	$(RUN) $(FLAGS) -m $(if $(call on,COVERAGE),coverage run -m )pytest \
	  $(if $(FLAGS),--dist load --tx '$(WORKERS)*popen//python=$(RUN) $(FLAGS)',-n $(WORKERS)) \
	  $(if $(call on,QUICK),$(addprefix --ignore ,$(SLOW))) $(if $(call on,AGAIN),$(addprefix --ignore ,$(SETTLED))) $(ARGS)
	@$(if $(call on,COVERAGE),$(RUN) -m coverage combine --quiet && $(RUN) -m coverage report)

# Without dependencies: tools that tests use ask for more, and do without. Two tests cannot do
# without anyio 4.5: schemathesis and the async client of openai-python. Hypothesis's plugin would
# hide the failure of a test: it cannot print a traceback as a trio of that age has it.
# Left out: openai-agents needs a newer anyio and FastAPI a newer starlette, httpx 0.27 passes over a
# missing SSL_CERT_FILE and does not know socks5h, aiohttp 3.11 takes some odd heads that later
# versions refuse, task groups of anyio 3 swallow asyncio's cancellations, and starlette 0.37 does not
# know ASGI 2.4.
NEWER  := tests/overlay/_async/test_odd_wire.py \
          tests/overlay/test_connecting.py::test_a_certificate_file_that_is_missing \
          tests/overlay/test_environment.py::test_a_file_of_certificates_that_cannot_be_used \
          tests/overlay/test_environment.py::test_a_proxy_of_a_kind_that_is_not_installed \
          tests/overlay/test_secrets.py::test_whatever_a_server_does \
          tests/overlay/test_run_clients.py::test_a_task_that_is_cancelled_leaves_no_call_open \
          tests/overlay/test_relay.py::test_a_browser_that_left_is_noticed_in_sending \
          tests/local/test_reads_at_once.py::test_a_client_that_only_reads_lets_others_run_and_can_be_cancelled \
          tests/overlay/test_cost.py::test_decoding_a_message_loads_the_models_of_a_message

test-lowest:     ## the tests of the package, with the lowest versions of what it needs
	$(MAKE) $(VENV)-lowest/.ready VENV=$(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  -r requirements-lowest.txt
	$(VENV)-lowest/bin/python -m pytest -n $(WORKERS) -p no:hypothesispytest \
	  $(addprefix --ignore ,$(SETTLED)) --ignore tests/local/test_fuzz.py \
	  --ignore tests/browser --ignore tests/compat --ignore tests/neighbours \
	  --deselect tests/local/test_openai_python.py::test_the_async_client \
	  $(addprefix --deselect ,$(NEWER)) $(ARGS)

# The tests of openai-python and openai-agents come with their source, which is kept beside the
# environment.
$(COMPAT)/.ready: tests/compat/requirements.txt requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(COMPAT)
	$(COMPAT)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/compat/requirements.txt
	$(COMPAT)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[local]'
	$(COMPAT)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps \
	  --no-binary openai,openai-agents --dest $(COMPAT)/sdist -c requirements-dev.txt \
	  openai openai-agents
	@touch $@

compat: $(COMPAT)/.ready ## openai-python's tests with this package; agents, pydantic-ai, LangChain with `serve`
	@# The longest first, one on each of the workers.
	$(COMPAT)/bin/python -m pytest -n 2 -p no:asyncio $(ARGS) tests/compat/test_pyinstaller.py tests/compat

$(BROWSER)/.ready: tests/browser/requirements.txt requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(BROWSER)
	$(BROWSER)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/browser/requirements.txt
	$(BROWSER)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[local]'
	@touch $@

browser: $(BROWSER)/.ready ## the page of `serve` in Chromium, which CHROMIUM names
	$(BROWSER)/bin/python -m pytest $(ARGS) tests/browser

# Beside the environment, and not in it: only openapi-python-client itself is another.
INSTALL_BESIDE = $(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target
$(OTHERS)/%/.ready: | $(READY)
	$(INSTALL_BESIDE) $(@D) openapi-python-client==$*
	@touch $@

generators: $(OTHERS)/0.29.0/.ready $(OTHERS)/0.29.1/.ready ## [NEWEST=1]: which versions of openapi-python-client work
	$(if $(call on,NEWEST),$(INSTALL_BESIDE) $(OTHERS)/newest openapi-python-client)
	$(RUN) -m pytest $(ARGS) tests/tools/test_generator_versions.py

faults: $(READY) ## [WRITE=1]: items, tools and a cluster over a faulty network; minutes
	@$(RUN) -m benchmarks.faults $(if $(call on,WRITE),--write)
	@$(RUN) -m benchmarks.tool_faults $(if $(call on,WRITE),--write)
	@$(RUN) -m benchmarks.bulk $(if $(call on,WRITE),--write)

clean:           ## remove what the other targets made
	rm -rf .venv .venv-* benchmarks/.venv benchmarks/results build .mypy_cache .ruff_cache .pytest_cache .hypothesis
