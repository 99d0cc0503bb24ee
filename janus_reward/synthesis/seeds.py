"""What synthesis starts from: verified triples, fragments of source files, and taxonomies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from random import Random

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from janus_reward.dataset import open_source
from janus_reward.errors import InputError
from janus_reward.synthesis.animation_split import self_contained
from janus_reward.triple import Domain, Triple

_MOST = 20_000


class Taxonomy(BaseModel):
    """The slices of a domain, each with keywords and meta tasks that a new triple may be about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: Domain
    slices: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Material:
    """All that strategies draw from.

    Args:
        seeds: triples with instruction and code; rows that are marked as not good (`meta.good: false`) are left out.
        sources: triples with code.
        taxonomies: by domain.
    """

    seeds: tuple[Triple, ...]
    sources: tuple[Triple, ...]
    taxonomies: dict[str, Taxonomy]

    def keywords(self, domain: str | None) -> list[tuple[str, str]]:
        """(slice, keyword) of a domain, slices in turn; empty without a taxonomy."""
        taxonomy = self.taxonomies.get(domain or "")
        if taxonomy is None:
            return []
        longest = max(map(len, taxonomy.slices.values()))
        return [
            (name, words[at]) for at in range(longest) for name, words in taxonomy.slices.items() if at < len(words)
        ]


def read_material(seeds: str, sources: str | None, taxonomies: Sequence[str], folder: Path) -> Material:
    """Read everything once. Raises InputError when something is missing or no seed is usable."""
    good = tuple(_good(seeds))
    if not good:
        raise InputError(f"{seeds} holds no triple with instruction and code", hint="Seeds are verified triples.")
    code = tuple(triple for triple in open_source(sources) if triple.code and not triple.error) if sources else good
    named = [_taxonomy(name, folder) for name in taxonomies]
    return Material(good, code[:_MOST], {taxonomy.domain: taxonomy for taxonomy in named})


def fragment(source: Triple, lines: int, random: Random) -> str:
    """A piece of a source file: one whole scene of an animation, else so many lines from the start of a paragraph."""
    code = source.code or ""
    if source.language == "manim" and (scenes := self_contained(code)):
        return random.choice(scenes)
    rows = code.splitlines()
    if len(rows) <= lines:
        return code
    starts = [at for at in range(len(rows) - lines + 1) if at == 0 or not rows[at - 1].strip()]
    start = random.choice(starts)
    return "\n".join(rows[start : start + lines])


def _good(seeds: str) -> Iterator[Triple]:
    for row, triple in enumerate(open_source(seeds)):
        if row >= _MOST:
            return
        whole = triple.error is None and triple.code and triple.instruction
        if whole and triple.meta.get("good", True) and not triple.meta.get("twin_of"):
            yield triple


def _taxonomy(name: str, folder: Path) -> Taxonomy:
    own = folder / name
    shipped = files("janus_reward.synthesis") / "taxonomies" / f"{name}.yaml"
    try:
        text = (own if name.endswith((".yaml", ".yml")) else shipped).read_text(encoding="utf-8")
        return Taxonomy.model_validate(yaml.safe_load(text))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot read the taxonomy {name!r}: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"taxonomy {name}: {where}: {first['msg']}", hint="See docs/synthesize.md.") from None
