#!/usr/bin/env bash
# One command: sets up everything and passes the tests (lint, types, unit, end to end with the real browser and sandbox, and
# last the stage with real models, scripts/test_models.sh; JANUS_REWARD_NO_MODELS=1 leaves that stage out, and says so).
# Arguments go to pytest, for instance: scripts/test.sh tests/render -k jail; then the stage with models is not run.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh dev
export OMP_NUM_THREADS=1
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
.venv/bin/python -m pytest -n 2 --dist loadfile "$@"
if [ -n "${JANUS_REWARD_NO_MODELS:-}" ] || [ $# -gt 0 ]; then
    printf '\n!! LEFT OUT: the tests with real models. Run them with: bash scripts/test_models.sh\n' >&2
    exit 0
fi
exec bash scripts/test_models.sh
