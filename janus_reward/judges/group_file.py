"""Judge files for `judge: panel` and `judge: cascade`: several judges, each named or a file beside this one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from janus_reward.judges.file import JudgeFile

MemberName = Annotated[str, Field(min_length=1, max_length=300)]
GroupName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:+-]{0,80}$")]


class PanelFile(JudgeFile):
    """Several judges who all judge everything.

    Args:
        members: names or judge files; calibrate each in its own file.
        name: what the column `judge` says.
        widest_spread: points; where the members' scores lie further apart the panel abstains (`disagreement`).
        least: members that must have scored a criterion; fewer give no score.
    """

    judge: Literal["panel"]
    members: Annotated[tuple[MemberName, ...], Field(min_length=2, max_length=9)]
    name: GroupName = "panel"
    widest_spread: float = Field(default=2.5, gt=0, le=4)
    least: int = Field(default=2, ge=1, le=9)

    @property
    def called(self) -> str:
        """The judge's name in runs."""
        return self.name


class CascadeFile(JudgeFile):
    """Judges from cheap to strong; a criterion goes on to the next where the one before is not sure.

    Args:
        stages: names or judge files, the cheapest first.
        name: what the column `judge` says.
        sure_width: points; a stage's score is final where its interval is at most this wide.
        threshold: score at which a filter cuts; where the whole interval lies on one side the score is final too.
    """

    judge: Literal["cascade"]
    stages: Annotated[tuple[MemberName, ...], Field(min_length=2, max_length=5)]
    name: GroupName = "cascade"
    sure_width: float = Field(default=1.0, gt=0, le=4)
    threshold: float | None = Field(default=None, ge=1, le=5)

    @property
    def called(self) -> str:
        """The judge's name in runs."""
        return self.name
