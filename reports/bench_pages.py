"""Pages per second per core: one warm jailed browser against a fresh browser per page.

    python reports/bench_pages.py [--pages N] [--rounds R] [--write reports/speed_pages.md]

All ways draw the same pages, one at a time on one core, in turn; medians over the rounds. The naive ways are Playwright
with its driver kept, a fresh browser for each page, `load` awaited, one full-page screenshot, and no further wait, no
jail, no facts, no stills at virtual times: once with the small headless shell that we use too, once with full Chromium.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from janus_reward.render import browser
from janus_reward.render.base import RenderSettings
from janus_reward.render.html import HtmlRenderer

PROGRAMS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")

CARD = "<article class=card><h2>{title}</h2><p>{text}</p><button>Open</button></article>"
SHOP = """<!doctype html><html lang=en><head><meta charset=utf-8><title>Shop {n}</title><style>
body{{font-family:sans-serif;margin:0;background:#f4f6f8}}header{{background:#1f3a5f;color:#fff;padding:24px}}
main{{display:grid;grid-template-columns:repeat(3,1fr);gap:16px;padding:24px}}
.card{{background:#fff;border-radius:8px;padding:16px;box-shadow:0 1px 4px #0003}}</style></head>
<body><header><h1>Garden shop, branch {n}</h1></header><main>{cards}</main></body></html>"""
CHART = """<!doctype html><title>Chart {n}</title><h1>Rain in {n} towns</h1><canvas id=c width=800 height=400></canvas>
<script>const p=c.getContext('2d');for(let i=0;i<12;i++){{const h=40+((i*{n}*37)%300);p.fillStyle='steelblue';
p.fillRect(20+i*64,380-h,48,h);p.fillStyle='#222';p.fillText('month '+(i+1),22+i*64,395)}}</script>"""
FORM = """<!doctype html><title>Form {n}</title><style>label{{display:block;margin:8px}}</style><h1>Booking {n}</h1>
<form>{cards}<button>Book</button></form><table border=1>{rows}</table>"""


def pages(count: int) -> Iterator[str]:
    """Web pages, canvas charts and forms in turn, no two the same."""
    for n in range(1, count + 1):
        cards = "".join(CARD.format(title=f"Plant {n}-{i}", text="Likes shade and water. " * 4) for i in range(9))
        fields = "".join(f"<label>Field {i} <input placeholder='value {n * i}'></label>" for i in range(8))
        rows = "".join(f"<tr><td>{i}</td><td>{i * n}</td></tr>" for i in range(12))
        shape = (SHOP, CHART, FORM)[n % 3]
        yield shape.format(n=n, cards=fields if shape is FORM else cards, rows=rows)


def naive(driver: Playwright, program: str, work: list[str]) -> None:
    """A fresh browser for each page."""
    settings = RenderSettings()
    for page in work:
        chromium = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        tab = chromium.new_page(viewport={"width": settings.width, "height": settings.height})
        tab.set_content(page, wait_until="load")
        tab.screenshot(full_page=True)
        chromium.close()


def warm(renderer: HtmlRenderer, work: list[str]) -> None:
    """The product's way: one jailed browser, a fresh context for each page, facts and stills."""
    for page in work:
        drawn = renderer.render(page, "html")
        if drawn.outcome != "ok":
            raise SystemExit(f"a benchmark page failed: {drawn.message}")


def seconds(work: Callable[[], None]) -> float:
    """Wall seconds of one piece of work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure both ways in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    work = list(pages(arguments.pages))
    programs = [path for path in PROGRAMS if Path(path).exists()]
    renderer = HtmlRenderer(RenderSettings())
    warm(renderer, work[:1])
    rounds = []
    with sync_playwright() as driver:
        for _ in range(arguments.rounds):
            spans = [seconds(lambda program=program: naive(driver, program, work)) for program in programs]
            rounds.append([span / len(work) for span in (*spans, seconds(lambda: warm(renderer, work)))])
    renderer.close()
    text = report(programs, rounds, len(work))
    if arguments.write:
        arguments.write.write_text(text)
    print(text)


def report(programs: list[str], rounds: list[list[float]], count: int) -> str:
    """The table as Markdown."""
    names = [f"fresh {Path(program).name} per page (Playwright)" for program in programs]
    lines = [
        "# Pages: one warm jailed browser against a fresh browser per page",
        "",
        f"Made by `python reports/bench_pages.py --write reports/speed_pages.md`: {count} pages made by the script,",
        f"{len(rounds)} rounds in turn, pinned to one core ({platform.machine()}, {browser.version()},",
        f"Playwright {version('playwright')}). The warm way is jailed and takes facts and stills; the others do not.",
        "",
        "| way | median ms per page | pages per second per core | warm is faster by |",
        "|---|---:|---:|---:|",
    ]
    for name, spans in zip([*names, "warm jailed browser, fresh context"], zip(*rounds, strict=True), strict=True):
        span = statistics.median(spans)
        ratios = sorted(one / fast for one, fast in zip(spans, (round_[-1] for round_ in rounds), strict=True))
        ratio = f"{statistics.median(ratios):.1f}x ({ratios[0]:.1f}x to {ratios[-1]:.1f}x)"
        lines.append(f"| {name} | {1000 * span:.0f} | {1 / span:.2f} | {ratio} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
