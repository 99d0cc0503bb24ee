"""How pictures are told apart: `python reports/dedup/pictures.py [--charts 40]` (needs matplotlib).

Charts of four families with random data are drawn, then drawn again at another size, resolution and font size. Found: a
chart and its second drawing share a candidate key and reach the threshold. False: two different charts of one family
do.
"""

from __future__ import annotations

import argparse
import io
from itertools import combinations

import matplotlib as mpl
import numpy as np

from janus_reward.dedup.pictures import perceptual_keys, picture_features
from janus_reward.dedup.verify import ink_similarity

mpl.use("Agg")
VARIANTS = {"dpi 60": {"dpi": 60}, "dpi 200": {"dpi": 200}, "font 8": {"font": 8}, "font 12": {"font": 12}}


def draw(family: str, seed: int, dpi: int = 100, font: int = 10) -> bytes:
    """One chart as PNG."""
    from matplotlib import pyplot as plt

    data = np.random.RandomState(seed)
    with mpl.rc_context({"font.size": font}):
        figure, axes = plt.subplots(figsize=(6.4, 4.8), dpi=dpi)
        if family == "bars":
            axes.bar([f"c{i}" for i in range(6)], data.rand(6))
        elif family == "lines":
            axes.plot(data.randn(60).cumsum())
            axes.plot(data.randn(60).cumsum())
        elif family == "points":
            axes.scatter(data.randn(50), data.randn(50))
        else:
            axes.hist(data.gamma(1 + seed % 5, size=300), bins=20)
        axes.set_title(f"Title number {seed}")
        axes.set_xlabel("category")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        plt.close(figure)
    return buffer.getvalue()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--charts", type=int, default=10, help="of each family")
    asked = parser.parse_args()
    first: dict[str, list[float]] = {name: [] for name in VARIANTS}
    keyed: dict[str, list[bool]] = {name: [] for name in VARIANTS}
    apart: list[float] = []
    for family in ("bars", "lines", "points", "histogram"):
        originals = [draw(family, seed) for seed in range(asked.charts)]
        known = picture_features(originals)
        apart += [ink_similarity(known.ink, known.ground, i, j) for i, j in combinations(range(asked.charts), 2)]
        for name, options in VARIANTS.items():
            both = picture_features([*originals, *(draw(family, seed, **options) for seed in range(asked.charts))])
            keys = perceptual_keys(both.ink)
            for i in range(asked.charts):
                first[name].append(ink_similarity(both.ink, both.ground, i, i + asked.charts))
                keyed[name].append(bool((keys[:, i] == keys[:, i + asked.charts]).any()))
    show(first, keyed, np.array(apart))


def show(first: dict[str, list[float]], keyed: dict[str, list[bool]], apart: np.ndarray) -> None:
    """The tables."""
    print(
        "| second drawing | lowest | median | >= .8 | >= .85 | >= .9 | share a key |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    for name, values in first.items():
        found = np.array(values)
        shares = " | ".join(f"{(found >= least).mean():.0%}" for least in (0.8, 0.85, 0.9))
        print(f"| {name} | {found.min():.3f} | {np.median(found):.3f} | {shares} | {np.mean(keyed[name]):.0%} |")
    shares = ", ".join(f">= {least}: {(apart >= least).mean():.2%}" for least in (0.6, 0.7, 0.8, 0.85, 0.9))
    print(f"\n{len(apart):,} pairs of different charts of one family: highest {apart.max():.3f}, {shares}")


if __name__ == "__main__":
    main()
