"""A lazily computed view of a sample: each analysis is made once, when the first signal asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

from PIL import Image

from janus_reward.evidence import layout, lexis, markup, raster, script
from janus_reward.evidence.echo import echoes, without_echoes
from janus_reward.evidence.instruction import Instruction
from janus_reward.evidence.lexis import Lexis
from janus_reward.evidence.pycode import PythonCode
from janus_reward.evidence.words import content_stems, sign_pairs, stem
from janus_reward.sample import Sample
from janus_reward.triple import PICTURE_OUTCOMES

PYTHON = frozenset({"python", "manim"})

T = TypeVar("T")


class View:
    """What the signals look at. Reads the sample only; the same sample gives the same values.

    Args:
        sample: what to look at.
        opened: by PNG bytes, those of its pictures that are decoded already.
    """

    def __init__(self, sample: Sample, opened: Mapping[bytes, Image.Image] = MappingProxyType({})) -> None:
        self._opened = opened
        self.sample = sample
        self.triple = sample.triple
        self.render = sample.render
        self.language = sample.triple.language
        self._made: dict[object, object] = {}

    def once(self, analysis: Callable[[View], T]) -> T:
        """Make an analysis of this view at the first call and keep its result."""
        if analysis not in self._made:
            self._made[analysis] = analysis(self)
        return cast(T, self._made[analysis])

    def forget(self) -> None:
        """Let go of the analyses. Some look back at their view, and with it the pixels would wait for a collection."""
        self._made.clear()

    @cached_property
    def code(self) -> str | None:
        """The code, cut at `CODE_LIMIT` characters; `None` when there is none."""
        code = self.triple.code
        return code[: lexis.CODE_LIMIT] if code and code.strip() else None

    @property
    def capped(self) -> bool:
        """Whether the code was cut, so that its end and its structure say nothing."""
        return len(self.triple.code or "") > lexis.CODE_LIMIT

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the code."""
        return tuple((self.code or "").splitlines())

    @cached_property
    def lexis(self) -> lexis.Lexis:
        """The code without its comments, the comments, and the string literals."""
        code = self.python.without_bare_strings if self.python else self.code
        return lexis.scan(code or "", self.language)

    @cached_property
    def answer(self) -> Lexis:
        """The same without long echoes of the instruction: what may count as an answer to it."""
        kept = without_echoes(self.lexis.stripped, self._asked)
        if kept == self.lexis.stripped:
            return self.lexis
        strings = tuple(without_echoes(text, self._asked) for text in self.lexis.strings)
        return Lexis(kept, self.lexis.comments, strings)

    @property
    def echoed(self) -> bool:
        """Whether the code or the picture repeats long passages of the instruction."""
        asked = self._asked or ""
        return self.answer is not self.lexis or bool(echoes(self._shown or "", asked))

    @property
    def _asked(self) -> str | None:
        return self.instruction.text if self.instruction else None

    @cached_property
    def python(self) -> PythonCode | None:
        """The parsed script of a Python or Manim triple; `None` also when it is too long to analyse."""
        readable = self.code and self.language in PYTHON and not self.capped
        return PythonCode(self.code or "") if readable else None

    @cached_property
    def markup(self) -> markup.Markup | None:
        """The page of an HTML triple, or the elements of an SVG one."""
        return markup.read_html(self.code) if self.code and self.language in ("html", "svg") else None

    @cached_property
    def javascript(self) -> str | None:
        """The JavaScript of the triple: its code, or the inline scripts of its page (may be empty)."""
        if self.code and self.language == "javascript":
            return self.code
        return "\n".join(self.markup.scripts) if self.markup and self.language == "html" else None

    @cached_property
    def brackets(self) -> script.Brackets | None:
        """The balance of the brackets of the JavaScript."""
        return script.brackets(self.javascript) if self.javascript else None

    @cached_property
    def script_complexities(self) -> tuple[int, ...]:
        """Cyclomatic complexity of every function of the JavaScript."""
        return script.complexities(self.javascript or "")

    @property
    def complexities(self) -> tuple[int, ...]:
        """Cyclomatic complexity of every function, for Python also of the module body."""
        return self.python.shape[0] if self.python else self.script_complexities

    @cached_property
    def instruction(self) -> Instruction | None:
        """The instruction, read for what can be checked."""
        text = self.triple.instruction
        return Instruction(text) if text and text.strip() else None

    @property
    def drawn(self) -> bool:
        """Whether there is a picture that a judge may be shown."""
        return self.render.outcome in PICTURE_OUTCOMES and bool(self.sample.stills)

    def _raster(self, png: bytes) -> raster.Raster | None:
        return raster.decode(png, self._opened.get(png))

    @cached_property
    def still(self) -> raster.Raster | None:
        """The first still, decoded; also of a blank render."""
        return self._raster(self.sample.stills[0]) if self.sample.stills else None

    @cached_property
    def stills(self) -> tuple[raster.Raster, ...]:
        """All stills that can be decoded, in order."""
        rest = (self._raster(png) for png in self.sample.stills[1:8])
        return tuple(still for still in (self.still, *rest) if still is not None)

    @cached_property
    def before_still(self) -> raster.Raster | None:
        """The first picture of the state before an edit or a repair."""
        return self._raster(self.sample.before_stills[0]) if self.sample.before_stills else None

    @cached_property
    def reference(self) -> raster.Raster | None:
        """The first reference picture."""
        return self._raster(self.sample.references[0]) if self.sample.references else None

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the render."""
        return self.render.facts

    @cached_property
    def texts(self) -> tuple[layout.Text, ...] | None:
        """The texts of the picture; `None` when nothing was drawn or the renderer knows no structure."""
        return layout.texts_of(self.facts) if self.drawn else None

    @cached_property
    def before_texts(self) -> tuple[layout.Text, ...] | None:
        """The texts of the picture before an edit or a repair."""
        return layout.texts_of(self.sample.before.facts) if self.sample.before else None

    @cached_property
    def axes(self) -> tuple[layout.Axes, ...] | None:
        """The plotting areas of the picture."""
        return layout.axes_of(self.facts) if self.drawn else None

    @cached_property
    def canvas(self) -> tuple[float, float] | None:
        """The size of the picture in the units of its structure."""
        if found := layout.canvas_of(self.facts):
            return found
        return (float(self.still.width), float(self.still.height)) if self.still else None

    @property
    def scale(self) -> float:
        """Picture pixels per canvas unit."""
        return self.still.width / self.canvas[0] if self.still and self.canvas else 1.0

    @cached_property
    def picture_words(self) -> str | None:
        """All words that the structure of the picture shows, one text a line, echoes of the instruction left out."""
        return None if self._shown is None else without_echoes(self._shown, self._asked)

    @cached_property
    def _shown(self) -> str | None:
        if self.texts is None and self.axes is None:
            return None
        shown = [text.text for text in self.texts or ()]
        for axes in self.axes or ():
            shown += [axes.title, axes.x_label, axes.y_label, *axes.legend]
        return "\n".join(text for text in shown if text)

    @cached_property
    def code_words(self) -> frozenset[str]:
        """Lower-case words in the code, comments left out, compound names also in parts."""
        return frozenset(lexis.words_of(self.answer.stripped))

    @cached_property
    def code_stems(self) -> frozenset[str]:
        """Stems of all words in the code, comments left out."""
        return frozenset(map(stem, self.code_words)) | sign_pairs(self.answer.stripped)

    @cached_property
    def said(self) -> str:
        """The code but for comments and names of its own variables, which say what they like."""
        names = self.python.variables if self.python else lexis.variables_of(self.javascript or "")
        if not names:
            return self.answer.stripped
        bare = lexis.without_names(lexis.without_literals(self.answer.stripped, self.language), names)
        return "\n".join((bare, *self.answer.strings))

    @cached_property
    def answer_stems(self) -> frozenset[str]:
        """Stems of the words in what the code says."""
        return frozenset(map(stem, lexis.words_of(self.said))) | sign_pairs(self.answer.stripped)

    @cached_property
    def picture_stems(self) -> frozenset[str] | None:
        """Stems of the words that the picture shows."""
        return None if self.picture_words is None else frozenset(content_stems(self.picture_words))
