"""Take the code out of an answer: fenced blocks, with or without prose around them."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}+|~{3,}+)([^\n`]*+)$", re.MULTILINE)
_CODE_HEAD = re.compile(
    r"\s*(?:[<{\[%@#]|//|/\*|--|\(\*|import\s|from\s+\w+\s+import\b|def\s|class\s|const\s|let\s|var\s|function\b|async\s"
    r"|export\s|library\(|using\s|package\s|public\s|\w+\s*(?:=|<-|:=)\s*\S)"
)
_PARSED_CHARS = 200_000
_STYLES = frozenset({"css", "scss"})
_SCRIPTS = frozenset({"js", "javascript", "jsx"})


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its text and the word after the fence, lower-cased, or `None`."""

    text: str
    language: str | None


def strip_fences(text: str) -> tuple[str, str | None]:
    """The code of an answer and the language its fence named.

    A text without a fence, or one that is code itself and holds a fence inside (a docstring, a template), comes back
    as it is. Of several blocks the longest is taken; an HTML block with separate CSS and JavaScript blocks is joined
    into one page. A fence that is never closed runs to the end of the text.
    """
    if "```" not in text and "~~~" not in text:
        return text, None
    first = _FENCE.search(text)
    if first is None or _is_code_with_fences(text, first.start()):
        return text, None
    blocks = [block for block in fenced_blocks(text) if block.text.strip()]
    if not blocks:
        return "", None
    page = _joined_page(blocks)
    if page is not None:
        return page, "html"
    best = max(blocks, key=lambda block: len(block.text))
    return best.text, best.language


def fenced_blocks(text: str) -> list[Block]:
    """All fenced blocks in order; a block ends at a fence of the same sign that is at least as long and bare."""
    blocks: list[Block] = []
    position = 0
    while (opening := _FENCE.search(text, position)) is not None:
        closing = _closing(text, opening)
        end = closing.start() if closing else len(text)
        blocks.append(Block(text[opening.end() + 1 : end].rstrip("\r\n"), _word(opening.group(2))))
        position = closing.end() if closing else len(text)
    return blocks


def _closing(text: str, opening: re.Match[str]) -> re.Match[str] | None:
    fence = opening.group(1)
    for candidate in _FENCE.finditer(text, opening.end()):
        sign = candidate.group(1)
        if sign[0] == fence[0] and len(sign) >= len(fence) and not candidate.group(2).strip():
            return candidate
    return None


def _word(info: str) -> str | None:
    words = info.strip().strip("{}.").split()
    return words[0].strip("{}.,").lower() or None if words else None


def _is_code_with_fences(text: str, first_fence: int) -> bool:
    head = text[:first_fence]
    if not head.strip():
        return False
    if _CODE_HEAD.match(head) and not head.lstrip().startswith("#"):
        return True
    return len(text) <= _PARSED_CHARS and _parses(text)


def _parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _joined_page(blocks: list[Block]) -> str | None:
    pages = [block for block in blocks if block.language in ("html", "htm")]
    styles = [block.text for block in blocks if block.language in _STYLES]
    scripts = [block.text for block in blocks if block.language in _SCRIPTS]
    if len(pages) != 1 or not (styles or scripts) or len(blocks) != 1 + len(styles) + len(scripts):
        return None
    page = pages[0].text
    if styles:
        page = _insert_before(page, "</head>", "<style>\n" + "\n".join(styles) + "\n</style>\n", at_end=False)
    if scripts:
        page = _insert_before(page, "</body>", "<script>\n" + "\n".join(scripts) + "\n</script>\n", at_end=True)
    return page


def _insert_before(page: str, tag: str, part: str, *, at_end: bool) -> str:
    place = page.lower().rfind(tag)
    if place >= 0:
        return page[:place] + part + page[place:]
    return page + "\n" + part if at_end else part + page
