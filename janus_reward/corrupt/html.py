"""Damage to the structure, content and behaviour of web pages."""

from __future__ import annotations

import re

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.corrupt.markup_source import Element, MarkupSource
from janus_reward.corrupt.splice import Edit, spliced
from janus_reward.corrupt.wording import lorem, misspelt

HTML = ("html",)
_BLOCKS = (
    "section",
    "article",
    "header",
    "footer",
    "nav",
    "main",
    "aside",
    "form",
    "div",
    "table",
    "ul",
    "ol",
    "figure",
    "p",
)
_HANDLER = re.compile(
    r"\bon(?:click|input|change|submit|keydown|keyup|mousemove|pointerdown)\s*=\s*(\"[^\"]*\"|'[^']*')"
)
_LISTENER = re.compile(
    r"addEventListener\(\s*(['\"])(click|input|change|submit|keydown|mousemove|mousedown|pointerdown)\1"
)


def page(case: Case) -> MarkupSource:
    """The parsed page."""
    return MarkupSource.read(case.code)


def sections(source: MarkupSource) -> list[Element]:
    """The blocks that make up the page: the children of the deepest element that holds nearly all words."""
    body = source.first("body")
    if body is None:
        return []
    element, total = body, max(1, len(source.words(body)))
    for _ in range(12):
        inner = next((child for child in element.children if len(source.words(child)) > 0.85 * total), None)
        if inner is None:
            break
        element = inner
    return [child for child in element.children if child.tag in _BLOCKS and child.length > 20]


@corruption("html.drop_section", 3, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=HTML)
def drop_section(case: Case) -> str | None:
    """A whole section with at least a sixth of the page's words is missing."""
    source = page(case)
    parts = sections(source)
    total = sum(len(source.words(part)) for part in parts)
    part = case.pick([part for part in parts if len(source.words(part)) * 6 > total]) if len(parts) > 1 else None
    return spliced(case.code, [source.cut(part)]) if part else None


@corruption("html.hide_section", 2, lowers=(COMPLETION, PRESERVATION), keeps=(), languages=HTML)
def hide_section(case: Case) -> str | None:
    """A section is there but hidden."""
    source = page(case)
    parts = [part for part in sections(source) if source.words(part)]
    part = case.pick(parts) if len(parts) > 1 else None
    return spliced(case.code, [source.style(part, "display: none")]) if part else None


@corruption(
    "html.shuffle_sections",
    2,
    lowers=(COMPLETION, VISUAL, PRESERVATION),
    keeps=(RELEVANCE, QUALITY),
    languages=HTML,
    holdout=True,
)
def shuffle_sections(case: Case) -> str | None:
    """The sections stand in reverse order: the footer first, the header last."""
    source = page(case)
    parts = sections(source)
    if len(parts) < 3:
        return None
    texts = [source.text(part) for part in reversed(parts)]
    return spliced(case.code, [Edit(part.start, part.end, text) for part, text in zip(parts, texts, strict=True)])


@corruption("html.lorem_ipsum", 3, lowers=(RELEVANCE, COMPLETION, PRESERVATION), keeps=(), languages=HTML)
def lorem_ipsum(case: Case) -> str | None:
    """All longer texts are filler Latin."""
    texts = [found for found in page(case).texts() if len(found[2].strip()) > 12 and _in_body(found[3])]
    edits = [Edit(start, end, lorem(len(text.strip()), case.random)) for start, end, text, _ in texts]
    return spliced(case.code, edits) if len(edits) > 1 else None


@corruption(
    "html.misspelt_headings", 1, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=HTML
)
def misspelt_headings(case: Case) -> str | None:
    """Letters in the headings and buttons are out of order."""
    tags = {"h1", "h2", "h3", "button", "label", "th"}
    texts = [found for found in page(case).texts() if found[3] is not None and found[3].tag in tags]
    edits = [Edit(start, end, wrong) for start, end, text, _ in texts if (wrong := misspelt(text, case.random))]
    return spliced(case.code, edits[:6]) if edits else None


@corruption("html.drop_heading", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=HTML)
def drop_heading(case: Case) -> str | None:
    """The largest heading is missing."""
    source = page(case)
    heads = source.all("h1") or source.all("h2")
    return spliced(case.code, [source.cut(heads[0])]) if heads else None


@corruption("html.drop_widget", 3, lowers=(COMPLETION, PRESERVATION), keeps=(), languages=HTML)
def drop_widget(case: Case) -> str | None:
    """A button, a field, a slider or a canvas is missing."""
    source = page(case)
    widgets = source.all("button", "input", "select", "textarea", "canvas")
    widget = case.pick([item for item in widgets if item.attributes.get("type") != "hidden"])
    return spliced(case.code, [source.cut(widget)]) if widget else None


@corruption("html.broken_image", 2, lowers=(VISUAL, COMPLETION, PRESERVATION), keeps=(RELEVANCE,), languages=HTML)
def broken_image(case: Case) -> str | None:
    """The pictures of the page cannot be found."""
    source = page(case)
    shown = [image for image in source.all("img") if image.attributes.get("src", "").startswith("data:")]
    edits = [source.set(image, "src", f"missing-{number}.png") for number, image in enumerate(shown)]
    return spliced(case.code, edits) if edits else None


@corruption("html.no_stylesheet", 3, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=HTML, holdout=True)
def no_stylesheet(case: Case) -> str | None:
    """The page's style sheets are missing."""
    source = page(case)
    edits = [source.cut(element) for element in source.all("style") if element.length > 40]
    return spliced(case.code, edits) if edits else None


@corruption("html.overflow", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=HTML, holdout=True)
def overflow(case: Case) -> str | None:
    """A section is far wider than the window and runs out of it."""
    source = page(case)
    part = case.pick([part for part in sections(source) if source.words(part)])
    return spliced(case.code, [source.style(part, "width: 2600px; white-space: nowrap")]) if part else None


@corruption("html.overlap", 3, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=HTML)
def overlap(case: Case) -> str | None:
    """A section is pushed up over the one before it."""
    source = page(case)
    parts = [part for part in sections(source)[1:] if source.words(part)]
    part = case.pick(parts)
    return (
        spliced(case.code, [source.style(part, "position: relative; top: -90px; margin-bottom: -90px")])
        if part
        else None
    )


@corruption("html.crammed", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=HTML, holdout=True)
def crammed(case: Case) -> str | None:
    """All text is squeezed into a column of 160 pixels."""
    source = page(case)
    body = source.first("body")
    return spliced(case.code, [source.style(body, "width: 160px; min-width: 0; overflow-x: hidden")]) if body else None


@corruption(
    "html.dead_handler",
    2,
    lowers=(COMPLETION, QUALITY),
    keeps=(RELEVANCE,),
    languages=HTML,
    shows="either",
    breaks=True,
    holdout=True,
)
def dead_handler(case: Case) -> str | None:
    """Controls listen to an event that never comes."""
    if not _interactive(case) or not _LISTENER.search(case.code):
        return None
    return _LISTENER.sub(lambda found: found.group().replace(found.group(2), f"{found.group(2)}ed"), case.code)


@corruption(
    "html.drop_handler", 2, lowers=(COMPLETION,), keeps=(RELEVANCE,), languages=HTML, shows="either", breaks=True
)
def drop_handler(case: Case) -> str | None:
    """Controls have lost their handlers and do nothing."""
    without = _HANDLER.sub("", case.code)
    return without if _interactive(case) and without != case.code else None


@corruption(
    "html.broken_handler",
    2,
    lowers=(COMPLETION, QUALITY),
    keeps=(RELEVANCE,),
    languages=HTML,
    shows="either",
    breaks=True,
)
def broken_handler(case: Case) -> str | None:
    """A function that the page's controls call is defined under another name."""
    names = [
        name
        for name in re.findall(r"\bfunction\s+([A-Za-z_]\w*)\s*\(", case.code)
        if len(re.findall(rf"\b{name}\b", case.code)) > 1
    ]
    name = case.pick(sorted(set(names))) if _interactive(case) else None
    return re.sub(rf"\bfunction\s+{name}\b", f"function {name}Old", case.code) if name else None


@corruption("html.script_dies", 3, lowers=(COMPLETION, QUALITY), keeps=(), languages=HTML, breaks=True)
def script_dies(case: Case) -> str | None:
    """The script of the page calls what does not exist, and stops there."""
    source = page(case)
    inline = [item for item in source.all("script") if item.length > 80 and "src" not in item.attributes]
    inline = [item for item in inline if "json" not in item.attributes.get("type", "")]
    edits = [Edit(item.open_end, item.open_end, "\nsetupWidgets();\n") for item in inline]
    return spliced(case.code, edits) if edits else None


@corruption("html.drop_script", 3, lowers=(COMPLETION,), keeps=(), languages=HTML, breaks=True)
def drop_script(case: Case) -> str | None:
    """The page has no script any more: nothing is drawn, nothing reacts."""
    source = page(case)
    edits = [source.cut(item) for item in source.all("script") if item.length > 80]
    return spliced(case.code, edits) if edits else None


@corruption("html.padding_text", 1, lowers=(RELEVANCE, VISUAL, PRESERVATION), keeps=(), languages=HTML)
def padding_text(case: Case) -> str | None:
    """Paragraphs that nobody asked for stand before the end of the page."""
    at = case.code.lower().rfind("</body>")
    filler = "".join(f"<p>{lorem(240, case.random)}.</p>\n" for _ in range(5))
    return spliced(case.code, [Edit(at, at, filler)]) if at >= 0 else None


def _interactive(case: Case) -> bool:
    """Whether the page is held to what it does, and not only to how it looks."""
    return case.triple.task != "reproduce"


def _in_body(element: Element | None) -> bool:
    return (
        element is not None
        and element.tag not in ("title", "script", "style", "option")
        and any(above.tag == "body" for above in (element, *element.above()))
    )
