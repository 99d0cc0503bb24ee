"""Evidence: facts about a triple that need no opinion, each a number or `None`.

`measure` makes them all; `SIGNALS` says what each one is. A signal is one decorated function in the file of its family.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from PIL import Image

from janus_reward.evidence import (
    aesthetics,
    alignment,
    axis_roles,
    change,
    chart,
    chart_data,
    code,
    data_match,
    embedding,
    execution,
    given_literals,
    guard,
    likeness,
    lint,
    misspelling,
    ocr,
    page,
    page_lint,
    page_order,
    picture,
    plan,
    plausibility,
    reference,
    remarks,
    svg,
    svg_order,
    text,
    tree_signals,
    wording,
)
from janus_reward.evidence.notes import notes
from janus_reward.evidence.signal import FLAGS, Flag, Signal, registered
from janus_reward.evidence.view import View
from janus_reward.sample import Sample
from janus_reward.triple import Evidence

__all__ = ["FAMILIES", "FLAGS", "SIGNALS", "Flag", "Sample", "Signal", "measure", "readers_asked"]

FAMILIES: Mapping[str, str] = {
    module.__name__.rpartition(".")[2]: (module.__doc__ or "").partition("\n")[0]
    for module in (
        code,
        picture,
        aesthetics,
        text,
        ocr,
        chart,
        page,
        alignment,
        plan,
        embedding,
        execution,
        change,
        reference,
        svg,
        guard,
    )
}
"""Each family of signals (and `guard`, the flags) with what it is about."""

BESIDE = (
    axis_roles,
    chart_data,
    data_match,
    given_literals,
    likeness,
    lint,
    misspelling,
    page_lint,
    page_order,
    plausibility,
    remarks,
    svg_order,
    tree_signals,
    wording,
)
"""Modules that add signals to the families above from files of their own."""

SIGNALS: Mapping[str, Signal] = registered(tuple(FAMILIES))
"""Every signal by name: families in the order of `FAMILIES`, signals in the order of their definition."""


def readers_asked() -> dict[str, str]:
    """The optional readers that the environment asks for, by the family they feed, with what they are.

    Raises:
        InputError, MissingExtra: one is asked for that cannot be had.
    """
    found = {"ocr": f"{wish}: {ocr.reader_name()}"} if (wish := ocr.asked()) else {}
    return found | ({"embedding": embedding.PACKAGE} if embedding.asked() else {})


def measure(sample: Sample, opened: Mapping[bytes, Image.Image] = MappingProxyType({})) -> Evidence:
    """Measure every signal and flag of one sample.

    A signal that fails unexpectedly is `None` and named in `notes["signal_errors"]`; it never takes others along.

    Args:
        sample: what to measure.
        opened: by PNG bytes, those of its pictures that are decoded already.
    """
    view = View(sample, opened)
    errors: dict[str, str] = {}
    signals = {name: _guarded(name, signal.value, view, errors, None) for name, signal in SIGNALS.items()}
    flags = tuple(sorted(name for name, flag in FLAGS.items() if _guarded(name, flag.raised, view, errors, False)))
    found: dict[str, Any] = _guarded("notes", notes, view, errors, {})
    view.forget()
    return Evidence(signals=signals, notes=found | {"signal_errors": errors} if errors else found, flags=flags)


def _guarded(name: str, analysis: Any, view: View, errors: dict[str, str], otherwise: Any) -> Any:
    try:
        return analysis(view)
    except Exception as error:  # noqa: BLE001 - the one place where a defect of a signal is kept from ending a run
        errors[name] = f"{type(error).__name__}: {error}"[:200]
        return otherwise
