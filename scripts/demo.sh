#!/usr/bin/env bash
# One command: sets up everything and scores the examples.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh render
printf '\n== scoring the examples: janus-reward score dataset examples/data/triples.jsonl -o runs/examples\n' >&2
exec .venv/bin/janus-reward score dataset examples/data/triples.jsonl -o runs/examples
