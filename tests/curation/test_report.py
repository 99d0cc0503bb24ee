"""The audit page: true numbers, hostile content stays text, nothing is asked of a network; looked at in Chromium."""

import io
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from janus_reward.cli import app
from janus_reward.errors import InputError
from janus_reward.report import report_run
from janus_reward.select import Policy, select_run

ATTACK = "</script><script>window.owned=1</script><img src=x onerror=window.owned=1><svg onload=window.owned=1>"
LEAK = "<img src='http://192.0.2.1/leak.png'><link rel=stylesheet href='http://192.0.2.1/a.css'>"
MARKS = "%SCRIPT% %PLOTLY% %DATA% ${7*7} {{7*7}} \u2028 \u202e"


CRITERIA = ["task_relevance", "task_completion", "visual_fidelity", "code_quality"]


def png(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 5, 255 - number * 5, (number % 2) * 200)).save(file, "PNG")
    return file.getvalue()


def data_of(page: Path) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL)
    return json.loads(found.group(1))


@pytest.fixture
def hostile(make_run, tmp_path):
    """A run in which every text that can come from the data is an attack."""
    rows = [
        {
            "id": f"{ATTACK}{at}",
            "instruction": ATTACK + LEAK + MARKS,
            "code": f"<svg onload=window.owned=1>{ATTACK}</svg>{LEAK}{MARKS}",
            "language": ATTACK,
            "outcome": "ok" if at else "failed",
            "message": None if at else ATTACK,
            "flags": [ATTACK],
            "gates": [ATTACK],
            "checks": [{"id": ATTACK, "criterion": "x", "question": ATTACK, "answer": False}],
            "rationales": {"task_completion": ATTACK},
            "notes": json.dumps({ATTACK: [ATTACK]}),
            "meta": {"source": ATTACK},
            "score": 2.0 + at,
        }
        for at in range(3)
    ]
    run = make_run(rows, f"run {ATTACK.split('/')[0]}")
    selection = select_run(
        run, Policy.model_validate({"name": ATTACK, "about": ATTACK, "score": {"min": 3}}), tmp_path / "sel"
    )
    for name, row in {
        "dedup": {"survivor_id": f"{ATTACK}2", "kind": ATTACK, "modality": ATTACK, "similarity": 0.9, "shared": ATTACK},
        "decon": {
            "benchmark": ATTACK,
            "item": ATTACK,
            "channel": ATTACK,
            "evidence": ATTACK,
            "similarity": 1.0,
            "removed": True,
            "row_text": "window.owned=1",
            "item_text": ATTACK,
        },
    }.items():
        (tmp_path / name).mkdir()
        pq.write_table(
            pa.Table.from_pylist([{"id": f"{ATTACK}1", **row}]),
            tmp_path / name / ("hits.parquet" if name == "decon" else "removed.parquet"),
        )
    return report_run(
        run,
        tmp_path / "page.html",
        selection=selection,
        dedup=tmp_path / "dedup",
        contamination=tmp_path / "decon",
        compare=run,
        title=ATTACK,
    )


@pytest.fixture
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    from janus_reward.render.browser import program

    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=str(program()), args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser, page: Path, **context):
    """The page when it has drawn itself, and what it asked of a network."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, **context)
    asked: list[str] = []
    errors: list[str] = []
    tab.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else asked.append(request.url),
    )
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-ready=true]", state="attached", timeout=60_000)
    return tab, asked, errors


@pytest.mark.e2e
def test_attacks_in_the_data_stay_text_in_a_real_browser(browser, hostile):
    tab, asked, errors = opened(browser, hostile)
    for name in ("overview", "scores", "what-if", "rows", "duplicates", "contamination", "drift", "judge"):
        tab.locator(f"#{name}").scroll_into_view_if_needed()
    tab.locator(".card").first.click()
    assert ATTACK in tab.locator("#detail").inner_text()
    assert tab.evaluate("window.owned") is None
    assert tab.evaluate("document.querySelectorAll('main script, main link, main iframe, dialog script').length") == 0
    assert tab.evaluate("[...document.images].every((image) => image.src.startsWith('data:image/webp'))")
    assert tab.locator("#contamination mark").first.inner_text() == "window.owned=1"
    assert asked == []
    assert errors == []


@pytest.mark.e2e
def test_the_policy_of_the_page_stops_scripts_and_requests_that_get_in_anyway(browser, hostile):
    tab, _, _ = opened(browser, hostile)
    stopped: list[str] = []
    tab.on("requestfailed", lambda request: stopped.append(request.failure))
    answered: list[str] = []
    tab.on("response", lambda response: answered.append(response.url))
    tab.evaluate(
        """() => {
        const script = document.createElement('script');
        script.textContent = 'window.owned = 1';
        const holder = document.createElement('div');
        holder.innerHTML = '<img src=x onerror="window.owned=1">';
        const remote = new Image();
        const refused = new Promise((done) => { remote.onerror = done; });
        remote.src = 'http://192.0.2.1/leak.png';
        document.body.append(script, holder, remote);
        return refused.then(() => true);
    }"""
    )
    assert tab.evaluate("fetch('http://192.0.2.1/x').then(() => false, () => true)")
    assert tab.evaluate("window.owned") is None
    assert answered == []
    assert all("csp" in failure.lower() for failure in stopped)


@pytest.mark.e2e
def test_what_if_counts_are_those_of_a_selection_at_that_cut(browser, make_run, tmp_path):
    run = make_run([{"score": 1 + at / 25, "outcome": "failed" if at % 10 == 0 else "ok"} for at in range(100)])
    page = report_run(run, tmp_path / "page.html")
    tab, _, errors = opened(browser, page)
    for cut in (2.0, 3.55, 4.8):
        move(tab, cut)
        policy = Policy.model_validate({"score": {"min": cut}})
        kept = select_run(run, policy, tmp_path / f"at-{cut}").summary["kept"]
        assert tab.locator("#live-kept").inner_text() == str(kept)
    assert errors == []


def move(tab, cut: float) -> None:
    tab.locator("#cut-score").evaluate(
        "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(cut)
    )


@pytest.mark.e2e
def test_what_if_knows_the_review_band_and_the_number_of_the_policy(browser, make_run, tmp_path):
    rows = [
        {
            "score": 5.0,
            **dict.fromkeys(CRITERIA, 1 + at / 50),
            "task_relevance": 1 + at / 40,
            "confidence": at % 10 / 10,
            "flags": ["placeholder_text"] if at % 7 == 0 else [],
        }
        for at in range(160)
    ]
    asked = Policy.model_validate(
        {
            "score": {"of": "mean", "min": 3},
            "floors": {"code_quality": 2.5},
            "review": {"margin": 0.2, "confidence": 0.3, "flags": ["placeholder_text"]},
        }
    )
    run = make_run(rows)
    selection = select_run(run, asked, tmp_path / "sel")
    tab, _, errors = opened(browser, report_run(run, tmp_path / "page.html", selection=selection))
    for cut in (3.0, 2.4, 4.0):
        move(tab, cut)
        summary = select_run(run, asked.with_cut(cut), tmp_path / f"at-{cut}").summary
        shown = [tab.locator(f"#live-{name}").inner_text() for name in ("kept", "review")]
        assert shown == [str(summary["kept"]), str(summary["review"])]
    assert errors == []


@pytest.mark.e2e
def test_a_view_is_in_its_own_order_and_shows_what_the_prompt_shows(browser, shown_run, make_run, tmp_path):
    page = report_run(make_run([{"score": score} for score in (3.0, 4.5, 2.0)]), tmp_path / "ranked.html")
    tab, _, errors = opened(browser, page)
    tab.locator("[data-view=best]").click()
    assert tab.locator(".card .score").all_inner_texts() == ["4.50", "3.00", "2.00"]
    tab, _, more = opened(browser, report_run(shown_run[0], tmp_path / "shown.html"))
    tab.locator("#query").fill("Draw this")
    tab.locator(".card").first.click()
    assert tab.locator("#detail img[alt='What the prompt shows']").count() == 1
    tab.keyboard.press("Escape")
    tab.locator("#query").fill("Make it blue")
    tab.locator(".card").first.click()
    assert "<svg id='b'/>" in tab.locator("#detail").inner_text()
    assert errors + more == []


@pytest.mark.e2e
def test_an_empty_run_and_one_without_a_score_open_without_an_error(browser, make_run, tmp_path):
    for name, rows in {
        "empty": [],
        "unscored": [{"score": None}, {"error": "row 2: not JSON", "outcome": None, "score": None}],
    }.items():
        tab, _, errors = opened(browser, report_run(make_run(rows, name), tmp_path / f"{name}.html"))
        assert "No row has a score" in tab.locator("#scores").inner_text()
        assert errors == []


@pytest.mark.e2e
def test_search_filters_keys_and_theme(browser, make_run, tmp_path):
    rows = [{"instruction": f"Plot number {at}", "domain": "svg" if at % 4 == 0 else "chart"} for at in range(60)]
    page = report_run(make_run(rows), tmp_path / "page.html", gallery=9)
    tab, _, errors = opened(browser, page, color_scheme="dark")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.keyboard.press("t")
    assert tab.evaluate("document.documentElement.dataset.theme") == "light"
    tab.keyboard.press("/")
    tab.keyboard.type("number 5")
    assert tab.locator("#found").inner_text().startswith("11 rows")
    tab.locator("select[aria-label=domain]").select_option(label="svg")
    assert tab.locator("#found").inner_text().startswith("2 rows")
    tab.locator("#query").press("Escape")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    first = tab.locator("#detail h3").first.inner_text()
    tab.keyboard.press("j")
    assert tab.locator("#detail h3").first.inner_text() != first
    tab.keyboard.press("Escape")
    assert not tab.evaluate("document.getElementById('detail').open")
    assert errors == []


@pytest.mark.e2e
def test_charts_are_drawn_by_the_library_in_the_page(browser, make_run, tmp_path):
    page = report_run(make_run([{"score": 1 + at / 10} for at in range(40)]), tmp_path / "page.html")
    tab, _, errors = opened(browser, page)
    for node in tab.locator(".chart").all():
        node.scroll_into_view_if_needed()
        node.locator("svg.main-svg").first.wait_for(state="attached", timeout=60_000)
    assert tab.locator("#scores .bars path").count() >= 10
    assert errors == []


@pytest.mark.e2e
def test_a_folder_reads_rows_and_pictures_when_they_are_looked_at(browser, make_run, tmp_path):
    rows = [{"instruction": f"Plot number {at}", "code": f"code {at} {ATTACK}", "png": png(at)} for at in range(50)]
    page = report_run(make_run(rows), tmp_path / "site", gallery=50)
    assert page == tmp_path / "site" / "index.html"
    assert "code 7 " not in page.read_text()
    assert len(list((tmp_path / "site" / "pictures").iterdir())) == 50
    tab, asked, errors = opened(browser, page)
    tab.locator("#query").fill("number 7")
    tab.locator(".card").first.click()
    tab.locator("#detail pre.code").first.wait_for()
    assert "code 7 " in tab.locator("#detail pre.code").first.inner_text()
    assert tab.locator("#detail img").first.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 64
    assert tab.evaluate("window.owned") is None
    assert (asked, errors) == ([], [])


def test_the_page_holds_the_runs_own_numbers(make_run, tmp_path):
    run = make_run([{"score": 4.0}, {"score": None}, {"outcome": "failed", "score": 1.5, "message": "boom"}])
    facts = data_of(report_run(run, tmp_path / "page.html"))["facts"]
    assert (facts["rows"], facts["scored"], facts["median"]) == (3, 2, 2.75)
    assert facts["outcomes"] == [["ok", 2], ["failed", 1]]
    assert facts["reasons"] == [["engine_error", 1]]
    assert facts["messages"] == [["failed", "boom", 1]]
    assert [step["left"] for step in facts["funnel"]] == [3, 2]


def test_the_gallery_shows_every_view_and_the_same_rows_each_time(make_run, tmp_path):
    rows = [{"score": 1 + (at % 41) / 10, "outcome": "blank" if at % 9 == 0 else "ok"} for at in range(300)]
    rows += [{"flags": ["grader_text"]}, {"score": None}]
    run = make_run(rows)
    first = report_run(run, tmp_path / "a.html", gallery=45)
    second = report_run(run, tmp_path / "b.html", gallery=45)
    assert first.read_bytes() == second.read_bytes()
    views = {view for row in data_of(first)["details"] for view in row["views"]}
    assert views == {"random", "borderline", "disagreement", "best", "worst", "not rendered", "flagged", "unscored"}
    assert len(data_of(first)["details"]) <= 50


def test_drift_tells_what_moved(make_run, tmp_path):
    before = make_run([{"id": f"r{at}", "score": 3.0} for at in range(30)], "before")
    now = make_run([{"id": f"r{at}", "score": 3.5 if at != 3 else None} for at in reversed(range(31))], "now")
    moved = data_of(report_run(now, tmp_path / "page.html", compare=before))["drift"]
    total = moved["criteria"][0]
    assert (moved["shared"], total["n"], total["lost"], total["change"], total["low"]) == (30, 29, 1, 0.5, 0.5)


def test_what_is_not_a_companion_of_the_run_is_refused(make_run, tmp_path):
    run, other = make_run([{}], "one"), make_run([{}, {}], "two")
    selection = select_run(other, Policy(), tmp_path / "sel")
    with pytest.raises(InputError, match="is not the run"):
        report_run(run, tmp_path / "x.html", selection=selection)
    with pytest.raises(InputError, match="cannot read"):
        report_run(run, tmp_path / "x.html", dedup=tmp_path)
    assert not (tmp_path / "x.html").exists()


def test_markdown_says_the_same_and_stays_markdown(make_run, tmp_path):
    run = make_run([{"score": 4.0, "language": "a|b\n# c"}, {"outcome": "failed", "message": "<b>"}])
    text = report_run(run, tmp_path / "audit.md", selection=select_run(run, Policy(), tmp_path / "sel")).read_text()
    assert "Scored 2 of 2 rows" in text
    assert "| outcome | 1 | 0 | 1 | failed 1 |" in text
    assert "\n# c" not in text


def test_an_empty_run_has_a_report(make_run, tmp_path):
    assert data_of(report_run(make_run([]), tmp_path / "page.html"))["facts"]["rows"] == 0


def test_the_command_line(make_run, tmp_path):
    run = make_run([{}])
    said = CliRunner().invoke(app, ["report", str(run), "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["report"] == str(run / "report.html")
    assert (run / "report.html").stat().st_size > 1_000_000
