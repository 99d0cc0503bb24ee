"""How fast the audit page of many rows opens in Chromium, against the page that everyone writes: a table of all rows.

    python reports/report_open.py [--rows 100000] [--write reports/report_open.md]

The run is the made one of `reports/select_speed.py` with a selection by `balanced`. Each page is opened three times in
a new tab. Told are medians: wall seconds until a mark (they grow with what else the machine does), and processor
seconds of the page's main thread until then, which do not. Marks: the overview is drawn; every section is there with
live counts (charts and texts follow while it is read). The baseline writes id, instruction and scores of a tenth of the
rows into one HTML table and is done when it is loaded: all rows take a browser minutes.
"""

from __future__ import annotations

import argparse
import html
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from select_speed import CRITERIA, made_run

from janus_reward.render.browser import program
from janus_reward.report import report_run
from janus_reward.run import Run
from janus_reward.select import load_policy, select_run

ROUNDS = 3
MARKS = {"overview": "overview drawn", "sections": "all sections, live counts"}


def plain_table(run: Path, target: Path) -> Path:
    """The baseline page."""
    columns = ["id", "row", "instruction", "score", *CRITERIA]
    with target.open("w", encoding="utf-8") as file:
        file.write("<!doctype html><meta charset=utf-8><table>\n")
        for batch in Run(run).batches(columns):
            for row in batch.to_pylist():
                if row["row"] % 10:
                    continue
                file.write("<tr>" + "".join(f"<td>{html.escape(str(row[name]))}" for name in columns) + "\n")
        file.write("</table>\n")
    return target


def opened(browser: Browser, page: Path, mark: str | None) -> tuple[float, float]:
    """Wall seconds until a mark (`None`: loaded), and processor seconds of the main thread until it was seen."""
    tab = browser.new_page(viewport={"width": 1360, "height": 900})
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri(), wait_until="commit" if mark else "load", timeout=120_000)
    if mark is not None:
        tab.wait_for_function("name => performance.getEntriesByName(name).length", arg=mark, timeout=120_000)
    found: dict[str, Any] = {
        entry["name"]: entry["value"] for entry in devtools.send("Performance.getMetrics")["metrics"]
    }
    named = f"performance.getEntriesByName('{mark}')[0].startTime"
    wall = tab.evaluate(named if mark else "performance.getEntriesByType('navigation')[0].loadEventEnd")
    tab.close()
    return wall / 1000, found["TaskDuration"]


def lines(rows: int) -> Iterator[str]:
    """The report."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as started:
        folder = Path(scratch)
        run = made_run(folder / "run", rows)
        selection = select_run(run, load_policy("balanced"), folder / "selection")
        page = report_run(run, folder / "page.html", selection=selection)
        table = plain_table(run, folder / "table.html")
        browser = started.chromium.launch(executable_path=str(program()), args=["--no-sandbox"])
        yield f"# Opening the audit page of {rows:,} rows\n"
        yield f"`python reports/report_open.py --rows {rows}`; {platform.machine()}, {os.cpu_count()} cores, Chromium"
        yield f"{browser.version}, load of the machine {os.getloadavg()[0]:.0f}. Medians of {ROUNDS}.\n"
        yield "| page | until | MB | wall seconds | processor seconds |"
        yield "|---|---|---|---|---|"
        for name, path, mark in [
            ("plain table of a tenth of the rows", table, None),
            *(("audit page", page, mark) for mark in MARKS),
        ]:
            times = [opened(browser, path, mark) for _ in range(ROUNDS)]
            wall, busy = (statistics.median(part) for part in zip(*times, strict=True))
            size = path.stat().st_size / 1e6
            yield f"| {name} | {MARKS.get(mark or '', 'loaded')} | {size:.1f} | {wall:.2f} | {busy:.2f} |"
        browser.close()


def main() -> None:
    """Print the report; write it with --write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    text = "\n".join(lines(given.rows)) + "\n"
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
