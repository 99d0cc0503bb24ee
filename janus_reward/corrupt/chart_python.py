"""Damage to the words of a chart that Python draws: titles, labels, legends."""

from __future__ import annotations

import ast
import re

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.corrupt.python_source import PythonSource, Text, keyword, quoted
from janus_reward.corrupt.splice import Edit
from janus_reward.corrupt.wording import misspelt

PYTHON = ("python",)
TITLES = ("set_title", "title", "suptitle")
X_LABELS, Y_LABELS = ("set_xlabel", "xlabel"), ("set_ylabel", "ylabel")
_TITLE_WORDS = ("title", "title_text")
_LABEL_WORDS = ("xlabel", "ylabel")


def drawing(case: Case) -> PythonSource | None:
    """The parsed code of a chart, or `None` when the triple is no chart in Python."""
    return PythonSource.read(case.code) if case.triple.domain == "chart" else None


def title_texts(source: PythonSource) -> list[Text]:
    """The plain texts of all titles, given by a call or a keyword."""
    found = [source.string(call.args[0]) for call in source.named(*TITLES) if call.args]
    found += [source.string(keyword(call, word)) for call in source.calls for word in _TITLE_WORDS]
    return _distinct(found)


def label_texts(source: PythonSource) -> list[Text]:
    """The plain texts of all axis labels."""
    found = [source.string(call.args[0]) for call in source.named(*X_LABELS, *Y_LABELS) if call.args]
    found += [source.string(keyword(call, word)) for call in source.calls for word in _LABEL_WORDS]
    return _distinct(found)


@corruption("chart.drop_title", 2, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def drop_title(case: Case) -> str | None:
    """The titles that were asked for are gone."""
    source = drawing(case)
    if source is None or not case.asked(r"\btitled?\b"):
        return None
    edits = source.cut_calls(source.named(*TITLES))
    for call in source.named("set", "update_layout"):
        edits += source.cut_keywords(call, _TITLE_WORDS)
    return source.edited(edits)


@corruption(
    "chart.misspell_title",
    1,
    lowers=(COMPLETION, VISUAL, PRESERVATION),
    keeps=(RELEVANCE, QUALITY),
    languages=PYTHON,
)
def misspell_title(case: Case) -> str | None:
    """Letters of the two longest words of the title are out of order."""
    source = drawing(case)
    text = case.pick(title_texts(source)) if source else None
    if source is None or text is None:
        return None
    wrong = misspelt(text.value, case.random)
    return source.edited([source.replaced(text, quoted(wrong))]) if wrong else None


@corruption("chart.default_labels", 2, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=PYTHON)
def default_labels(case: Case) -> str | None:
    """Axis labels say `x` and `y`, the title says `Figure 1`."""
    source = drawing(case)
    if source is None or not label_texts(source):
        return None
    edits = [source.replaced(text, quoted("xy"[number % 2])) for number, text in enumerate(label_texts(source))]
    return source.edited(edits + [source.replaced(text, quoted("Figure 1")) for text in title_texts(source)])


@corruption(
    "chart.drop_axis_labels", 2, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON
)
def drop_axis_labels(case: Case) -> str | None:
    """The axes have no labels."""
    source = drawing(case)
    if source is None:
        return None
    edits = source.cut_calls(source.named(*X_LABELS, *Y_LABELS))
    for call in source.named("set"):
        edits += source.cut_keywords(call, _LABEL_WORDS)
    return source.edited(edits)


@corruption(
    "chart.swap_axis_labels", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=PYTHON, holdout=True
)
def swap_axis_labels(case: Case) -> str | None:
    """The label of the x axis stands at the y axis and the other way round."""
    source = drawing(case)
    if source is None:
        return None
    pairs = zip(_labels(source, X_LABELS, "xlabel"), _labels(source, Y_LABELS, "ylabel"), strict=False)
    edits = []
    for x, y in pairs:
        if x.value != y.value:
            edits += [source.replaced(x, quoted(y.value)), source.replaced(y, quoted(x.value))]
    return source.edited(edits)


@corruption("chart.missing_unit", 1, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def missing_unit(case: Case) -> str | None:
    """The units in brackets are gone from the axis labels and the title, where they were asked for."""
    source = drawing(case)
    if source is None:
        return None
    edits = []
    for text in label_texts(source) + title_texts(source):
        bare = re.sub(r"\s*[(\[][^)\]]{1,24}[)\]]", "", text.value)
        unit = text.value[len(bare) :].strip(" ()[]").lower()
        if bare != text.value and bare and (case.compared or unit in case.wanted):
            edits.append(source.replaced(text, quoted(bare)))
    return source.edited(edits)


@corruption(
    "chart.drop_legend", 2, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=PYTHON
)
def drop_legend(case: Case) -> str | None:
    """There are several series and no legend says which is which."""
    source = drawing(case)
    return source.edited(source.cut_calls(source.named("legend"))) if source else None


@corruption(
    "chart.wrong_legend_labels",
    3,
    lowers=(COMPLETION, PRESERVATION),
    keeps=(QUALITY,),
    languages=PYTHON,
    holdout=True,
)
def wrong_legend_labels(case: Case) -> str | None:
    """Each series carries the name of the next one."""
    source = drawing(case)
    if source is None:
        return None
    labels = _distinct([source.string(keyword(call, "label")) for call in source.calls])
    names = [label.value for label in labels]
    if len(set(names)) < 2:
        return None
    turned = names[1:] + names[:1]
    return source.edited([source.replaced(node, quoted(name)) for node, name in zip(labels, turned, strict=True)])


@corruption("chart.tiny_font", 2, lowers=(VISUAL,), keeps=(RELEVANCE, COMPLETION), languages=PYTHON)
def tiny_font(case: Case) -> str | None:
    """All text is four points high, too small to read."""
    source = drawing(case)
    if source is None or "matplotlib" not in case.code:
        return None
    sizes = [
        word.value for call in source.calls for word in call.keywords if word.arg in ("fontsize", "labelsize", "size")
    ]
    edits = [source.replaced(node, "4") for node in sizes if isinstance(node, ast.Constant)]
    start = PythonSource.read(source.edited(edits) or case.code)
    return (
        start.after_imports(['plt.rcParams.update({"font.size": 4, "axes.titlesize": 4, "axes.labelsize": 4})'])
        if start
        else None
    )


@corruption("chart.low_contrast_text", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def low_contrast_text(case: Case) -> str | None:
    """Titles, labels and ticks are almost as light as the ground."""
    source = drawing(case)
    if source is None:
        return None
    names = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color")
    pale = ", ".join(f'"{name}": "#e9e9e9"' for name in names)
    return source.after_imports([f"plt.rcParams.update({{{pale}}})"])


@corruption("chart.text_over_plot", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=PYTHON)
def text_over_plot(case: Case) -> str | None:
    """The title is large and lies over the marks."""
    source = drawing(case)
    if source is None:
        return None
    edits = []
    for call in source.named("set_title", "title"):
        placed = [word.value for word in call.keywords if word.arg in ("y", "fontsize", "pad", "size")]
        if not call.args or (placed and any(not isinstance(node, ast.Constant) for node in placed)):
            continue
        edits += source.cut_keywords(call, ("y", "fontsize", "pad", "size"))
        end = source.span(call.args[-1])[1]
        edits.append(Edit(end, end, ", y=0.42, fontsize=30"))
    return source.edited(edits)


def _labels(source: PythonSource, calls: tuple[str, ...], word: str) -> list[Text]:
    found = [source.string(call.args[0]) for call in source.named(*calls) if call.args]
    return _distinct(found + [source.string(keyword(call, word)) for call in source.calls])


def _distinct(found: list[Text | None]) -> list[Text]:
    kept: dict[int, Text] = {id(text.node): text for text in found if text is not None and text.value.strip()}
    return list(kept.values())
