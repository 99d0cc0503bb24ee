"""Code as text: comments and string literals told from the rest, for many languages, in linear time.

Alignment must not be fooled by a comment that merely repeats the instruction, so comments are cut out first. The
scanners below are regular expressions with bounded repetition: they never fail, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

CODE_LIMIT = 200_000
"""Characters of code that are analysed; what lies beyond is only counted."""

_STRING = r"\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?"
_TRIPLE = r"\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)|'''(?:\\.|[^\\])*?(?:'''|\Z)"
_BLOCK = r"/\*.*?(?:\*/|\Z)"
_REGEX = (
    r"(?P<lead>(?:[(,=:\[!&|?{};+>~^%*]|\breturn)\s{0,20})"
    r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n]){0,99}\]|[^/\\\n\[]){1,199}/[a-z]{0,7}"
)

_SCANNERS = {
    "hash": re.compile(rf"(?P<string>{_TRIPLE}|{_STRING})|(?P<comment>\#[^\n]*)", re.DOTALL),
    "c": re.compile(rf"(?P<string>`(?:\\.|[^`\\])*`?|{_STRING})|(?P<comment>//[^\n]*|{_BLOCK})|{_REGEX}", re.DOTALL),
    "css": re.compile(rf"(?P<string>{_STRING})|(?P<comment>{_BLOCK})", re.DOTALL),
    "percent": re.compile(r"(?P<string>\"[^\"\n]*\")|(?P<comment>%[^\n]*)"),
    "ml": re.compile(r"(?P<string>\"(?:\\.|[^\"\\])*\"?)|(?P<comment>\(\*.*?(?:\*\)|\Z))", re.DOTALL),
    "json": re.compile(
        r"(?P<comment>\"description\"\s{0,9}:\s{0,9}\"(?:\\.|[^\"\\\n])*\"?)|(?P<string>\"(?:\\.|[^\"\\\n])*\"?)"
    ),
    "markup": re.compile(
        r"(?P<comment><!--.*?(?:-->|\Z)|<desc\b.*?(?:</desc>|\Z)|<metadata\b.*?(?:</metadata>|\Z))"
        r"|(?P<script><script\b[^>]{0,2000}>)(?P<js>.*?)(?=</script|\Z)"
        r"|(?P<style><style\b[^>]{0,2000}>)(?P<css>.*?)(?=</style|\Z)"
        r"|(?P<string>=\s{0,9}(?:\"[^\"]*\"|'[^']*'))",
        re.DOTALL | re.IGNORECASE,
    ),
}

_FAMILIES = {
    "python": "hash",
    "manim": "hash",
    "r": "hash",
    "julia": "hash",
    "javascript": "c",
    "typescript": "c",
    "c": "c",
    "cpp": "c",
    "java": "c",
    "matlab": "percent",
    "mermaid": "percent",
    "latex": "percent",
    "tikz": "percent",
    "wolfram": "ml",
    "mathematica": "ml",
    "html": "markup",
    "svg": "markup",
    "css": "css",
    "vega-lite": "json",
    "vega": "json",
    "json": "json",
}


@dataclass(frozen=True, slots=True)
class Lexis:
    """A code taken apart.

    Args:
        stripped: the code with every comment replaced by a blank.
        comments: the comments with their marks, and descriptions that nobody sees (`<desc>`, `"description"`).
        strings: the string literals (attribute values of markup), without quotes.
    """

    stripped: str
    comments: tuple[str, ...]
    strings: tuple[str, ...]


def scan(code: str, language: str | None) -> Lexis:
    """Take a code apart; an unknown language keeps everything as code."""
    family = _FAMILIES.get(language or "")
    if family is None:
        return Lexis(code, (), ())
    comments: list[str] = []
    strings: list[str] = []
    stripped = _strip(code, family, comments, strings)
    return Lexis(stripped, tuple(comments), tuple(strings))


def _strip(code: str, family: str, comments: list[str], strings: list[str]) -> str:
    def replace(match: re.Match[str]) -> str:
        parts = match.groupdict()
        if parts.get("script") is not None:
            return str(parts["script"]) + _strip(str(parts["js"]), "c", comments, strings)
        if parts.get("style") is not None:
            return str(parts["style"]) + _strip(str(parts["css"]), "css", comments, strings)
        if parts.get("comment") is not None:
            comments.append(match.group())
            return " "
        if parts.get("string") is not None:
            strings.append(match.group().lstrip("= \t\n").strip("\"'`"))
        return match.group()

    return _SCANNERS[family].sub(replace, code)


def without_literals(code: str, language: str | None) -> str:
    """The code with comments and string literals blanked: what is left has its brackets in the right places."""
    scanner = _SCANNERS[_FAMILIES.get(language or "", "c")]
    return scanner.sub(lambda match: (match.groupdict().get("lead") or "") + " ", code)


_IDENTIFIER = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_of(text: str) -> set[str]:
    """The lower-case words in a text or code: identifiers are split at underscores and at capitals."""
    whole = set(_IDENTIFIER.findall(text))
    words = {word.lower() for word in whole}
    for word in whole:
        if not word.islower():
            words.update(part.lower() for part in _CAMEL.split(word))
    return words


_DECLARED = re.compile(r"\b(?:const|let|var)\s{1,20}([A-Za-z_$][\w$]{0,80})")
_NAME = re.compile(r"(?<![\w$.])[A-Za-z_$][\w$]*")


def variables_of(script: str) -> frozenset[str]:
    """Names that a JavaScript declares with `const`, `let` or `var`, each by itself."""
    return frozenset(_DECLARED.findall(script))


def without_names(code: str, names: Set[str]) -> str:
    """The code with some names blanked, where they stand for themselves and not behind a dot."""
    return _NAME.sub(lambda match: " " if match.group() in names else match.group(), code)


_NUMBER = re.compile(
    r"(?<![\w.#])[-−]?((?:\d{1,3}(?:,\d{3}){1,9}|\d{1,30})?(?:\.\d{1,30})?(?<=\d)(?:[eE][-+]?\d{1,2})?)"
    r"(?=(?:px|pt|r?em|deg|m?s|v[hw]|k|x)?(?!\w))"
)


def numbers_of(text: str) -> set[float]:
    """The numbers written in a text, thousands separators removed, signs dropped (`-3` and `3` are both `3.0`)."""
    return {float(match.group(1).replace(",", "")) for match in _NUMBER.finditer(text)}
