#!/usr/bin/env bash
# One command: sets up everything and passes the tests (lint, types, unit, end to end with the real browser and sandbox).
# Arguments go to pytest, for instance: scripts/test.sh tests/render -k jail
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh dev
export OMP_NUM_THREADS=1
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
exec .venv/bin/python -m pytest -n 2 --dist loadfile "$@"
