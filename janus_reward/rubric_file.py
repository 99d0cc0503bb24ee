"""Rubric files: YAML with `extends`, checked against the schema, every error with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from janus_reward.errors import InputError, RubricError
from janus_reward.evidence import SIGNALS
from janus_reward.rubric import TOTAL, Rubric
from janus_reward.triple import DOMAINS, TASKS

Place = tuple[str | int, ...]
"""Keys from the top of a document down to a value."""

_MAX_BYTES = 256 * 1024
_MAX_VALUES = 20_000
_MAX_DEPTH = 16
_MERGED: frozenset[Place] = frozenset({("criteria",), ("criteria", "*"), ("criteria", "*", "checks"), ("gates",)})
"""Mappings that a file adds to its parent's; everything else it says replaces what the parent said."""


@dataclass(slots=True)
class Document:
    """A YAML mapping with the line of every value. `lines` maps a place to (file name, line from 1)."""

    name: str
    content: dict[Any, Any]
    lines: dict[Place, tuple[str, int]] = field(default_factory=dict)

    def error(self, place: Place, message: str, hint: str | None = None) -> RubricError:
        """An error at the closest place whose line is known."""
        while place and place not in self.lines:
            place = place[:-1]
        file, line = self.lines.get(place, (self.name, 1))
        where = ".".join(str(key) for key in place)
        return RubricError(f"{file}:{line}: {where + ': ' if where else ''}{message}", hint=hint)


def load_rubrics(folder: Path | None = None) -> dict[str, Rubric]:
    """Rubrics by name: those of a folder first, then the built-in ones whose names are not taken.

    Raises:
        InputError: the folder cannot be read or holds no rubric.
        RubricError: a file is wrong.
    """
    built_in = _documents(_built_in())
    shipped = _rubrics(built_in, (built_in,))
    if folder is None:
        return shipped
    own = _documents(folder)
    read = _rubrics(own, (own, built_in))
    return read | {name: rubric for name, rubric in shipped.items() if name not in read}


def read_document(path: Path) -> Document:
    """A YAML file whose top is a mapping. Raises InputError when unreadable, RubricError when it is not such a file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path.name}: cannot be read ({error.strerror})", hint="Check the path and its permissions."
        ) from None
    if len(data) > _MAX_BYTES:
        raise RubricError(f"{path.name}:1: larger than {_MAX_BYTES // 1024} KiB", hint="A rubric fits on a few pages.")
    try:
        node = yaml.compose(data.decode("utf-8"), Loader=yaml.SafeLoader)
        document = Document(path.name, {})
        content = _value(node, (), document) if node is not None else None
    except UnicodeDecodeError as error:
        raise RubricError(f"{path.name}:1: not UTF-8 ({error.reason})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RubricError(f"{path.name}:{line}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise RubricError(f"{path.name}:1: not YAML: {error}") from None
    if not isinstance(content, dict):
        raise RubricError(f"{path.name}:1: the file is no mapping", hint="Start from one of the files in rubrics/.")
    document.content = content
    return document


def describe(error: ValidationError, document: Document) -> RubricError:
    """The first finding of a schema check as an error with file and line; of unknown keys all are named."""
    findings = error.errors(include_url=False)
    unknown = [".".join(map(str, found["loc"])) for found in findings if found["type"] == "extra_forbidden"]
    finding = min(findings, key=lambda found: found["type"] != "extra_forbidden")
    place = tuple(finding["loc"])
    message = finding["msg"].removeprefix("Value error, ")
    if finding["type"] == "extra_forbidden":
        more = f"; unknown too: {', '.join(unknown[1:])}" if unknown[1:] else ""
        message = f"unknown key {place[-1]!r}{more}"
    elif finding["type"] == "missing":
        message = f"{place[-1]!r} is missing"
    return document.error(place, message)


def _built_in() -> Path:
    shipped = Path(str(files("janus_reward"))) / "rubrics"
    return shipped if shipped.is_dir() else Path(str(files("janus_reward"))).parent / "rubrics"


def _documents(folder: Path) -> dict[str, Document]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of rubrics", hint="Give a folder that holds *.yaml files.")
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    if not paths:
        raise InputError(f"{folder}: holds no *.yaml file", hint="See docs/rubrics.md for how to write a rubric.")
    return {path.stem: read_document(path) for path in paths}


def _value(node: yaml.Node, place: Place, document: Document) -> Any:
    document.lines[place] = (document.name, node.start_mark.line + 1)
    if len(document.lines) > _MAX_VALUES or len(place) > _MAX_DEPTH:
        raise document.error(place, "too many values, or nested too deep", "Aliases count each time they are used.")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, index), document) for index, item in enumerate(node.value)]
    return yaml.SafeLoader("").construct_object(node)


def _mapping(node: yaml.MappingNode, place: Place, document: Document) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.endswith(":merge"):
            raise RubricError(f"{document.name}:{line}: keys are plain words", hint="Use `extends` to share content.")
        key = yaml.SafeLoader("").construct_object(key_node)
        if key in found:
            raise RubricError(f"{document.name}:{line}: {key!r} is there twice", hint="Delete one of the two.")
        found[key] = _value(value_node, (*place, key), document)
        document.lines[(*place, key)] = (document.name, line)
    return found


def _rubrics(layer: Mapping[str, Document], layers: Sequence[Mapping[str, Document]]) -> dict[str, Rubric]:
    """The rubrics of one folder; two for the same domain and task would leave the choice to their names."""
    rubrics = {name: _rubric(document, layers) for name, document in layer.items()}
    taken: dict[tuple[str, str], str] = {}
    for name, rubric in rubrics.items():
        for domain in rubric.domains or ("any",):
            other = taken.setdefault((domain, rubric.task), name)
            if other != name:
                raise layer[name].error(("domains",), f"{other} is already the rubric for {domain} {rubric.task}")
    return rubrics


def _rubric(document: Document, layers: Sequence[Mapping[str, Document]]) -> Rubric:
    merged = Document(document.name, {})
    for ancestor in _lineage(document, layers, ()):
        merged.content = _merge(merged.content, ancestor.content, ())
        merged.lines |= ancestor.lines
    content = {key: value for key, value in merged.content.items() if key != "extends"}
    _known(merged, content)
    content["name"] = Path(document.name).stem
    for name, criterion in content["criteria"].items():
        if isinstance(criterion, dict):
            content["criteria"] = {**content["criteria"], name: {**criterion, "name": name}}
    try:
        return Rubric.model_validate(content, context={"signals": SIGNALS})
    except ValidationError as error:
        raise describe(error, merged) from None


def _known(document: Document, content: dict[Any, Any]) -> None:
    """What the schema cannot know: the closed lists of domains and tasks."""
    domains = content.get("domains")
    if not isinstance(domains, list):
        raise document.error(("domains",), "must be a list of domains, [] for any")
    for unknown in [domain for domain in domains if domain not in DOMAINS]:
        raise document.error(("domains",), f"unknown domain {unknown!r}; known: {', '.join(DOMAINS)}")
    if content.get("task") not in TASKS:
        raise document.error(("task",), f"unknown task {content.get('task')!r}; known: {', '.join(TASKS)}")
    if not isinstance(content.get("criteria"), dict):
        raise document.error(("criteria",), "must map the name of each criterion to its content")
    for place, name in _caps(content.get("gates")):
        if name != TOTAL and name not in content["criteria"]:
            raise document.error(place, f"a cap on {name!r}, which is no criterion of this rubric")


def _caps(gates: object) -> Iterator[tuple[Place, str]]:
    """Where each cap stands, and what it caps."""
    for id_, gate in gates.items() if isinstance(gates, dict) else ():
        caps = gate.get("cap") if isinstance(gate, dict) else None
        for name in caps if isinstance(caps, dict) else ():
            yield ("gates", id_, "cap", name), name


def _lineage(
    document: Document, layers: Sequence[Mapping[str, Document]], heirs: tuple[Document, ...]
) -> list[Document]:
    """The documents a file is built from, each once, the most general first and the file itself last."""
    named = document.content.get("extends")
    names = named if isinstance(named, list) else [named] if named is not None else []
    found: list[Document] = []
    for name in names:
        parent = _parent(document, name, layers, (*heirs, document))
        lineage = _lineage(parent, layers, (*heirs, document))
        found += [ancestor for ancestor in lineage if all(ancestor is not other for other in found)]
    return [*found, document]


def _parent(
    document: Document, name: object, layers: Sequence[Mapping[str, Document]], heirs: tuple[Document, ...]
) -> Document:
    found = [layer[str(name)] for layer in layers if str(name) in layer]
    if not found:
        known = sorted({known for layer in layers for known in layer})
        raise document.error(("extends",), f"no rubric {name!r}", f"There are: {', '.join(known)}.")
    # A file may extend the built-in one of its own name: the first parent that is not on the way already.
    for parent in found:
        if all(parent is not heir for heir in heirs):
            return parent
    raise document.error(("extends",), f"{name!r} extends this file in turn")


def _merge(base: dict[Any, Any], own: dict[Any, Any], place: Place) -> dict[Any, Any]:
    """The parent's mapping with a file's own values over it; a value of null takes the parent's away."""
    merged = dict(base)
    for key, value in own.items():
        here = (*place, key)
        if value is None:
            merged.pop(key, None)
        elif _pattern(here) in _MERGED and isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value, here)
        else:
            merged[key] = value
    return merged


def _pattern(place: Place) -> Place:
    return ("criteria", "*", *place[2:]) if place[:1] == ("criteria",) and len(place) > 1 else place
