"""What an instruction asks for, as far as words tell: quotes, numbers, colours, chart types, widgets, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from janus_reward.colors import RGB
from janus_reward.evidence import charttypes, palette
from janus_reward.evidence.lexis import numbers_of
from janus_reward.evidence.words import content_stems

INSTRUCTION_LIMIT = 20_000
"""Characters of an instruction that are read."""

_MANY = 200
_UNWANTED = re.compile(
    r"\b(?:from|replac(?:e|ing)|renam(?:e|ing)|remov(?:e|ing)|delet(?:e|ing)|not|no|without)(?: the)?(?: color)? $",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"\"(?P<double>[^\"\n]{1,120})\"|“(?P<curly>[^”\n]{1,120})”|`(?P<tick>[^`\n]{1,120})`|「(?P<corner>[^」\n]{1,120})」"
    r"|(?<![\w'])'(?P<single>[^'\n]{1,120}(?:'(?=[a-z])[^'\n]{1,60})?)'(?!\w)"
)
_LIST_NUMBER = re.compile(r"^[ \t#*-]{0,12}\d{1,3}(?:\.\d{1,3}){0,3}[.):]?[ \t]", re.MULTILINE)
_CODE_SPAN = re.compile(r"</?[a-z][^>\n]*>")

_NO = r"(?<!\bno )(?<!\bwithout )(?<!\bwithout a )(?<!\bremove the )(?<!\bhide the )(?<!\bnot a )(?<!\bthe same )"
_NO += r"(?<!\binstead of a )"
_TITLE = re.compile(
    _NO + r"(?:\b(?:chart|plot|graph|figure|page|main|overall|descriptive|clear|appropriate|bold|large|big|centered"
    r"|suitable|informative|meaningful) title\b|\btitled\b|\b(?:with|add|set|have|has|include|includes|including|put"
    r"|give it|needs?) (?:a |an |the |its )?titles?\b"
    r"(?! (?:of|for) (?:each|the) (?:book|film|movie|song|course|job))"
    r"|(?<!\bjob )\btitle(?:s)? (?:should|is|must|reads?|reading|says?|saying|at the top|text)\b|\btitle ?[:=]"
    r"|\btitle [\"“'`]|\btitle,? (?:and )?(?:axis|axes|legend|"
    r"labels?|x-?axis)\b|\b(?:labels?|legend),? and (?:a )?title\b|\btitle of the (?:chart|plot|graph|figure"
    r"|page) (?:should|is|must|to)\b)",
    re.IGNORECASE,
)
_TITLE_QUOTE = re.compile(
    r"\btitle[ds]?(?: of the (?:chart|plot|graph|figure|page))?(?: (?:is|be|as|reads?|reading|says?|should be|to))?"
    r" ?:? ?[\"“'`](?P<title>[^\"”`\n]{1,120}?)[\"”'`](?!\w)",
    re.IGNORECASE,
)
_LABELS = re.compile(
    _NO + r"(?:\b(?:x|y|axis|axes|both axes)(?:[- ]axis)?[- ]labels?\b"
    r"|\blabel(?:s|ed|led|ing|ling)? (?:for |on |of )?(?:the |both |all |each )?(?:x|y|axis|axes)\b"
    r"|\b(?:axis|axes) (?:should be |must be |are |is )?(?:clearly )?label)",
    re.IGNORECASE,
)
_LEGEND = re.compile(_NO + r"\blegends?\b(?! (?:says|of zelda|has it))", re.IGNORECASE)

_WIDGETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "button": (r"\bbuttons?\b(?! ?-?up)", ("button",)),
    "slider": (r"\bsliders?\b|\brange input|type=\"range\"", ("slider",)),
    "select": (r"\bdrop-?downs?\b|\bcombo ?box|<select", ("select",)),
    "input": (
        r"\b(?:text|number|search|email|password) (?:input|field|box)|\binput (?:field|box)|\bsearch bar|\btextarea",
        ("input", "textarea"),
    ),
    "checkbox": (r"\bcheck ?box(?:es)?\b", ("checkbox",)),
    "radio": (r"\bradio (?:button|group|input|option)", ("radio", "input", "checkbox")),
    "table": (
        r"\b(?:html|data|comparison|pricing) tables?\b|<table|\btable (?:with|of|showing|element|that|listing)\b",
        ("table",),
    ),
    "form": (
        r"\b(?:contact|login|signup|sign-up|registration|input|subscription|newsletter) forms?\b"
        r"|\bform (?:with|element)\b|<form",
        ("form",),
    ),
    "canvas": (r"\bcanvas element|<canvas|\bhtml5? canvas", ("canvas",)),
    "link": (r"\b(?:nav(?:igation)?|footer|menu) links?\b|\bhyperlinks?\b|<a\b", ("link", "a")),
    "nav": (r"\bnav(?:igation)? ?bar\b|\bnavbar\b|<nav\b", ("nav", "link", "a", "header")),
    "footer": (r"\bfooter\b", ("footer",)),
    "image": (r"<img\b|\bimage gallery|\bphotos? gallery", ("img", "svg", "picture", "image")),
}
_WIDGET_PATTERNS = {kind: (re.compile(asked), keys) for kind, (asked, keys) in _WIDGETS.items()}

_COUNT_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_COUNT_WORDS |= {"eleven": 11, "twelve": 12}
_COUNTED: dict[str, tuple[str, ...]] = {
    "bar": ("bar",),
    "slice": ("arc",),
    "wedge": ("arc",),
    "subplot": ("axes",),
    "panel": ("axes",),
    "circle": ("circle", "ellipse"),
    "rectangle": ("rect",),
    "row": ("tr",),
    "button": ("button",),
    "slider": ("slider",),
    "checkbox": ("checkbox",),
    "image": ("img", "image"),
    "polygon": ("polygon",),
    "ellipse": ("ellipse",),
}
_COUNT = re.compile(
    rf"\b(?P<count>\d{{1,3}}|{'|'.join(_COUNT_WORDS)})[ -](?:(?!and\b|or\b)[a-z]+[ -]){{0,2}}"
    rf"(?P<thing>{'|'.join(_COUNTED)})(?:e?s)\b",
    re.IGNORECASE,
)

_TOOLS: dict[str, tuple[str, str]] = {
    "matplotlib": (r"\bmatplotlib\b|\bpyplot\b", r"matplotlib|pylab"),
    "seaborn": (r"\bseaborn\b", r"seaborn"),
    "plotly": (r"\bplotly\b", r"plotly|Plotly"),
    "bokeh": (r"\bbokeh\b", r"bokeh|Bokeh"),
    "altair": (r"\baltair\b", r"altair"),
    "d3": (r"\bd3(?:\.js)?\b", r"\bd3\b"),
    "chart.js": (r"\bchart\.js\b", r"new Chart\(|chart(?:\.min)?\.js|chart\.umd"),
    "echarts": (r"\becharts\b", r"echarts"),
    "three.js": (r"\bthree\.js\b|\bthreejs\b", r"THREE|three"),
    "p5.js": (r"\bp5(?:\.js)?\b", r"p5|createCanvas"),
    "bootstrap": (r"\bbootstrap (?:css|framework|classes|grid|\d)|\b(?:use|using|with) bootstrap\b", r"bootstrap"),
    "tailwind": (r"\btailwind", r"tailwind"),
    "react": (r"\b(?:use|using|with|in) react\b|\breact\.js\b", r"React|react"),
    "vue": (r"\bvue(?:\.js)?\b", r"Vue|vue"),
    "manim": (r"\bmanim\b", r"manim"),
    "mermaid": (r"\bmermaid\b", r"mermaid|graph |flowchart|sequenceDiagram|classDiagram|gantt|stateDiagram|pie"),
    "vega-lite": (r"\bvega(?:-lite)?\b", r"\"(?:mark|marks|encoding|layer|\$schema)\""),
    "svg": (r"\bsvg\b", r"<svg|svg"),
    "html": (r"\bhtml\b", r"<(?:html|body|div|!doctype)"),
    "canvas": (r"\bcanvas api\b|\bhtml5? canvas\b", r"getContext"),
    "python": (r"\bpython\b", r"\bimport\b|\bdef\b|\bprint\("),
    "javascript": (r"\bjavascript\b|\bvanilla js\b", r"<script|function|=>|const |let |var "),
    "css grid": (r"\bcss grid\b", r"display:\s*grid|grid-template|\bgrid\b"),
    "flexbox": (r"\bflex-?box\b", r"display:\s*(?:inline-)?flex|\bflex\b"),
}
_TOOL_PATTERNS = {name: (re.compile(asked), re.compile(used, re.IGNORECASE)) for name, (asked, used) in _TOOLS.items()}


@dataclass(frozen=True, slots=True)
class Color:
    """A colour that was asked for: as written, its family for a name (`basic`), its exact value where there is one."""

    written: str
    basic: str | None
    rgb: RGB | None


@dataclass(frozen=True, slots=True)
class Count:
    """`count` things of a kind that facts can count under one of `keys`."""

    count: int
    thing: str
    keys: tuple[str, ...]


class Instruction:
    """An instruction read for what can be checked; every attribute is computed when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text[:INSTRUCTION_LIMIT]
        self.lowered = self.text.lower()

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        """Quoted strings in order, without repeats."""
        found = (next(group for group in match.groups() if group is not None) for match in self._wanted(_QUOTED))
        return tuple(dict.fromkeys(text.strip() for text in found if any(map(str.isalnum, text))))[:_MANY]

    def _wanted(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Find matches, except what an edit is to do away with: `from red to blue`, `replace "A" with "B"`."""
        for match in pattern.finditer(self.text):
            if not _UNWANTED.search(self.text[max(0, match.start() - 24) : match.start()]):
                yield match

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Numbers in rising order, those that only number a list left out."""
        return tuple(sorted(numbers_of(_LIST_NUMBER.sub(" ", self.text))))[:_MANY]

    @cached_property
    def colors(self) -> tuple[Color, ...]:
        """Colours named in words or as hex, without repeats."""
        found: dict[str, Color] = {}
        for match in self._wanted(palette.HEX_COLOR):
            found.setdefault(match.group().lower(), Color(match.group(), None, palette.parse(match.group())))
        for match in self._wanted(palette.COLOR_NAME):
            exact = palette.parse(re.sub(r"[ -]", "", match.group()))
            found.setdefault(match.group().lower(), Color(match.group(), palette.canonical(match.group("name")), exact))
        return tuple(found.values())[:_MANY]

    @cached_property
    def chart_types(self) -> tuple[str, ...]:
        """Chart types asked for."""
        return charttypes.asked_types(self.text)

    @cached_property
    def wants_title(self) -> bool:
        """Whether a title of the picture is asked for (not a column or a book's title)."""
        return "title" in self.lowered and bool(_TITLE.search(self.text))

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Quoted strings that are to be a title."""
        return tuple(match["title"].strip() for match in self._wanted(_TITLE_QUOTE))[:10]

    @cached_property
    def wants_labels(self) -> bool:
        """Whether labels of the axes are asked for."""
        return "label" in self.lowered and bool(_LABELS.search(self.text))

    @cached_property
    def wants_legend(self) -> bool:
        """Whether a legend is asked for."""
        return "legend" in self.lowered and bool(_LEGEND.search(self.text))

    @cached_property
    def widgets(self) -> dict[str, tuple[str, ...]]:
        """Interactive and structural parts asked for, with the keys of facts that satisfy each."""
        return {kind: keys for kind, (asked, keys) in _WIDGET_PATTERNS.items() if asked.search(self.lowered)}

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """Counted things: "three red circles", "5 rows"."""
        found = []
        for match in _COUNT.finditer(self.text):
            written, thing = match.group("count").lower(), match.group("thing").lower()
            count = _COUNT_WORDS.get(written) or int(written)
            found.append(Count(count, thing, _COUNTED[thing]))
        return tuple(dict.fromkeys(found))[:20]

    @cached_property
    def tools(self) -> dict[str, re.Pattern[str]]:
        """Languages and libraries asked for, each with the pattern that shows its use in code."""
        return {name: used for name, (asked, used) in _TOOL_PATTERNS.items() if asked.search(self.lowered)}

    @cached_property
    def words(self) -> frozenset[str]:
        """Stems of the words that carry content."""
        return frozenset(content_stems(_CODE_SPAN.sub(" ", self.text)))
