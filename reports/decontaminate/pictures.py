"""Draw benchmark charts again in another size, resolution and font: are they found, are other charts let alone.

    python reports/decontaminate/pictures.py DATA [--charts 150] [--held-out 60] [--write FILE]

DATA holds `chartmimic/triples.jsonl`. Each chart is rendered as it is (the benchmark's picture) and with a figure of
another size and shape, another resolution, font and font size (the row's picture). Other charts: every pair of
different charts; of the same family when their ids begin alike (`bar_`, `line_` ...), and the pairs of a chart and its
`custom` variant apart, which has the same layout and other data. Once by the pictures alone, as for rows without code,
and once with the codes beside them. Held out: charts and their `custom` variants beside the sample, on which no rule
was chosen.
"""

from __future__ import annotations

import argparse
import platform
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np

from janus_reward.agreement.statistics import wilson
from janus_reward.dataset import open_source
from janus_reward.decontaminate.items import Item
from janus_reward.decontaminate.pictures import PictureParts, look_of
from janus_reward.decontaminate.plotted import other_data
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderFarm
from janus_reward.render.store import RenderStore
from janus_reward.triple import Triple

SHOWS = re.compile(r"^(?=(?:plt|fig\w*)\.(?:savefig|show)\()", re.MULTILINE)


def redrawn(code: str, chance: random.Random) -> str:
    """The code with another font, and another size of the figure before it is shown."""
    font = chance.choice(["serif", "monospace", "Liberation Sans"])
    wide, tall = chance.uniform(0.8, 1.4), chance.uniform(0.8, 1.4)
    points, dots, more_dots = chance.choice([8, 9, 12]), chance.choice([60, 80, 140]), chance.choice([60, 80, 140])
    style = {"font.family": font, "font.size": points, "savefig.dpi": dots, "figure.dpi": more_dots}
    before = f"import matplotlib as _m\n_m.rcParams.update({style!r})\n"
    size = f"_f = _m.pyplot.gcf(); _f.set_size_inches(_f.get_size_inches() * ({wide:.2f}, {tall:.2f}))\n"
    return before + (SHOWS.sub(size, code) if SHOWS.search(code) else f"{code}\n{size}")


def main() -> None:
    """Draw, look, print (or write)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--charts", type=int, default=150)
    parser.add_argument("--held-out", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    charts = [t for t in open_source(str(asked.data / "chartmimic" / "triples.jsonl")) if t.code]
    sample = chance.sample(charts, min(asked.charts, len(charts)))
    held = held_out(charts, sample, asked.held_out, asked.seed)
    charts = [*sample, *held]
    with tempfile.TemporaryDirectory() as folder:
        farm = RenderFarm(RenderStore(Path(folder)), RenderSettings(), "always")
        try:
            drawn = [_drawn(farm, chart, chance) for chart in charts]
        finally:
            farm.close()
    codes = {chart.id: chart.code or "" for chart in charts}
    shown = [(name, png, again) for name, png, again in drawn if png and again]
    text = report(shown, codes, len(drawn), asked.seed, {chart.id for chart in held})
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


def held_out(charts: Sequence[Triple], sample: Sequence[Triple], pairs: int, seed: int) -> list[Triple]:
    """So many charts with their variants, none of them in the sample."""
    seen, groups = {base(chart.id) for chart in sample}, defaultdict(list)
    for chart in charts:
        if base(chart.id) not in seen:
            groups[base(chart.id)].append(chart)
    full = [groups[name] for name in sorted(groups) if len(groups[name]) > 1]
    chosen = random.Random(seed + 1).sample(full, min(pairs, len(full)))
    return [chart for group in chosen for chart in group]


def _drawn(farm: RenderFarm, chart: Triple, chance: random.Random) -> tuple[str, bytes | None, bytes | None]:
    code = chart.code or ""
    return chart.id, _still(farm, chart, code), _still(farm, chart, redrawn(code, chance))


def _still(farm: RenderFarm, chart: Triple, code: str) -> bytes | None:
    sample = farm.sample(Triple(chart.row, chart.id, chart.instruction, code, "python", "chart", "generate"))
    return sample.stills[0] if sample.stills and sample.render.outcome == "ok" else None


def family(name: str) -> str:
    """`bar` of `chartmimic/bar_12/custom`."""
    return name.split("/")[1].split("_")[0]


def base(name: str) -> str:
    """The chart that a custom variant was made from."""
    return name.removesuffix("/custom")


def report(
    drawn: Sequence[tuple[str, bytes, bytes]], codes: Mapping[str, str], tried: int, seed: int, held: Set[str]
) -> str:
    """The table as Markdown."""
    items = [Item("chartmimic", name, "", "", codes[name], png, "python") for name, png, _ in drawn]
    parts = PictureParts.of(items, DecontaminateSettings().picture)
    assert parts is not None
    known = {int(item) for item in parts.items}
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for i, (name, _, again) in enumerate(drawn):
        alike = {item for _, item, _ in parts.matches([again])}
        matched = {item for item in alike if not other_data(codes[name], items[item].code)}
        for k in known:
            kind = "the same chart drawn again" if k == i else _pair(name, drawn[k][0])
            found[kind + ", held out" * (name in held or drawn[k][0] in held)].append((k in alike, k in matched))
    lines = [
        "# Pictures of benchmark charts drawn again", "",
        f"`python reports/decontaminate/pictures.py DATA`: {len(drawn)} of {tried} charts drawn both ways, seed {seed}"
        f", Python {platform.python_version()}; similarity from {parts.least}. Baseline: the same bytes.", "",
        "| pairs | matched with their codes [95 %] | by the pictures alone [95 %] | same bytes |",
        "| --- | --- | --- | --- |",
    ]  # fmt: skip
    same = np.mean([first == second for _, first, second in drawn])
    for name, hits in found.items():
        alone, coded = (wilson(sum(kind), len(hits)) for kind in zip(*hits, strict=True))
        cells = [f"{s.value:.2%} [{s.low:.2%}, {s.high:.2%}], n={s.n:,}" for s in (coded, alone)]
        baseline = f"{same:.1%}" if name == "the same chart drawn again" else "-"
        lines.append(f"| {name} | {' | '.join(cells)} | {baseline} |")
    lines.append(f"\nPictures that say too little to be compared: {sum(look_of(png) is None for _, png, _ in drawn)}.")
    return "\n".join(lines) + "\n"


def _pair(one: str, other: str) -> str:
    if base(one) == base(other):
        return "a chart and its variant with other data"
    return "different charts of one family" if family(one) == family(other) else "charts of different families"


if __name__ == "__main__":
    main()
