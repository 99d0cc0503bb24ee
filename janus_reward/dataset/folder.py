"""A folder of files: those with one stem are one triple, code, instruction and pictures told by their endings.

`STEM.py` (or another code), `STEM.txt` or `STEM.md` (instruction), `STEM.png` (render), `STEM.reference.png`,
`STEM.before.py`, `STEM.before.png`. Files that are neither code nor picture beside a text make no row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from janus_reward.dataset.bounds import MAX_TEXT_CHARS
from janus_reward.dataset.identity import files_sha256
from janus_reward.dataset.reader import RawRow
from janus_reward.errors import InputError

CODE_ENDINGS = {
    ".py": "python",
    ".html": "html",
    ".htm": "html",
    ".vl.json": "vega-lite",
    ".vg.json": "vega",
    ".json": "json",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".js": "javascript",
    ".r": "r",
    ".m": "matlab",
    ".wl": "wolfram",
    ".tex": "latex",
    ".dot": "dot",
    ".svg": "svg",
}
"""Endings of code, the likelier code of two with one stem first (an SVG beside other code is its picture)."""

TEXT_ENDINGS = (".txt", ".md")
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".pdf")
_ROLES = ("before", "reference")
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_UTF8_BYTES = 4


class FolderReader:
    """Rows of a folder and the folders below it, sorted; hidden files and links that lead out of it are left alone.

    Args:
        path: the folder.
        name: of the source, for messages.

    Raises:
        InputError: no file in it is code or a picture.
    """

    format = "folder"

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._root = path.resolve()
        if next(self.rows(), None) is None:
            raise InputError(
                f"{name}: the folder holds no data that can be read",
                hint="Put .jsonl or .parquet files in it, or code files (.py, .html) with .txt files of their names.",
            )

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows, folder by folder."""
        for folder, names in _walk(self._root):
            groups: dict[str, dict[tuple[str, str], Path]] = {}
            for name in names:
                stem, role, ending = _parts(name)
                if ending:
                    groups.setdefault(stem, {})[role, ending] = folder / name
            for stem in sorted(groups):
                yield from self._row((folder / stem).relative_to(self._root).as_posix(), groups[stem])

    def count(self) -> int | None:
        """Not known without listing all: `None`."""
        return None

    def fingerprint(self) -> str:
        """Sha256 over the names and bytes of all files."""
        files = ((folder / name for name in names) for folder, names in _walk(self._root))
        return files_sha256((file.relative_to(self._root).as_posix(), file) for group in files for file in group)

    def _row(self, stem: str, files: dict[tuple[str, str], Path]) -> Iterator[RawRow]:
        code = next((files["", ending] for ending in CODE_ENDINGS if ("", ending) in files), None)
        render = next((f for e in PICTURE_ENDINGS if (f := files.get(("", e))) is not None and f != code), None)
        if code is None and render is None:
            return
        problems: list[str] = []
        fields: dict[str, Any] = {"id": stem, "render": self._relative(render)}
        fields["code"] = self._text(code, problems)
        fields["language"] = CODE_ENDINGS[_parts(code.name)[2]] if code else None
        fields["instruction"] = self._text(next((f for e in TEXT_ENDINGS if (f := files.get(("", e)))), None), problems)
        fields["reference"] = self._relative(_first(files, "reference", PICTURE_ENDINGS))
        before = _first(files, "before", tuple(CODE_ENDINGS))
        picture = next(
            (f for e in PICTURE_ENDINGS if (f := files.get(("before", e))) is not None and f != before), None
        )
        fields["before.code"], fields["before.render"] = self._text(before, problems), self._relative(picture)
        shown = (code or render or Path(stem)).relative_to(self._root).as_posix()
        yield RawRow(fields, shown, None, "; ".join(problems) or None, self._root)

    def _relative(self, path: Path | None) -> str | None:
        return None if path is None else path.relative_to(self._root).as_posix()

    def _text(self, path: Path | None, problems: list[str]) -> str | None:
        if path is None:
            return None
        name = path.relative_to(self._root).as_posix()
        try:
            if not path.resolve().is_relative_to(self._root):
                problems.append(f"{name} is a link that leads out of the folder; put the file itself there")
                return None
            if path.stat().st_size > _UTF8_BYTES * MAX_TEXT_CHARS:
                problems.append(f"{name} is over the bound of {MAX_TEXT_CHARS:,} characters; shorten or remove it")
                return None
            data = path.read_bytes()
        except (OSError, RuntimeError):
            problems.append(f"{name} cannot be opened; check its permissions")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            problems.append(f"{name} holds invalid UTF-8 at byte {error.start}; save it as UTF-8")
            return data.decode("utf-8", "replace")


def _first(files: dict[tuple[str, str], Path], role: str, endings: tuple[str, ...]) -> Path | None:
    return next((files[role, ending] for ending in endings if (role, ending) in files), None)


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        yield (
            Path(folder),
            sorted(name for name in names if not name.startswith(".") and (Path(folder) / name).is_file()),
        )


def _parts(name: str) -> tuple[str, str, str]:
    """Stem, role and ending of a file's name; the ending is empty when it is not one of ours."""
    lower = name.lower()
    endings = sorted((*CODE_ENDINGS, *TEXT_ENDINGS, *PICTURE_ENDINGS), key=len, reverse=True)
    ending = next((e for e in endings if lower.endswith(e) and len(lower) > len(e)), "")
    stem = name[: len(name) - len(ending)]
    for role in _ROLES:
        if stem.endswith(f".{role}"):
            return stem[: -len(role) - 1], role, ending
    return stem, "", ending
