"""What a run may spend on its judge: ledger, meter and forecast, opened with the run and closed with it."""

from __future__ import annotations

import io
import itertools
import uuid
from collections.abc import Callable
from pathlib import Path

from janus_reward.dataset import Source
from janus_reward.judges.base import WaitingJudge
from janus_reward.judges.cost import Budget, Forecast, Meter
from janus_reward.judges.loop import submit
from janus_reward.ledger import FILE, Ledger
from janus_reward.rubric import RubricSet
from janus_reward.run.manifest import RunFolder
from janus_reward.sample import Sample
from janus_reward.triple import TEXT_DOMAINS, Evidence, Render, Still, Triple

_LOOKED_AT = 16
_PICTURE = (800, 600)


class Purse:
    """Ledger, meter and forecast of one run.

    Args:
        judge: gets ledger and meter.
        rubrics: the rubrics of the run.
        ledger: folder of the ledger.
        budget: as `--budget` says it.
        on_notice: told the forecast, and what was wrong with the ledger.

    Raises:
        InputError: the budget cannot be read.
    """

    def __init__(
        self,
        judge: WaitingJudge,
        rubrics: RubricSet,
        ledger: Path,
        budget: str | None,
        on_notice: Callable[[str], None] | None,
    ) -> None:
        self._judge, self._rubrics, self._path = judge, rubrics, ledger
        self._tell = on_notice or (lambda words: None)
        self._meter = Meter(Budget.parse(budget) if budget is not None else None)
        self._ledger: Ledger | None = None
        self._folder: RunFolder | None = None

    @property
    def spent(self) -> str:
        """What all starts of the run have cost so far."""
        return str(self._meter.spend)

    def open(self, folder: RunFolder, source: Source) -> None:
        """Open the ledger, take over what earlier starts paid, tell the forecast.

        A new ledger means that calls will be made: the judge is then tried before anything is rendered.

        Raises:
            DiskError: the ledger cannot be opened.
            EndpointDown, EndpointRefused: the judge cannot be used.
        """
        self._folder = folder
        self._meter.run = folder.manifest.get("run_id") or uuid.uuid4().hex
        folder.save(run_id=self._meter.run)
        self._ledger = Ledger(self._path / FILE)
        if self._ledger.notice:
            self._tell(self._ledger.notice)
        self._judge.attach(self._ledger, self._meter)
        latency = submit(self._judge.prepare()).result() if not len(self._ledger) else None
        if (forecast := self._forecast(source, latency)) is not None:
            folder.save(forecast=str(forecast))
            self._tell(f"forecast: {forecast}")

    def close(self) -> None:
        """Note what was spent and close the ledger."""
        if self._ledger is None or self._folder is None:
            return
        self._folder.save(cost=self._meter.totals())
        self._ledger.close()
        self._ledger = None

    def _forecast(self, source: Source, latency: float | None) -> Forecast | None:
        """From the first rows, with a stand-in of ordinary size for each picture; `None` for an uncounted source."""
        looked = [triple for triple in itertools.islice(source, _LOOKED_AT) if triple.error is None]
        rows = source.count()
        if not looked or rows is None:
            return None
        found = [self._expected(triple) for triple in looked]
        calls, tokens_in, tokens_out = (round(sum(column) * rows / len(looked)) for column in zip(*found, strict=True))
        seconds = latency * calls / max(1, min(self._judge.in_flight, calls)) if latency is not None else None
        return Forecast(rows, calls, tokens_in, tokens_out, *self._judge.priced(tokens_in, tokens_out), seconds)

    def _expected(self, triple: Triple) -> tuple[int, int, int]:
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        return self._judge.expected(_stand_in(triple), Evidence({}), rubric)


def _stand_in(triple: Triple) -> Sample:
    """A sample as it will be when all goes well."""
    from PIL import Image

    if triple.domain in TEXT_DOMAINS:
        return Sample(triple, Render("not_needed"))
    blank = io.BytesIO()
    Image.new("RGB", _PICTURE, "white").save(blank, "PNG")
    stills = (blank.getvalue(),)
    references = stills if triple.references else ()
    before = stills if triple.before else ()
    return Sample(triple, Render("ok", (Still("", *_PICTURE),)), stills, None, before, references)
