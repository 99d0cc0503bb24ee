"""The artists of a drawn figure as a tree: what each one is, and the properties that decide how it looks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure, FigureBase, SubFigure
from matplotlib.legend import Legend
from matplotlib.text import Text

from janus_reward.render.inside.artist_properties import MAX_VALUES, READERS, Read

MAX_ARTISTS = 600
_DEPTH = 8
_FAILURES = (ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError)


def artist_tree(figure: FigureBase) -> dict[str, Any]:
    """The first 600 artists of a figure in the order of its children, as `styles` and `nodes` (`docs/render-facts.md`).

    A property that the judged code's artist cannot tell is left out.
    """
    styles: dict[tuple[tuple[str, str], ...], int] = {}
    nodes: list[dict[str, Any]] = []
    for artist, role, depth in _walk(figure):
        if len(nodes) >= MAX_ARTISTS:
            break
        style = tuple(sorted(_style(artist).items()))
        node = {"tag": type(artist).__name__[:40], "depth": depth, "style": styles.setdefault(style, len(styles))}
        words = str(_asked(artist, Text.get_text) or "")[:200] if isinstance(artist, Text) else ""
        named = _name(artist, role)
        nodes.append(node | ({"name": named} if named else {}) | ({"text": words} if words else {}))
    return {"styles": [dict(style) for style in styles], "nodes": nodes}


def _walk(figure: FigureBase) -> Iterator[tuple[Artist, str, int]]:
    stack: list[tuple[Artist, str, int]] = [(figure, "", 0)]
    seen: set[int] = set()
    while stack:
        artist, role, depth = stack.pop()
        if id(artist) in seen:
            continue
        seen.add(id(artist))
        yield artist, role, depth
        inside = _parts(artist) if depth < _DEPTH else []
        stack.extend((part, name, depth + 1) for part, name in reversed(inside[:MAX_ARTISTS]))


def _parts(artist: Any) -> list[tuple[Artist, str]]:
    """What an artist is made of, each with its role; ticks are told by their axis, and empty texts not at all."""
    try:
        if isinstance(artist, Axis):
            return [(artist.label, ".label")] if artist.label.get_text() else []
        if isinstance(artist, Legend):
            texts = [(text, ".entry") for text in artist.get_texts()]
            return [(artist.get_frame(), ".frame"), (artist.get_title(), ".title"), *_handles(artist), *texts]
        roles = _roles(artist)
        inside = artist.get_children() if not isinstance(artist, Text) else []
        return [(part, roles.get(id(part), "")) for part in inside if not _is_empty(part)]
    except _FAILURES:
        return []


def _handles(legend: Legend) -> list[tuple[Artist, str]]:
    return [(handle, ".handle") for handle in legend.legend_handles if isinstance(handle, Artist)]


def _roles(artist: Any) -> dict[int, str]:
    if isinstance(artist, Axes):
        titles = (artist.title, artist._left_title, artist._right_title)  # type: ignore[attr-defined]
        axes = {id(axis): f".{name}" for name, axis in artist._axis_map.items()}
        spines = {id(spine): f".{side}" for side, spine in artist.spines.items()}
        return {**{id(title): ".title" for title in titles}, **axes, **spines, id(artist.patch): ".ground"}
    if isinstance(artist, (Figure, SubFigure)):
        return {id(artist.patch): ".ground", id(getattr(artist, "_suptitle", None)): ".title"}
    return {}


def _is_empty(artist: Any) -> bool:
    return isinstance(artist, Text) and not artist.get_text()


def _name(artist: Artist, role: str) -> str:
    gid, label = _asked(artist, Artist.get_gid), _asked(artist, Artist.get_label)
    shown = label[:60] if isinstance(label, str) and not label.startswith("_") else ""
    return f"{f'#{gid[:60]}' if isinstance(gid, str) else ''}{role}{f'({shown})' if shown else ''}"


def _style(artist: Artist) -> dict[str, str]:
    readers = {name: read for kind, own in READERS if isinstance(artist, kind) for name, read in own.items()}
    told = {name: _told(_asked(artist, read)) for name, read in readers.items()}
    return {name: value for name, value in told.items() if value}


def _asked(artist: Any, read: Read) -> Any:
    try:
        return read(artist)
    except _FAILURES:
        return None


def _told(value: Any) -> str | None:
    try:
        return _digest(value) if isinstance(value, (tuple, list, np.ndarray)) else _word(value)
    except _FAILURES:
        return None


def _word(value: Any) -> str | None:
    """One value; of what is no number or word only the type, for its text may tell an address in memory."""
    if isinstance(value, (bool, np.bool_)) or value is None:
        return None if value is None else str(bool(value))
    if isinstance(value, (int, float, np.number)):
        return f"{value:.6g}"
    return value[:80] if isinstance(value, str) else type(value).__name__[:80]


def _digest(values: Any) -> str:
    """How many values, the first five, and a checksum over the first ten thousand to six digits."""
    masked = isinstance(values, np.ma.MaskedArray)
    flat = np.ma.filled(values.astype(float), np.nan).ravel() if masked else np.asarray(values).ravel()
    words = [_word(value) or "-" for value in flat[:MAX_VALUES]]
    text = ", ".join(words)
    return text if flat.size <= 5 else f"{', '.join(words[:5])} ... n={flat.size} #{zlib.crc32(text.encode()):08x}"
