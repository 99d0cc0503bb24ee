"""Long Manim sources split by their syntax tree: scenes, and what each shows; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_NAMES = 60
_TEXTS = frozenset({"Text", "Tex", "MathTex", "MarkupText", "Paragraph", "Title"})
_VERBS = frozenset({"play", "wait", "add", "remove", "bring_to_front", "move_camera", "clear"})


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of a source.

    Args:
        name: of the class.
        construct: source of its `construct`.
        objects: classes that are made in it (capitalised calls), in order, each once.
        animations: what is handed to `play`.
        texts: literals of texts and formulas.
        code: the scene with the imports and the module's definitions that it uses.
    """

    name: str
    construct: str
    objects: tuple[str, ...]
    animations: tuple[str, ...]
    texts: tuple[str, ...]
    code: str


def scenes(source: str) -> list[Scene]:
    """The scenes of a source: classes that derive, also by way of each other, from one whose name ends in `Scene`.

    Returns: in the order of the source; empty where it does not parse.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return [_scene(node, tree, source) for node in classes.values() if _is_scene(node, classes, 0) and _construct(node)]


def self_contained(source: str) -> list[str]:
    """Every scene's code by itself."""
    return [scene.code for scene in scenes(source)]


def _is_scene(node: ast.ClassDef, classes: dict[str, ast.ClassDef], depth: int) -> bool:
    if depth > 20:
        return False
    names = [_name(base) for base in node.bases]
    above = [classes[name] for name in names if name in classes and name != node.name]
    return any(name.endswith("Scene") for name in names) or any(_is_scene(c, classes, depth + 1) for c in above)


def _construct(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "construct"), None)


def _scene(node: ast.ClassDef, tree: ast.Module, source: str) -> Scene:
    construct = _construct(node)
    body = construct or node
    calls = [call for call in ast.walk(body) if isinstance(call, ast.Call)]
    played = [argument for call in calls if _name(call.func) == "play" for argument in call.args]
    animations = {_name(item.func): None for item in played if isinstance(item, ast.Call)}
    made = {_name(call.func): None for call in calls if _name(call.func)[:1].isupper()}
    objects = [name for name in made if name not in animations and name not in _VERBS]
    return Scene(
        node.name,
        ast.get_source_segment(source, body) or "",
        tuple(objects)[:_MOST_NAMES],
        tuple(animations)[:_MOST_NAMES],
        tuple(_texts(calls))[:_MOST_NAMES],
        "\n\n".join(ast.get_source_segment(source, part) or "" for part in _needed(node, tree)) + "\n",
    )


def _texts(calls: list[ast.Call]) -> Iterator[str]:
    for call in calls:
        if _name(call.func) in _TEXTS:
            literals = (a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
            yield from literals


def _needed(node: ast.ClassDef, tree: ast.Module) -> list[ast.stmt]:
    """Imports, and the definitions of the module that the class uses, directly or by way of others, in order."""
    defined = {name: part for part in tree.body for name in _defines(part)}
    wanted: set[int] = set()
    open_parts: list[ast.stmt] = [node]
    while open_parts:
        part = open_parts.pop()
        if id(part) in wanted:
            continue
        wanted.add(id(part))
        used = {item.id for item in ast.walk(part) if isinstance(item, ast.Name)}
        open_parts += [defined[name] for name in used if name in defined]
    return [part for part in tree.body if id(part) in wanted or isinstance(part, (ast.Import, ast.ImportFrom))]


def _defines(part: ast.stmt) -> list[str]:
    if isinstance(part, (ast.FunctionDef, ast.ClassDef)):
        return [part.name]
    targets = part.targets if isinstance(part, ast.Assign) else [part.target] if isinstance(part, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
