"""How a coder is asked: a suite's prompt, filled for one item."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from janus_reward.coder_eval.items import Item
from janus_reward.coder_eval.suite import Suite, SuiteSampling
from janus_reward.errors import InputError
from janus_reward.generation.generator import conversation
from janus_reward.generation.model import GeneratorFile
from janus_reward.judges.engine.base import Image, Message, Request
from janus_reward.judges.pictures import PictureRule, shown
from janus_reward.triple import Picture, Triple


class Asker:
    """Makes requests.

    Args:
        suite: the suite, and the folder of its file.
        model: the coder.
        sampling: how answers are drawn.

    Raises:
        InputError: the prompt cannot be read, or the suite shows pictures to a model without `vision`.
    """

    def __init__(self, suite: Suite, folder: Path, model: GeneratorFile, sampling: SuiteSampling) -> None:
        if suite.show != "nothing" and not model.vision:
            hint = "Use a generator file with `vision: true`."
            raise InputError(f"this suite shows pictures, and {model.called} is said to see none", hint=hint)
        self._suite, self._model, self._sampling = suite, model, sampling
        self._source = _template(suite.prompt, folder)
        environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
        try:
            self._prompt = environment.from_string(self._source)
        except TemplateError as error:
            raise InputError(f"the prompt {suite.prompt!r} is no template: {error}") from error

    def identity(self) -> Mapping[str, Any]:
        """What determines the requests beside the items."""
        said = f"{self._source}\0{self._model.system}"
        return {"prompt_sha256": hashlib.sha256(said.encode()).hexdigest(), "sampling": self._sampling.model_dump()}

    def request(self, item: Item, number: int) -> Request:
        """The request for the `number`-th sample of an item."""
        triple = item.triple
        text = self._prompt.render(
            instruction=triple.instruction or "",
            language=triple.language or "",
            before=(triple.before.code if triple.before else None) or "",
            test=item.tests.test if item.tests else "",
            table=item.table,
        ).strip()
        turn = Message("user", (*_pictures(triple, self._suite.show, self._model.pictures), text))
        drawn = self._sampling
        return Request(
            conversation(self._model.system, [turn]),
            max_tokens=drawn.max_tokens,
            temperature=drawn.temperature,
            top_p=drawn.top_p,
            seed=drawn.seed + number,
        )


def _template(name: str, folder: Path) -> str:
    own = folder / name
    shipped = files("janus_reward.coder_eval") / "prompts" / f"{name}.j2"
    try:
        return own.read_text(encoding="utf-8") if name.endswith(".j2") else shipped.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = sorted(item.name[:-3] for item in (files("janus_reward.coder_eval") / "prompts").iterdir())
        raise InputError(f"cannot read the prompt {name!r}", hint=f"Known: {', '.join(known)}; or FILE.j2.") from error


def _pictures(triple: Triple, show: str, rule: PictureRule) -> tuple[Image, ...]:
    if show == "before" and triple.before and triple.before.picture:
        given: tuple[Picture, ...] = (triple.before.picture,)
    else:
        given = triple.references[:1] if show == "reference" else ()
    data = [picture.data or Path(str(picture.path)).read_bytes() for picture in given]
    return shown(data, rule).images if data else ()
