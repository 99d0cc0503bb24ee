"""What a page's tags say beside their names: ids, classes, addresses, labels, and which of its basics are there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Attributes = list[tuple[str, str | None]]

_FIELDS = frozenset({"input", "select", "textarea"})
_UNLABELLED_INPUTS = frozenset({"hidden", "submit", "button", "reset", "image"})
_ADDRESSED = {"img": "src", "script": "src", "link": "href", "video": "src", "audio": "src", "source": "src"}
_ADDRESSED |= {"iframe": "src", "object": "data", "embed": "src", "track": "src"}
_LIMIT = 2_000


@dataclass(slots=True)
class PageNotes:
    """Gathered tag by tag.

    Args:
        attributes: (tag, attribute) to count.
        ids, classes: the values, ids in order.
        addresses: (tag, address) of what the page loads, at most 2,000.
        basics: which of `doctype`, `lang`, `charset`, `viewport`, `title` are there.
        styled: tags with a `style` attribute; `styleable`: tags of the body in all.
        without_alt: pictures that have no `alt`.
        handlers: attributes such as `onclick`.
    """

    attributes: Counter[tuple[str, str]] = field(default_factory=Counter)
    ids: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    basics: set[str] = field(default_factory=set)
    styles: list[str] = field(default_factory=list)
    styled: int = 0
    styleable: int = 0
    without_alt: int = 0
    handlers: int = 0
    _labelled: set[str] = field(default_factory=set)
    _fields: list[str] = field(default_factory=list)

    def take(self, tag: str, given: Attributes, inside_label: bool) -> None:
        """Note one start tag."""
        values = {name: value or "" for name, value in reversed(given)}
        self.attributes.update((tag, name) for name in values)
        if values.get("id"):
            self.ids.append(values["id"])
        self.classes.update(values.get("class", "").split())
        self.styled += "style" in values
        self.styleable += tag not in ("html", "head", "meta", "link", "title", "script", "style")
        self.handlers += sum(name.startswith("on") for name in values)
        self.without_alt += tag == "img" and "alt" not in values
        self._take_basics(tag, values)
        self._take_address(tag, values)
        self._take_field(tag, values, inside_label)

    @property
    def unlabelled(self) -> int:
        """Fields of a form that nothing names."""
        return sum(name not in self._labelled for name in self._fields)

    @property
    def fields(self) -> int:
        """Fields of forms that have to be named, those named at the tag itself left out."""
        return len(self._fields)

    def _take_basics(self, tag: str, values: dict[str, str]) -> None:
        if tag == "html" and values.get("lang"):
            self.basics.add("lang")
        elif tag == "meta":
            if "charset" in values or "charset=" in values.get("content", "").lower():
                self.basics.add("charset")
            if values.get("name", "").lower() == "viewport":
                self.basics.add("viewport")
        elif tag == "title":
            self.basics.add("title")

    def _take_address(self, tag: str, values: dict[str, str]) -> None:
        name = _ADDRESSED.get(tag)
        if name and values.get(name, "").strip() and len(self.addresses) < _LIMIT:
            self.addresses.append((tag, values[name].strip()[:500]))

    def _take_field(self, tag: str, values: dict[str, str], inside_label: bool) -> None:
        if tag == "label" and values.get("for"):
            self._labelled.add(values["for"])
        if tag not in _FIELDS or (tag == "input" and values.get("type", "").lower() in _UNLABELLED_INPUTS):
            return
        if not inside_label and not any(values.get(name) for name in ("aria-label", "aria-labelledby", "title")):
            self._fields.append(values.get("id", ""))
