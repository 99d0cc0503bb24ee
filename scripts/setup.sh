#!/usr/bin/env bash
# Sets up everything in .venv: system packages for rendering (as root), the package with its extras, the web libraries.
# usage: scripts/setup.sh [EXTRA]     EXTRA: render (default) or dev
set -euo pipefail
cd "$(dirname "$0")/.."
extra="${1:-render}"
say() { printf '\n== %s\n' "$*" >&2; }

# Debian packages whose program or file is missing, one name a line.
missing_packages() {
    command -v bwrap >/dev/null || echo bubblewrap
    command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || echo chromium-headless-shell
    command -v npm >/dev/null || echo npm
    command -v setpriv >/dev/null || echo util-linux
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu
    [ -d /usr/share/fonts/truetype/liberation ] || [ -d /usr/share/fonts/truetype/liberation2 ] || echo fonts-liberation
}

install_system_packages() {
    local missing
    missing="$(missing_packages | tr '\n' ' ')"
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing system packages: $missing"
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        say "system packages are missing: $missing"
        echo "   get them with:  sudo apt-get install -y --no-install-recommends $missing" >&2
        echo "   going on with what can be rendered without them ('janus-reward doctor' lists it)" >&2
    fi
}

install_package() {
    local wanted
    wanted="$(cat pyproject.toml constraints.txt | sha256sum) $extra $PWD"
    if [ "$(cat .venv/.installed 2>/dev/null)" = "$wanted" ]; then return; fi
    say "installing janus-reward[$extra] with the pinned versions of constraints.txt"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$extra]"
    echo "$wanted" >.venv/.installed
}

install_web_libraries() {
    if ! command -v npm >/dev/null; then
        say "npm is missing: pages that load libraries from a CDN will be drawn without them"
        return
    fi
    say "installing local copies of the web libraries that pages load from CDNs"
    .venv/bin/janus-reward doctor --fix
}

install_system_packages
bash scripts/make_venv.sh
install_package
install_web_libraries
