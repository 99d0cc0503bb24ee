"""What a run pays for: one ledger and one meter for all models that it asks, opened with its folder."""

from __future__ import annotations

import uuid
from pathlib import Path

from janus_reward.generation.generator import Generator
from janus_reward.judges.cost import Budget, Meter
from janus_reward.judges.loop import submit
from janus_reward.ledger import FILE, Ledger
from janus_reward.run.manifest import RunFolder


class Account:
    """Ledger and meter of a run.

    Args:
        place: folder of the ledger.
        budget: the most that all starts of the run may cost, as `--budget` says it.

    Raises:
        InputError: the budget cannot be read.
    """

    def __init__(self, place: Path, budget: str | None) -> None:
        self._place = place
        self.meter = Meter(Budget.parse(budget) if budget else None)
        self.ledger: Ledger | None = None
        self._folder: RunFolder | None = None
        self.generators: list[Generator] = []

    @property
    def spent(self) -> str:
        """What all starts have cost so far, in words; empty where nothing costs."""
        return str(self.meter.spend) if self.generators else ""

    def add(self, generator: Generator) -> Generator:
        """Count this generator on the meter."""
        generator.meter = self.meter
        self.generators.append(generator)
        return generator

    def open(self, folder: RunFolder) -> None:
        """Open the ledger and take over what earlier starts paid. Raises DiskError."""
        self._folder = folder
        self.meter.run = folder.manifest.get("run_id") or uuid.uuid4().hex
        folder.save(run_id=self.meter.run)
        self.ledger = Ledger(self._place / FILE)
        paid = self.ledger.spent(self.meter.run)
        for generator in self.generators:
            generator.ledger = self.ledger
            mine = [line[1:] for line in paid if line[0] == generator.model.called]
            self.meter.start_from(mine, generator.model.prices)

    def close(self) -> None:
        """Note what was spent, close the engines and the ledger."""
        if self.ledger is None or self._folder is None:
            return
        self._folder.save(cost=self.meter.totals())
        for generator in self.generators:
            submit(generator.aclose()).result()
        self.ledger.close()
        self.ledger = None
