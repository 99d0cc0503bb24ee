"""Puts our functions in the place of a library's; never undone, for the process ends with its job."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def replace(owner: Any, **functions: Callable[..., Any]) -> None:
    """Put functions in the place of those of a class or module; each keeps the old one's name and signature."""
    for name, function in functions.items():
        setattr(owner, name, _standing_in(getattr(owner, name, None), function))


def _standing_in(plain: Callable[..., Any] | None, function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a plain function of any callable, so that Python binds it where it becomes a method."""

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return stand_in if plain is None else functools.wraps(plain)(stand_in)
