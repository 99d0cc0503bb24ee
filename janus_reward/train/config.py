"""Config files of recipes: YAML, checked before anything starts, every error with its file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from janus_reward.errors import InputError, RubricError
from janus_reward.rubric_file import describe, read_document


class Part(BaseModel):
    """Anything written in a config file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


_RELATIVE = re.compile(r"(?P<kind>(reward:)?)(?P<path>\.{1,2}/.*)", re.DOTALL)
C = TypeVar("C", bound=Part)
M = TypeVar("M", bound=BaseModel)


def read_config(path: Path, kind: type[C]) -> C:
    """Read and check a config; paths in it are taken relative to the file.

    So are names that begin with `./` or `../`, also behind `reward:`.

    Raises:
        InputError: it cannot be read or is wrong.
    """
    try:
        document = read_document(path)
        config = kind.model_validate(document.content)
    except RubricError as error:
        raise InputError(error.message, hint="See docs/train.md.") from None
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/train.md.") from None
    return _placed(config, path.parent)


def _placed(part: M, folder: Path) -> M:
    return part.model_copy(update={name: _value(getattr(part, name), folder) for name in type(part).model_fields})


def _value(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, str) and (named := _RELATIVE.match(value)):
        return f"{named['kind']}{folder / named['path']}"
    if isinstance(value, BaseModel):
        return _placed(value, folder)
    return tuple(_value(item, folder) for item in value) if isinstance(value, tuple) else value
