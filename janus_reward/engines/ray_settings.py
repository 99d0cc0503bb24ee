"""What each stage gets of a Ray cluster, from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from janus_reward.engines import known_engine
from janus_reward.errors import InputError, RubricError
from janus_reward.rubric_file import describe, read_document


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Share(_Part):
    """What one actor of a stage takes, and how many there are.

    Args:
        actors: at least and at most; `None`: one for each core of the cluster.
        num_cpus, num_gpus, memory_mb: that Ray sets aside for each.
        resources: custom resources of the nodes that may run it, such as `{render: 1}`.
    """

    actors: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None
    num_cpus: Annotated[float, Field(ge=0)] = 1.0
    num_gpus: Annotated[float, Field(ge=0)] = 0.0
    memory_mb: Annotated[int, Field(ge=1)] | None = None
    resources: dict[str, float] = Field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        """As Ray takes them."""
        found: dict[str, Any] = {"num_cpus": self.num_cpus, "num_gpus": self.num_gpus}
        if self.resources:
            found["resources"] = dict(self.resources)
        return found | ({"memory": self.memory_mb << 20} if self.memory_mb else {})


class RaySettings(_Part):
    """How a run uses Ray.

    Args:
        address: of the cluster; `None`: that of RAY_ADDRESS, or a new one on this machine.
        stage: actors that render and measure, fingerprint, or look for benchmark items.
        rows: triples that one call of an actor works on.
    """

    address: str | None = None
    stage: Share = Share()
    rows: Annotated[int, Field(ge=1, le=4096)] = 16


def read_ray_settings(path: str | Path | None) -> RaySettings:
    """Read and check a file of settings; the defaults without one. Raises InputError naming file and line."""
    if path is None:
        return RaySettings()
    try:
        document = read_document(Path(path))
        return RaySettings.model_validate(document.content)
    except RubricError as error:
        raise InputError(error.message, hint="See docs/scale.md.") from None
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/scale.md.") from None


def settings_for(engine: str, ray: str | Path | RaySettings | None) -> RaySettings | None:
    """How an engine uses Ray; `None` for the local one. Raises InputError for an unknown engine or a wrong file."""
    if known_engine(engine) == "local":
        return None
    return ray if isinstance(ray, RaySettings) else read_ray_settings(ray)
