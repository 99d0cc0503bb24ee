"""Files and addresses that code reads although the triple does not bring them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from janus_reward.evidence.pycode import PythonCode, dotted
from janus_reward.evidence.view import View

_LIMIT = 50
_READERS = frozenset(
    {"loadtxt", "genfromtxt", "fromfile", "imread", "load_dataset", "load_npz", "loadmat", "ImageMobject"}
)
_READERS |= {"fetch_openml", "fetch_california_housing", "fetch_20newsgroups", "urlopen", "urlretrieve", "SVGMobject"}
_FULL = frozenset({"numpy.load", "PIL.Image.open", "pandas.ExcelFile", "joblib.load", "pickle.load", "requests.get"})
_FULL |= {"open", "io.open", "codecs.open", "gzip.open", "librosa.load", "xarray.open_dataset", "sqlite3.connect"}
_WRITERS = frozenset({"savefig", "save", "savez", "savetxt", "write_html", "write_image", "imsave", "imwrite", "mkdir"})
_IN_SCRIPT = re.compile(
    r"(?<![\w.$])(?:fetch|axios(?:\.get)?|importScripts"
    r"|d3\.(?:csv|tsv|json|xml|text|svg|image|dsv)|\$\.(?:get|getJSON|ajax))\s{0,9}\(\s{0,9}[\"'`]([^\"'`\n]{1,500})"
)
_SOURCE = re.compile(r"\.src\s{0,9}=\s{0,9}[\"'`]([^\"'`\n]{1,500})")
_IN_R = re.compile(
    r"\b(?:read\.\w{1,12}|read_\w{1,12}|readRDS|load|readLines|fread|source)\s{0,9}\(\s{0,9}[\"']([^\"'\n]{1,500})"
)
_IN_SPECIFICATION = re.compile(r"\"url\"\s{0,9}:\s{0,9}\"(?!data:)([^\"\n]{1,500})\"")
_CODE_TAGS = frozenset({"script", "link"})
_HERE = ("data:", "blob:", "#", "about:", "javascript:", "${")


def missing_data(view: View) -> tuple[str, ...]:
    """Names of what is read and not there, in order without repeats, at most fifty; libraries do not count."""
    if view.code is None or view.capped:
        return ()
    return tuple(dict.fromkeys(name[:120] for name in _named(view)))[:_LIMIT]


def _named(view: View) -> Iterator[str]:
    if view.python:
        yield from in_python(view.python)
    elif view.language == "r":
        yield from (name for name in _IN_R.findall(view.lexis.stripped))
    elif view.language in ("vega-lite", "vega"):
        yield from _IN_SPECIFICATION.findall(view.lexis.stripped)
    elif view.markup or view.javascript is not None:
        yield from _in_page(view)


def _in_page(view: View) -> Iterator[str]:
    addresses = view.markup.notes.addresses if view.markup else []
    yield from (address for tag, address in addresses if _is_missing(tag, address))
    bare = view.lexis.stripped if view.javascript is not None else ""
    for pattern in (_IN_SCRIPT, _SOURCE):
        yield from (address for address in pattern.findall(bare) if not address.startswith(_HERE))


def _is_missing(tag: str, address: str) -> bool:
    """A library from a network address may be served from a local copy; a file next to the page never is."""
    if address.startswith(_HERE):
        return False
    return tag not in _CODE_TAGS or not address.startswith(("http:", "https:", "//"))


def in_python(code: PythonCode) -> Iterator[str]:
    """Literal names that the script reads and does not write itself."""
    named = _constants(code)
    written = {_text(call, named) for name, call in code.calls if _writes(name.rpartition(".")[2], call)}
    for name, call in code.calls:
        last = name.rpartition(".")[2]
        target = _text(call, named)
        if target is not None and target not in written and _reads(name, last) and not _writes(last, call):
            yield target


def _constants(code: PythonCode) -> dict[str, str]:
    """Names that stand for one text."""
    return {
        node.targets[0].id: node.value.value
        for node in code.nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _reads(name: str, last: str) -> bool:
    return name in _FULL or last in _READERS or (last.startswith("read_") and last != "read_sql")


def _writes(last: str, call: ast.Call) -> bool:
    if last in _WRITERS or last.startswith("to_"):
        return True
    modes = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return last == "open" and any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax")
        for mode in modes
    )


def _text(call: ast.Call, named: dict[str, str]) -> str | None:
    if not call.args:
        return None
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    if isinstance(first, ast.Name):
        return named.get(first.id)
    if isinstance(first, ast.Call) and dotted(first.func).rpartition(".")[2] == "Path":
        return _text(first, named)
    return None
