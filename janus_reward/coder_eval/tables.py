"""The table that an item's program plots: written beside it, loaded before it, and told of in the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from janus_reward.coder_eval.suite import FieldsOfData

_HEAD = 6


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Args:
        file: name that programs read it by.
        text: its content, as CSV.
        load: code that reads it into `df`.
    """

    file: str
    text: str
    load: str

    @classmethod
    def of(cls, fields: FieldsOfData, at: Callable[[str], Any]) -> Table:
        """The table of a row; `at` gives the value at a path."""
        return cls(fields.file, str(at(fields.text) or ""), str(at(fields.load) or ""))

    def before(self, code: str) -> str:
        """A program that writes the table into its working folder, loads it, then goes on with the answer."""
        write = f"with open({self.file!r}, 'w', encoding='utf-8') as _table:\n    _table.write({self.text!r})"
        return f"{write}\n{self.load}\n{code}"

    @property
    def head(self) -> str:
        """The names of the columns and the first rows, for the prompt."""
        return "\n".join(self.text.splitlines()[:_HEAD])
