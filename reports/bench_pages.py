"""Pages per second per core: a fresh browser per page (the naive way, by Playwright) against HtmlRenderer.

Run: python reports/bench_pages.py [PAGES]. Both ways draw the same pages and take the same stills; the naive way waits
on the wall clock for them, since it has no other.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version

from janus_reward.render import browser
from janus_reward.render.base import RenderSettings
from janus_reward.render.html import HtmlRenderer

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


def naive(page: str) -> None:
    """A fresh driver and browser; wait as long as the first still asks; one full-page picture."""
    from playwright.sync_api import sync_playwright

    settings = RenderSettings()
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(browser.program()), args=["--no-sandbox"])
        tab = chromium.new_page(viewport={"width": settings.width, "height": settings.height})
        tab.set_content(page, wait_until="load")
        tab.wait_for_timeout(1000 * settings.still_times_s[0])
        tab.screenshot(full_page=True)
        chromium.close()


def timed(draw: Callable[[str], object], work: list[str]) -> tuple[float, float]:
    """(pages per second, median milliseconds) of one worker."""
    spans = []
    for page in work:
        start = time.perf_counter()
        draw(page)
        spans.append(time.perf_counter() - start)
    return len(work) / sum(spans), 1000 * statistics.median(spans)


def main() -> None:
    """Print the table."""
    work = list(pages(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
    renderer = HtmlRenderer(RenderSettings())
    renderer.render(work[0])
    ours, ours_ms = timed(renderer.render, work)
    renderer.close()
    theirs, theirs_ms = timed(naive, work[: max(5, len(work) // 3)])
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}")
    print(f"{browser.version()}; playwright {version('playwright')}; {len(work)} pages, one worker")
    print(f"{'way':34} {'pages/s/worker':>15} {'median ms':>10}")
    print(f"{'naive: a fresh browser per page':34} {theirs:15.2f} {theirs_ms:10.0f}")
    print(f"{'HtmlRenderer, sandboxed':34} {ours:15.2f} {ours_ms:10.0f}")
    print(f"ratio {ours / theirs:.1f}x")


if __name__ == "__main__":
    main()
