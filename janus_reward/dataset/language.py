"""Tell the language of a code: from the fence's word, from what the text looks like, at last from pygments."""

from __future__ import annotations

import re

from pygments.lexers import get_lexer_by_name

ALIASES = {
    "py": "python",
    "python3": "python",
    "python2": "python",
    "ipython": "python",
    "ipython3": "python",
    "matplotlib": "python",
    "plotly": "python",
    "htm": "html",
    "html5": "html",
    "xhtml": "html",
    "vegalite": "vega-lite",
    "vega_lite": "vega-lite",
    "vl": "vega-lite",
    "vg": "vega",
    "mmd": "mermaid",
    "js": "javascript",
    "jsx": "javascript",
    "mjs": "javascript",
    "node": "javascript",
    "ecmascript": "javascript",
    "p5": "javascript",
    "p5.js": "javascript",
    "p5js": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "rscript": "r",
    "m": "matlab",
    "octave": "matlab",
    "mathematica": "wolfram",
    "wl": "wolfram",
    "nb": "wolfram",
    "wolframscript": "wolfram",
    "tex": "latex",
    "tikz": "latex",
    "c++": "cpp",
    "cc": "cpp",
    "cxx": "cpp",
    "c#": "csharp",
    "cs": "csharp",
    "golang": "go",
    "rs": "rust",
    "kt": "kotlin",
    "rb": "ruby",
    "sh": "bash",
    "shell": "bash",
    "zsh": "bash",
    "graphviz": "dot",
    "gv": "dot",
    "yml": "yaml",
    "puml": "plantuml",
}
"""Other names of a language, to the name used here."""

NOT_A_LANGUAGE = frozenset(
    {"", "text", "txt", "plain", "plaintext", "code", "output", "none", "null", "unknown", "markdown", "md"}
)
"""Words that name no language: the content decides."""

_HEAD_CHARS = 4_000
_LOOK_CHARS = 20_000

_MANIM = re.compile(r"^[ \t]*(?:from|import)\s+(?:manim|manimlib|manimce|manim_imports_ext)\b", re.MULTILINE)
_PREAMBLE = re.compile(r"(?:\ufeff|\s+|<!--.*?-->|<\?xml.*?\?>|<!DOCTYPE\s+svg[^>]*>)*", re.DOTALL | re.IGNORECASE)
_HTML_HEAD = re.compile(r"<(?:!doctype\s+html|[a-z][a-z0-9-]*[\s>/])", re.IGNORECASE)
_VEGA_SCHEMA = re.compile(r'"\$schema"\s*:\s*"[^"]*?/(vega-lite|vega)/')
_VEGA_LITE_KEYS = re.compile(r'"(?:mark|encoding|hconcat|vconcat|concat|layer|facet|repeat)"\s*:')
_VEGA_KEYS = re.compile(r'"(?:marks|signals|scales)"\s*:')
_MERMAID = re.compile(
    r"(?:(?:graph|flowchart)\s+(?:TB|TD|BT|LR|RL)\b|(?:sequenceDiagram|classDiagram|stateDiagram|erDiagram|gitGraph"
    r"|requirementDiagram|sankey-beta|xychart-beta|block-beta|packet-beta|architecture-beta)\b|pie\s+(?:title|showData)\b"
    r"|(?:gantt|pie|journey|mindmap|timeline|quadrantChart|kanban|C4[A-Z]\w+)\s*$)"
)
_DOT = re.compile(r"\s*(?:strict\s+)?(?:di)?graph\b[^{\n]{0,80}\{")
_LATEX = re.compile(r"\\(?:documentclass|begin\{(?:document|tikzpicture|axis))")

_PYTHON_IMPORT = re.compile(
    r"^(?:import[ \t]+[\w.]+(?:[ \t]+as[ \t]+\w+)?|from[ \t]+[\w.]+[ \t]+import[ \t]+[\w(*][^;{\n]{0,300})[ \t\r]*$",
    re.MULTILINE,
)

_SIGNS: dict[str, tuple[str, ...]] = {
    "python": (
        r"^[ \t]*import\s+[\w.]+(?:\s+as\s+\w+)?[ \t]*(?:,|#|$)",
        r"^[ \t]*from\s+[\w.]+\s+import\s",
        r"^[ \t]*(?:async\s+)?def\s+\w+\(",
        r"^[ \t]*(?:if|for|while|else|elif|try|with|class)\b[^;{\n]{0,300}:[ \t]*(?:#.*)?$",
        r"\bplt\.\w+\(",
        r"^[ \t]*print\(",
        r"\bself\.\w+",
    ),
    "javascript": (
        r"^[ \t]*(?:const|let|var)\s+[\w{\[$]",
        r"\bfunction\s*\w*\s*\([^)\n]{0,200}\)\s*\{",
        r"=>\s*[{(\w]",
        r"\b(?:document|window|console)\.\w+",
        r"^[ \t]*import\s[^\n]{0,200}\bfrom\s+['\"]",
        r"===|!==",
        r"\bnew\s+(?:Chart|p5|THREE\.\w+|Vue)\b|\b(?:createCanvas|requestAnimationFrame)\(",
    ),
    "r": (
        r"^[ \t]*(?:library|require)\(\w+\)",
        r"\w[ \t]*<-[ \t]*\S",
        r"%>%|\|>",
        r"\bggplot\(",
        r"\b(?:data\.frame|read\.csv|geom_\w+)\(",
        r"\bc\([ \t]*[\"'\d]",
        r"<-[ \t]*function\(",
    ),
    "matlab": (
        r"^[ \t]*%",
        r"^[ \t]*(?:clc|clear(?:[ \t]+all)?|close[ \t]+all|hold[ \t]+(?:on|off)|figure)\b[^(\n]{0,80}$",
        r"^[ \t]*function[ \t]+(?:\[?[\w, ]{1,200}\]?[ \t]*=[ \t]*)?\w+\(",
        r"^[ \t]*end[ \t]*;?[ \t]*$",
        r"\b(?:linspace|zeros|ones|fprintf|disp|xlabel|ylabel|plot|title|surf|mesh)\([^\n]{0,300}\)[ \t]*;",
        r"\.\^|\.\*|\./",
        r"\w[ \t]*=[ \t]*[\w.]+:[\w.]+(?::[\w.]+)?[ \t]*;",
    ),
    "wolfram": (
        r"\b(?:Plot3?D?|ListPlot|ParametricPlot|ContourPlot|Manipulate|Graphics3?D?|Module|Table|With|Block|Solve|DSolve)\[",
        r"\]\s*:=",
        r"\(\*[^*\n]{0,200}\*\)",
        r"\w[ \t]*->[ \t]*[\w{\"]",
        r"\b[A-Z]\w{1,60}\[[^\]\n]{0,200}\]",
    ),
    "cpp": (r"^[ \t]*#include\s*<", r"\bstd::", r"\bint\s+main\s*\("),
    "java": (r"\bpublic\s+(?:static\s+)?(?:class|void|interface)\b", r"\bSystem\.out\.", r"^[ \t]*import\s+java"),
    "sql": (r"^[ \t]*SELECT\b[^\n]{1,300}\bFROM\b", r"^[ \t]*(?:CREATE\s+TABLE|INSERT\s+INTO)\b"),
    "css": (
        r"^[ \t]*[a-z-]{2,40}[ \t]*:[ \t]*[^;{}\n]{1,200};[ \t]*$",
        r"^[ \t]*@media\b",
        r"^[.#]?[\w-]{1,60}[ \t]*\{[ \t]*$",
    ),
    "plantuml": (r"^[ \t]*@startuml\b", r"^[ \t]*@enduml\b"),
}
_COMPILED = {name: tuple(re.compile(sign, re.MULTILINE) for sign in signs) for name, signs in _SIGNS.items()}
_CERTAIN = frozenset({"cpp", "java", "sql", "plantuml"})

_GUESSED = {
    "python": "python",
    "javascript": "javascript",
    "html": "html",
    "matlab": "matlab",
    "tex": "latex",
    "perl": "perl",
}
"""Pygments' lexers that are asked at last, and the language each stands for."""


def normal_language(name: str | None) -> str | None:
    """The name used here for a language, lower-cased; `None` for a word that names none."""
    word = (name or "").strip().lower()
    return None if word in NOT_A_LANGUAGE else ALIASES.get(word, word)


def infer_language(code: str | None, fence: str | None = None, domain: str | None = None) -> str | None:
    """The language of a code, or `None` when it cannot be told.

    A named language (of the fence, or of the record) decides, refined by the content: Python that imports manim is
    `manim`, JSON with a Vega schema is `vega-lite` or `vega`, XML that is a drawing is `svg`.
    """
    named = normal_language(fence)
    if code is None or not code.strip():
        return named
    if named is not None:
        return _refined(named, code)
    found = _by_structure(code) or _by_signs(code)
    if found is not None:
        return _refined(found, code)
    return _by_domain(code, domain) or _guessed(code)


def _refined(language: str, code: str) -> str:
    if language == "python" and "manim" in code and _MANIM.search(code):
        return "manim"
    if language in ("json", "json5", "jsonc"):
        return _vega(code) or language
    if language == "xml" and _is_svg(code):
        return "svg"
    return language


def _by_structure(code: str) -> str | None:
    start = code.lstrip("\ufeff \t\r\n")[:_HEAD_CHARS]
    if start.startswith("<"):
        if _is_svg(code):
            return "svg"
        return "html" if _HTML_HEAD.search(start) else None
    if start.startswith("{"):
        return _vega(code)
    if _MERMAID.match(_mermaid_head(start)):
        return "mermaid"
    if _DOT.match(start):
        return "dot"
    return "latex" if _LATEX.search(start) else None


def _mermaid_head(start: str) -> str:
    """The first line that is no front matter, directive or comment."""
    lines = start.splitlines()
    if lines and lines[0].strip() == "---":
        lines = lines[1 + next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0) :]
    return next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("%%")), "")


def _is_svg(code: str) -> bool:
    start = code[:_LOOK_CHARS]
    preamble = _PREAMBLE.match(start)
    return start[preamble.end() if preamble else 0 :][:4].lower() == "<svg"


def _vega(code: str) -> str | None:
    schema = _VEGA_SCHEMA.search(code)
    if schema:
        return schema.group(1)
    if not code.lstrip().startswith("{"):
        return None
    if _VEGA_KEYS.search(code) and '"marks"' in code:
        return "vega"
    return "vega-lite" if _VEGA_LITE_KEYS.search(code) else None


def _by_signs(code: str) -> str | None:
    look = code[:_LOOK_CHARS]
    if _PYTHON_IMPORT.search(look):
        return "python"
    counts = {name: sum(1 for sign in signs if sign.search(look)) for name, signs in _COMPILED.items()}
    best = max(counts, key=lambda name: counts[name])
    certain = [name for name in _CERTAIN if counts[name]]
    if certain and counts[best] <= counts[certain[0]]:
        return max(certain, key=lambda name: (counts[name], name))
    enough = 2 if best in ("matlab", "wolfram", "css", "r") else 1
    return best if counts[best] >= enough else None


def _by_domain(code: str, domain: str | None) -> str | None:
    if domain == "svg" and "<svg" in code[:_LOOK_CHARS].lower():
        return "svg"
    if domain in ("webui", "demo", "artifact") and re.search(r"</\w+>", code[:_LOOK_CHARS]):
        return "html"
    return None


def _guessed(code: str) -> str | None:
    look = code[:2_000]
    scores = {language: type(get_lexer_by_name(lexer)).analyse_text(look) for lexer, language in _GUESSED.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 0.3 else None
