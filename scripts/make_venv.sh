#!/usr/bin/env bash
# Makes the virtual environment VENV (.venv) with the first Python from 3.11 on, unless it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
venv="${VENV:-.venv}"
[ -x "$venv/bin/python" ] && exit 0

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is needed: apt-get install python3 python3-pip" >&2
    exit 2
}

python="$(find_python)"
printf '\n== making the environment %s with %s\n' "$venv" "$python" >&2
if ! "$python" -m venv "$venv" 2>/dev/null; then
    # Debian without python3-venv: virtualenv brings its own pip.
    rm -rf "$venv"
    "$python" -m pip install --quiet --disable-pip-version-check --target .venv-bootstrap virtualenv
    PYTHONPATH=.venv-bootstrap "$python" -m virtualenv --quiet "$venv"
    rm -rf .venv-bootstrap
fi
