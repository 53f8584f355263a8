# One-word tasks; CI calls the same. `make dev` first.
PYTHON ?= python
export OMP_WAIT_POLICY = passive
export PYTHONPATH = src

.PHONY: dev build test check man fuzz freshness sanitize bench soak limits profile pictures dist audit clean

dev:            ## an editable install with everything that the other tasks need
	$(PYTHON) -m pip install -q -e '.[dev,bench]'

build:          ## rebuild the extensions in place
	$(PYTHON) setup.py -q build_ext --inplace

test:           ## the whole suite, in two processes
	$(PYTHON) -m pytest -q -n 2

check:          ## ruff, mypy with stubtest, cython-lint, import-linter, Cython's hints
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m mypy.stubtest cotool._fast \
		--allowlist tests/stubtest-allowlist.txt --ignore-unused-allowlist
	cython-lint src/cotool/_fast/*/*.pyx src/cotool/_fast/*/*.pxd src/cotool/_fast/*/*.pxi
	lint-imports
	$(PYTHON) tests/cython_hints.py

man:            ## the manual pages, from the help of the program
	$(PYTHON) man/pages.py

fuzz:           ## the property tests with 5,000 examples each, then each fuzz target; MINUTES=60
	HYPOTHESIS_PROFILE=fuzz $(PYTHON) -m pytest -q -x tests
	$(PYTHON) tests/fuzzing/fuzz.py --minutes $(MINUTES)

freshness:      ## a million encryptions under one key: nothing that must be fresh repeats
	COTOOL_FRESHNESS=1000000 $(PYTHON) -m pytest -q tests/vault/test_freshness.py

sanitize:       ## the kernels' tests under AddressSanitizer and UndefinedBehaviorSanitizer
	COTOOL_SANITIZE=address,undefined $(PYTHON) setup.py -q build_ext --inplace --force
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	$(PYTHON) -m pytest -q -s -p no:cacheprovider tests/fast tests/logs; status=$$?; \
	$(PYTHON) setup.py -q build_ext --inplace --force; exit $$status

bench:          ## cotool beside its peers, a quarter of an hour; rewrites bench/RESULTS.md; DATA=folder of real data
	$(PYTHON) bench/similarity.py --write
	$(PYTHON) bench/growth.py --write
	$(PYTHON) bench/logs.py --write
	test -z "$(DATA)" || $(PYTHON) bench/templates.py --data $(DATA)/loghub --write
	$(PYTHON) bench/vault.py --write

MINUTES ?= 60
soak:           ## an hour of mixed load with killed processes; MINUTES=60
	$(PYTHON) bench/soak.py --minutes $(MINUTES)

limits:         ## time and memory of hostile input, against the bounds of docs/limits.md
	$(PYTHON) bench/limits.py

CASE ?= similarity/cosine/600x2000
profile:        ## a flame graph of a case, profile.svg: make profile CASE=logs/scan
	py-spy record --native --rate 500 --output profile.svg -- $(PYTHON) bench/repeat.py '$(CASE)'

pictures:       ## the pictures of the README, from examples/; needs Chromium
	$(PYTHON) docs/screenshots.py

dist:           ## sdist and wheel
	rm -rf build/lib* build/bdist*  # modules that have been renamed since would be in the wheel
	$(PYTHON) -m pip install -q build && $(PYTHON) -m build

EXTRAS ?= [dask,keyring,pandas,polars,postgres,remote,semantic,tables]
audit: dist     ## install the sdist in isolation; known vulnerabilities, bill of materials, hashes in dist/
	rm -rf build/audit build/auditors
	$(PYTHON) -m venv build/audit && $(PYTHON) -m venv build/auditors
	build/audit/bin/python -m pip install -q "$$(ls dist/*.tar.gz)$(EXTRAS)"
	build/audit/bin/cotool consensus --demo && build/audit/bin/cotool analyze-logs --demo
	build/auditors/bin/python -m pip install -q pip-audit cyclonedx-bom
	build/auditors/bin/cyclonedx-py environment --pyproject pyproject.toml --output-format JSON \
		--output-file dist/sbom.cdx.json build/audit/bin/python
	cd dist && sha256sum *.tar.gz *.whl sbom.cdx.json > SHA256SUMS
	build/auditors/bin/pip-audit --strict --skip-editable \
		--path "$$(build/audit/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

clean:
	rm -rf build dist src/*.egg-info src/cotool/_fast/*/*.so
