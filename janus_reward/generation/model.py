"""Which model generates, and how: a generator file, or an address or path that stands for one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from janus_reward.errors import InputError, RubricError
from janus_reward.judges.cost import Prices
from janus_reward.judges.engine.chat import ChatSettings
from janus_reward.judges.engine.local_settings import TransformersSettings
from janus_reward.judges.engine.source import ModelSource
from janus_reward.judges.model_file import Sampling
from janus_reward.judges.pictures import PictureRule
from janus_reward.rubric_file import describe, read_document

_HUB_ID = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_HINT = "Give an address (http://host/v1), a folder of weights, a .gguf file, a Hub id, or a generator file (.yaml)."


class GeneratorFile(ModelSource):
    """A model that writes code or instructions.

    Args:
        name: what runs call it; the model's name when absent.
        engine: `chat`, `vllm` or `transformers`; each has a block of its own name.
        model: name or path of the weights; `revision` pins them.
        vision: it can be shown reference pictures.
        sampling: where a suite or a strategy says nothing else.
        max_tokens: of one reply.
        system: first turn of every conversation, when the model wants one.
        prices: for money in spend and `--budget`.
    """

    sampling: Sampling = Sampling()
    max_tokens: int = Field(default=2048, ge=16, le=131_072)
    system: str | None = None
    pictures: PictureRule = PictureRule()
    prices: Prices | None = None


def generator_file(given: str, *, model: str | None = None) -> GeneratorFile:
    """The generator that an address, a path or a file stands for.

    Args:
        given: `http://host/v1`, a folder of weights, a `.gguf` file, a Hub id, or a generator file.
        model: the name that the address knows the model by.

    Raises:
        InputError: nothing is there, or the file is wrong.
    """
    if re.match(r"https?://", given):
        settings = ChatSettings(endpoint=given.rstrip("/"))
        return GeneratorFile(engine="chat", model=model or "default", chat=settings)
    path = Path(given)
    if path.suffix in (".yaml", ".yml"):
        return _read(path)
    if path.is_dir() or (not path.exists() and _HUB_ID.fullmatch(given)):
        return GeneratorFile(engine="transformers", model=given, name=model)
    if path.is_file() and path.suffix == ".gguf":
        local = TransformersSettings(gguf_file=path.name)
        return GeneratorFile(engine="transformers", model=str(path.parent), name=model, transformers=local)
    raise InputError(f"{given!r} is no model", hint=_HINT)


def generator_of(content: dict[str, Any] | str, folder: Path) -> GeneratorFile:
    """A generator named or spelled out inside another file; a file's name is taken from that one's folder.

    Raises:
        InputError: it is wrong.
    """
    if isinstance(content, str):
        beside = folder / content
        return generator_file(str(beside) if beside.exists() else content)
    try:
        return GeneratorFile.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"generator: {where}: {first['msg']}", hint="See docs/eval-coder.md.") from None


def _read(path: Path) -> GeneratorFile:
    try:
        document = read_document(path)
        return GeneratorFile.model_validate(document.content)
    except RubricError as error:
        raise InputError(error.message, hint="See docs/eval-coder.md.") from None
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/eval-coder.md.") from None
