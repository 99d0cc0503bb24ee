"""Change one CSS property on a real page: is it found and named, and does an identical page raise an alarm.

    python reports/css_changes.py DATA [--pages N] [--write reports/css_changes.md]

DATA holds `design2code/triples.jsonl` (or any source of pages whose rows have HTML). Two ways to change one property.
`own`: one declaration of the page's own style sheets gets another value, whatever it sets; `added`: one class
or id that the page uses gets a rule with one property from a list. Both versions are rendered. A change that moves no
pixel is left out and counted. Found: the element trees differ. Named: among the first forty changes, which the notes
list, is that property at an element which the rule's selector means.
"""

from __future__ import annotations

import argparse
import platform
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from janus_reward.agreement.statistics import wilson
from janus_reward.corrupt.colours import other_hue
from janus_reward.corrupt.css_source import declarations
from janus_reward.corrupt.markup_source import MarkupSource
from janus_reward.corrupt.splice import scaled_numbers
from janus_reward.dataset import open_source
from janus_reward.evidence.node import Node, read_tree
from janus_reward.evidence.perceptual import multi_scale_ssim
from janus_reward.evidence.raster import decode
from janus_reward.evidence.tree_change import Change, compared
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderFarm
from janus_reward.render.store import RenderStore
from janus_reward.sample import Sample
from janus_reward.triple import Triple

LISTED = 40
ADDED: tuple[tuple[str, str], ...] = (
    ("color", "rgb(170, 30, 90)"),
    ("background-color", "rgb(200, 225, 180)"),
    ("background-image", "linear-gradient(rgb(90, 120, 200), rgb(220, 220, 250))"),
    ("margin-top", "19px"),
    ("margin-left", "23px"),
    ("padding-left", "21px"),
    ("font-size", "21px"),
    ("font-weight", "800"),
    ("line-height", "31px"),
    ("letter-spacing", "1.5px"),
    ("text-align", "right"),
    ("text-transform", "uppercase"),
    ("border-top-left-radius", "17px"),
    ("border-left-style", "dashed"),
    ("opacity", "0.72"),
    ("box-shadow", "rgb(0, 0, 0) 3px 3px 4px 0px"),
    ("display", "none"),
)
"""Property and the value it is given."""

WORDS: dict[str, tuple[str, ...]] = {
    "text-align": ("right", "center"),
    "display": ("block", "inline"),
    "float": ("right", "none"),
    "font-weight": ("400", "800"),
    "font-style": ("italic", "normal"),
    "font-family": ("'Courier New', monospace", "serif"),
    "position": ("static", "relative"),
    "text-decoration": ("line-through", "none"),
    "text-transform": ("uppercase", "none"),
    "flex-direction": ("column", "row"),
    "justify-content": ("center", "flex-end"),
    "align-items": ("flex-start", "flex-end"),
    "vertical-align": ("top", "bottom"),
    "white-space": ("nowrap", "normal"),
    "visibility": ("hidden", "visible"),
    "overflow": ("hidden", "visible"),
    "border-style": ("dashed", "solid"),
    "background-repeat": ("repeat", "no-repeat"),
    "list-style": ("square", "none"),
    "list-style-type": ("square", "none"),
    "box-sizing": ("content-box", "border-box"),
}
"""Other values of properties that take words."""

LONG = {
    "border-radius": r"border-\w+-\w+-radius",
    "border-color": r"border-\w+-color",
    "border-style": r"border-\w+-style",
    "border-width": r"border-\w+-width",
    "font": r"font-.+|line-height",
    "white-space": r"white-space.*|text-wrap.*",
    "gap": r"row-gap|column-gap",
    "grid-gap": r"row-gap|column-gap",
    "inset": r"top|right|bottom|left",
}
"""Properties that stand for others which do not begin with their name."""

_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,6}\b|rgba?\([^)]{5,40}\)|\b(?:red|green|blue|orange|purple|teal|navy|white|black)\b"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One change of one property, and what was seen of it. `exact`: nothing but this property was listed."""

    way: str
    prop: str
    pixels: int
    ssim: float | None
    found: bool
    named: bool
    exact: bool


def main() -> None:
    """Try every page and print (or write) the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--own", type=int, default=4)
    parser.add_argument("--added", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    source = open_source(str(arguments.data / "design2code" / "triples.jsonl"))
    pages = [triple for triple in source if triple.code][: arguments.pages]
    with tempfile.TemporaryDirectory() as folder:
        farm = RenderFarm(RenderStore(Path(folder)), RenderSettings(), "always")
        try:
            trials, identical = run(farm, pages, arguments)
        finally:
            farm.close()
    text = report(trials, identical, len(pages), arguments.seed)
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")


def run(
    farm: RenderFarm, pages: Sequence[Triple], arguments: argparse.Namespace
) -> tuple[list[Trial], list[tuple[bool, int]]]:
    """Trials, and for each page whether its second rendering differs in the tree, and in how many pixels."""
    trials, identical = [], []
    for page in pages:
        chance = random.Random(f"{arguments.seed} {page.id}")
        good = farm.sample(page)
        tree = read_tree(good.render.facts) or []
        again = farm.sample(_with(page, (page.code or "") + "\n"))
        identical.append((bool(compared(tree, read_tree(again.render.facts) or []).changes), pixels(good, again)))
        for way, code, selector, prop in (
            *own_changes(page, chance, arguments.own),
            *added_rules(page, tree, chance, arguments.added),
        ):
            trials.append(_tried(good, farm.sample(_with(page, code)), tree, way, selector, prop))
    return trials, identical


def own_changes(page: Triple, chance: random.Random, count: int) -> Iterator[tuple[str, str, str, str]]:
    """Pages with one declaration changed: way, code, selector and property; properties take turns."""
    code = page.code or ""
    by_name = defaultdict(list)
    for item in declarations(MarkupSource.read(code)):
        if not item.name.startswith("-") and "var(" not in item.value and (new := other_value(item.name, item.value)):
            by_name[item.name].append((item, new))
    for name in chance.sample(sorted(by_name), min(count, len(by_name))):
        item, new = chance.choice(by_name[name])
        yield "own", code[: item.start] + new + code[item.end :], item.selector, name


def other_value(name: str, value: str) -> str | None:
    """Another value of the same kind; `None` where none is known."""
    mark = " !important" if "!important" in value else ""
    bare = value.replace("!important", "").strip()
    if name in WORDS:
        return next(word for word in WORDS[name] if word != bare.lower()) + mark
    if (found := _COLOUR.search(value)) and (shade := other_hue(found.group())):
        return value.replace(found.group(), shade, 1)
    scaled = scaled_numbers(value, 1.7) if re.search(r"[1-9]", value) and "url(" not in value else None
    return scaled if scaled != value else None


def added_rules(
    page: Triple, tree: Sequence[Node], chance: random.Random, count: int
) -> Iterator[tuple[str, str, str, str]]:
    """Pages with one rule more, for a class or id in use: way, code, selector and property."""
    names = sorted({part for node in tree for part in _selectors(node)})
    code = page.code or ""
    at = max(0, code.lower().rfind("</head>"))
    for selector in chance.sample(names, min(count, len(names))):
        prop, value = chance.choice(ADDED)
        rule = f"<style>{selector} {{ {prop}: {value} !important }}</style>"
        yield "added", code[:at] + rule + code[at:], selector, prop


def _selectors(node: Node) -> list[str]:
    marked = node.name.replace(".", " .").replace("#", " #").split()
    return [part for part in marked if part[1:].replace("-", "").replace("_", "").isalnum() and not part[1].isdigit()]


def _tried(good: Sample, changed: Sample, tree: Sequence[Node], way: str, selector: str, prop: str) -> Trial:
    changes = compared(tree, read_tree(changed.render.facts) or []).changes
    fitting = [change for change in changes if _is(prop, change)]
    named = any(_is(prop, change) and _meant(selector, change.element) for change in changes[:LISTED])
    exact = len(fitting) == len(changes)
    return Trial(way, prop, pixels(good, changed), _similarity(good, changed), bool(changes), named, exact)


def _is(prop: str, change: Change) -> bool:
    name = change.property.rpartition(" ")[2]
    return name == prop or name.startswith(f"{prop}-") or bool(re.fullmatch(LONG.get(prop, prop), name))


def _meant(selectors: str, element: str) -> bool:
    """Whether the last part of one of the selectors fits the element's tag, id and classes."""
    parts = set(re.findall(r"[.#]?[^.#]+", element))
    for selector in selectors.split(","):
        last = re.split(r"[\s>+~]+", selector.strip())[-1]
        wanted = set(re.findall(r"[.#]?[\w-]+", re.sub(r":.*|\[.*", "", last)))
        if {part if part[0] in ".#" else part.lower() for part in wanted} <= parts or last == "*":
            return True
    return False


def _with(page: Triple, code: str) -> Triple:
    return Triple(page.row, page.id, page.instruction, code, "html", "webui", "generate")


def pixels(one: Sample, other: Sample) -> int:
    """How many pixels of the first stills differ; all of them where the sizes do."""
    a, b = (decode(sample.stills[0]) if sample.stills else None for sample in (one, other))
    if a is None or b is None:
        return 0
    if a.pixels.shape != b.pixels.shape:
        return a.pixels.shape[0] * a.pixels.shape[1]
    return int((a.pixels != b.pixels).any(axis=-1).sum())


def _similarity(one: Sample, other: Sample) -> float | None:
    a, b = (decode(sample.stills[0]) if sample.stills else None for sample in (one, other))
    return None if a is None or b is None else multi_scale_ssim(a, b)


def report(trials: Sequence[Trial], identical: Sequence[tuple[bool, int]], pages: int, seed: int) -> str:
    """The report as Markdown."""
    own, added = ([trial for trial in trials if trial.way == way] for way in ("own", "added"))
    lines = [
        "# One CSS property changed on a real page",
        "",
        f"`python reports/css_changes.py DATA --write reports/css_changes.md`, Python {platform.python_version()}, "
        f"seed {seed}, {pages} pages of design2code. The first column changes a declaration of the page's own style "
        "sheets, whatever it sets; the second adds a rule from a list of properties. Changes that moved no pixel are "
        f"left out: {sum(not t.pixels for t in own)} of {len(own)} and {sum(not t.pixels for t in added)} of "
        f"{len(added)}. Named: the property is among the forty changes in the notes, at an element that the rule "
        "means.",
        "",
        "| what | own declaration: share [95 %], n | added rule |",
        "| --- | --- | --- |",
        *_rows([trial for trial in own if trial.pixels], [trial for trial in added if trial.pixels]),
        "",
        "| the same page rendered again | share [95 %], n |",
        "| --- | --- |",
        f"| false alarms by the element tree | {share([alarm for alarm, _ in identical])} |",
        f"| baseline: false alarms by pixels | {share([count > 0 for _, count in identical])} |",
        "",
        "| property, own declaration | found | named | n |",
        "| --- | --- | --- | --- |",
        *by_property([trial for trial in own if trial.pixels]),
    ]
    return "\n".join(lines) + "\n"


def _rows(own: Sequence[Trial], added: Sequence[Trial]) -> Iterator[str]:
    for what, name in (
        ("change found", "found"),
        ("found and named", "named"),
        ("nothing but that property listed", "exact"),
    ):
        yield f"| {what} | {' | '.join(share([getattr(t, name) for t in part]) for part in (own, added))} |"
    ssim = [share([t.ssim < 0.99 for t in part if t.ssim is not None]) for part in (own, added)]
    yield f"| baseline: multi-scale SSIM below 0.99 (names nothing) | {' | '.join(ssim)} |"
    yield "| baseline: some pixel differs (by definition; names nothing) | 100% | 100% |"


def by_property(trials: Sequence[Trial]) -> Iterator[str]:
    """Rows of a table: each property with its shares."""
    found = defaultdict(list)
    for trial in trials:
        found[trial.prop].append(trial)
    for prop, own in sorted(found.items()):
        shares = (sum(trial.found for trial in own) / len(own), sum(trial.named for trial in own) / len(own))
        yield f"| {prop} | {shares[0]:.0%} | {shares[1]:.0%} | {len(own)} |"


def share(values: Sequence[bool]) -> str:
    """A share with its Wilson interval and count."""
    found = wilson(sum(values), len(values))
    return "-" if found.value is None else f"{found.value:.1%} [{found.low:.1%}, {found.high:.1%}], n={found.n}"


if __name__ == "__main__":
    main()
