"""Signals of the family `code` about markup and style sheets: what a validator or an accessibility check would name."""

from __future__ import annotations

import re
from collections import Counter
from math import inf

from janus_reward.evidence import deprecated, stylesheet
from janus_reward.evidence.markup import Markup
from janus_reward.evidence.script_lint import script_source
from janus_reward.evidence.signal import signal
from janus_reward.evidence.stylesheet import Rule
from janus_reward.evidence.view import View

_BASICS = ("doctype", "lang", "charset", "viewport", "title")
_WORD = re.compile(r"[A-Za-z_][\w-]{0,99}")
_IMPORTANT = re.compile(r"!\s{0,9}important\b", re.IGNORECASE)


def _page(view: View) -> Markup | None:
    return view.markup if view.language == "html" and not view.capped else None


def style_rules(view: View) -> tuple[Rule, ...]:
    """The rules of the page's own style sheets."""
    return stylesheet.rules("\n".join(view.markup.notes.styles)) if view.markup else ()


@signal("code.page_basics_missing", unit="count", high=5)
def page_basics_missing(view: View) -> float | None:
    """How many of these a page lacks: doctype, language, character set, viewport, title; none for a fragment."""
    page = _page(view)
    if not page or not {"html", "head", "body"} & set(page.elements):
        return None
    return sum(name not in page.notes.basics for name in _BASICS)


@signal("code.unclosed_tags", unit="count", high=inf)
def unclosed_tags(view: View) -> float | None:
    """Number of tags that are opened and not closed, or closed and not opened (HTML)."""
    page = _page(view)
    return len(page.unclosed) + page.stray if page else None


@signal("code.duplicate_ids", unit="count", high=inf)
def duplicate_ids(view: View) -> float | None:
    """Number of ids that a page gives more than once."""
    page = _page(view)
    return sum(count > 1 for count in Counter(page.notes.ids).values()) if page else None


@signal("code.deprecated_markup", unit="count", high=inf)
def deprecated_markup(view: View) -> float | None:
    """Number of obsolete elements and attributes (HTML Living Standard, section 16.2)."""
    page = _page(view)
    return deprecated.in_markup(page.elements, page.notes.attributes) if page else None


@signal("code.images_without_alt")
def images_without_alt(view: View) -> float | None:
    """Share of a page's pictures that have no `alt`; none without pictures."""
    page = _page(view)
    total = page.elements.get("img", 0) if page else 0
    return page.notes.without_alt / total if page and total else None


@signal("code.unlabelled_fields", unit="count", high=inf)
def unlabelled_fields(view: View) -> float | None:
    """Number of form fields that no label and no ARIA name belongs to; none without fields."""
    page = _page(view)
    if not page or not any(page.elements.get(tag) for tag in ("input", "select", "textarea")):
        return None
    return page.notes.unlabelled


@signal("code.inline_style_share")
def inline_style_share(view: View) -> float | None:
    """Share of the elements of a page's body that carry a `style` attribute."""
    page = _page(view)
    return page.notes.styled / page.notes.styleable if page and page.notes.styleable else None


@signal("code.inline_handlers", unit="count", high=inf)
def inline_handlers(view: View) -> float | None:
    """Number of handlers written into tags (`onclick`)."""
    page = _page(view)
    return page.notes.handlers if page else None


@signal("code.important_marks", unit="count", high=inf)
def important_marks(view: View) -> float | None:
    """Number of `!important` in a page's style sheets."""
    if not _page(view):
        return None
    return sum(len(_IMPORTANT.findall(rule.body)) for rule in view.once(style_rules))


@signal("code.css_unused_share")
def css_unused_share(view: View) -> float | None:
    """Share of the style rules that can match nothing: their tag, id or class is neither in the page nor its script."""
    page = _page(view)
    found = view.once(style_rules) if page else ()
    if not page or not found:
        return None
    words = frozenset(_WORD.findall(view.once(script_source) or ""))
    tags = frozenset(page.elements) | frozenset(word.lower() for word in words) | {"html", "head", "body"}
    ids, classes = frozenset(page.notes.ids) | words, frozenset(page.notes.classes) | words
    return stylesheet.unmatched(found, tags, ids, classes) / len(found)


@signal("code.css_duplicate_rules", unit="count", high=inf)
def css_duplicate_rules(view: View) -> float | None:
    """Number of style rules that repeat an earlier one word for word."""
    return stylesheet.duplicates(view.once(style_rules)) if _page(view) else None
