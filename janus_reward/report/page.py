"""`report_run`: everything about a run on one page that runs nothing but its own scripts and asks no network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from pathlib import Path
from typing import Any

from janus_reward.errors import DiskError, InputError, MissingExtra
from janus_reward.report.audit import Audit
from janus_reward.report.columns import packed_bytes, packed_columns
from janus_reward.report.drift import drift
from janus_reward.report.facts import facts
from janus_reward.report.findings import cluster_views, contamination_views
from janus_reward.report.gallery import VIEWS, chosen_rows, details
from janus_reward.report.markdown import markdown_report
from janus_reward.report.thumbnails import PictureFolder
from janus_reward.run import Run
from janus_reward.select.selection import Selection

_ASSETS = Path(__file__).parent / "assets" / "page"
_ROOMS = (
    "elements", "theme", "columns", "charts", "overview", "scores", "what_if", "rows", "detail", "relations", "drift",
    "judge", "keys", "start",
)  # fmt: skip
"""The parts of the page's script, in the order in which they stand."""

_PART = 20

GALLERY = 240
"""Rows shown in full when nothing else is asked."""


def report_run(
    run: str | Path | Run,
    out: str | Path | None = None,
    *,
    selection: str | Path | Selection | None = None,
    dedup: str | Path | None = None,
    contamination: str | Path | None = None,
    compare: str | Path | Run | None = None,
    card: str | Path | None = None,
    title: str = "",
    gallery: int = GALLERY,
) -> Path:
    """Write the report.

    Args:
        run: of `score dataset`.
        out: `FILE.html`; `FILE.md` for Markdown; another name for a folder whose pictures and rows lie beside the page;
            `RUN/report.html` when absent.
        selection: folder of `select`.
        dedup: folder of `dedup` about this run.
        contamination: folder of `decontaminate` about this run.
        compare: an earlier run of the same rows.
        card: JSON of `judge card -o`.
        title: heading; the folder's name when absent.
        gallery: rows that the page shows in full.

    Raises:
        InputError: something named cannot be read; MissingExtra: plotly is not installed; DiskError: nothing written.
    """
    opened = run if isinstance(run, Run) else Run(run)
    audit = Audit(
        opened,
        selection if isinstance(selection, Selection) or selection is None else Selection(selection),
        _path(dedup),
        _path(contamination),
        compare if isinstance(compare, Run) or compare is None else Run(compare),
        _path(card),
        title,
    )
    if audit.selection is not None:
        audit.selection.run(opened.path)
    if gallery < 0:
        raise InputError(f"a gallery of {gallery} rows cannot be shown")
    target = Path(out) if out is not None else opened.path / "report.html"
    if target.suffix == ".md":
        _put(target, markdown_report(audit))
        return target
    if target.suffix == ".html":
        _put(target, html_report(audit, gallery))
        return target
    return _folder_report(audit, gallery, target)


def html_report(audit: Audit, gallery: int = GALLERY) -> str:
    """The page as text, with everything inside."""
    chosen = chosen_rows(audit, gallery) if gallery else {}
    return _page(audit, list(details(audit, chosen)), "")


def _folder_report(audit: Audit, gallery: int, folder: Path) -> Path:
    """The page as `index.html`; pictures are files, and rows in full lie in `rows/`, read when looked at."""
    chosen = chosen_rows(audit, gallery) if gallery else {}
    stubs: list[dict[str, Any]] = []
    try:
        part: list[dict[str, Any]] = []
        for row in details(audit, chosen, PictureFolder(folder)):
            stubs.append({"at": row["at"], "views": row["views"], "part": len(stubs) // _PART})
            part.append(row)
            if len(part) == _PART or len(stubs) == len(chosen):
                text = f"janusRows({_inert(part)});\n"
                _put(folder / "rows" / f"{stubs[-1]['part']:05d}.js", text)
                part = []
    except OSError as error:
        raise DiskError(f"cannot write {folder}: {error.strerror}", hint="Choose another -o.") from error
    _put(folder / "index.html", _page(audit, stubs, " 'self'"))
    return folder / "index.html"


def _page(audit: Audit, rows: list[dict[str, Any]], beside: str) -> str:
    """The page around rows; `beside` lets it load what lies beside it."""
    shown = {
        "facts": facts(audit),
        "columns": packed_columns(audit),
        "views": list(VIEWS),
        "details": rows,
        "clusters": cluster_views(audit),
        "contamination": contamination_views(audit),
        "drift": drift(audit),
    }
    style, script, plotly = _asset("page.css"), _script(), plotting_library()
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_digest(script)} {_digest(plotly)}{beside}",
            f"style-src-elem {_digest(style)} {_digest('')}",
            "style-src-attr 'unsafe-inline'",
            f"img-src data:{beside}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    parts = {
        "%TITLE%": html.escape(audit.name),
        "%POLICY%": html.escape(policy, quote=True),
        "%STYLE%": style,
        "%DATA%": _inert(shown),
        "%PLOTLY%": packed_bytes(plotly.encode("utf-8")),
        "%SCRIPT%": script,
    }
    return _filled(_asset("page.html"), parts)


def _filled(template: str, parts: dict[str, str]) -> str:
    """The template with each mark replaced once; what is put in is not searched for marks again."""
    made, rest = [], template
    for mark, text in parts.items():
        before, _, rest = rest.partition(mark)
        made += [before, text]
    return "".join([*made, rest])


def _inert(value: Any) -> str:
    """JSON that cannot end the element it stands in, whatever the data say."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def _script() -> str:
    """One script of all rooms: they share names among themselves and leave none outside."""
    return '"use strict";\n(() => {\n' + "".join(_asset(f"{name}.js") for name in _ROOMS) + "})();\n"


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def plotting_library() -> str:
    """The script of plotly. Raises MissingExtra when it is not installed."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise MissingExtra(
            "the charts of the report need plotly", hint="pip install 'janus-reward[report]', or write -o FILE.md."
        ) from None
    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")


def _put(target: Path, text: str) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DiskError(f"cannot write {target}: {error.strerror}", hint="Choose another -o.") from error


def _path(value: str | Path | None) -> Path | None:
    return None if value is None else Path(value)
