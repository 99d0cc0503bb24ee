"""From the address of a CDN to (package, version asked for, path): the table `cdn.yaml`, compiled."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that an address means.

    Args:
        package: npm name.
        version: as asked for; empty for the newest.
        paths: paths inside the package, tried in order; an empty one is the package's own main file.
        module: whether an ES module is expected, with its bare imports made addresses.
    """

    package: str
    version: str
    paths: tuple[str, ...]
    module: bool = False


@functools.cache
def table() -> dict[str, Any]:
    """The parsed `cdn.yaml`."""
    text = (resources.files(__package__) / "cdn.yaml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def is_empty(url: str) -> bool:
    """Whether the address stands for something that needs no content here, such as a polyfill."""
    return any(shape.match(url) for shape in _compiled("empty"))


def wanted(url: str) -> Iterator[Wanted]:
    """Every reading of an address, best first; nothing for an address that is no known CDN's."""
    plain = re.split(r"[?#]", url, maxsplit=1)[0]
    for shape, package, path in _addresses():
        found = shape.match(plain)
        if found and package:
            yield _of_address(found, package, path)
    for shape in _compiled("shapes"):
        found = shape.match(plain)
        if found:
            yield from _of_shape(found.groupdict())


@functools.cache
def _compiled(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text) for text in table()[name])


@functools.cache
def _addresses() -> tuple[tuple[re.Pattern[str], str | None, str], ...]:
    return tuple((re.compile(shape), package, path) for shape, package, path in table()["addresses"])


def _of_address(found: re.Match[str], package: str, path: str) -> Wanted:
    groups = {name: text or "" for name, text in found.groupdict().items()}
    name, at, version = package.rpartition("@")
    if not at or not name:
        name, version = package, groups.get("version", "")
    return Wanted(name, version, (path.format(**groups),))


def _of_shape(groups: dict[str, str | None]) -> Iterator[Wanted]:
    version, path = groups.get("version") or "", groups.get("path") or ""
    if groups.get("library") or groups.get("repo"):
        kind = "libraries" if groups.get("library") else "repositories"
        yield from _of_library(table()[kind].get(groups.get("library") or groups.get("repo")), version, path)
        return
    module = bool(groups.get("module")) or path.endswith("+esm")
    package = groups.get("module") or groups.get("package") or ""
    path = path.removesuffix("+esm").strip("/")
    yield Wanted(package, version, _twins(path), module)
    other = table()["same"].get(package)
    if other:
        yield Wanted(other, version, _twins(_renamed(path)), module)


def _of_library(entry: list[Any] | None, version: str, path: str) -> Iterator[Wanted]:
    if entry is None:
        return
    package, folders, *more = entry
    package = (more[0] if more else {}).get(_major(version), package)
    path = path.removeprefix(more[1]) if len(more) > 1 else path
    inside = [path if folder == "." else f"{folder}/{path}" for folder in folders]
    yield Wanted(package, version, tuple(twin for one in inside for twin in _twins(_renamed(one))))


def _renamed(path: str) -> str:
    """`plotly.js-dist-min` has but one file for the many bundles of plotly.js."""
    return re.sub(r"^(?:dist/)?plotly(?:-\w+)?(?:-[\d.]+)?(?:\.min)?\.js$", "plotly.min.js", path)


def _twins(path: str) -> tuple[str, ...]:
    """A path, and the same file with or without `.min`: packages of other versions may hold just one of the two."""
    stem, dot, suffix = path.rpartition(".")
    if not dot or suffix not in ("js", "css", "mjs"):
        return (path,)
    other = stem.removesuffix(".min") if stem.endswith(".min") else f"{stem}.min"
    return (path, f"{other}.{suffix}")


def _major(version: str) -> int:
    digits = re.search(r"\d+", version)
    return int(digits[0]) if digits else 0
