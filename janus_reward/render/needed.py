"""Packages that a renderer cannot do without, and what to do when one is missing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from janus_reward.errors import MissingExtra


def need(*packages: str) -> dict[str, str]:
    """Versions of packages that a renderer cannot do without.

    Raises:
        MissingExtra: one is not installed.
    """
    try:
        return {package: version(package) for package in packages}
    except PackageNotFoundError as error:
        raise MissingExtra(
            f"{error.name} is not installed", hint="Install it with: pip install 'janus-reward[render]'"
        ) from error
