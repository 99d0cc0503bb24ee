from __future__ import annotations

import io
import time

import pytest
from PIL import Image

from janus_reward.errors import BrowserError
from janus_reward.render import browser
from janus_reward.render.base import Limits, RenderSettings
from janus_reward.render.html import HtmlRenderer

pytestmark = pytest.mark.e2e

MOVING = """<!doctype html><style>@keyframes go{to{transform:translateX(400px)}}
#css{width:40px;height:40px;background:red;animation:go 5s linear infinite}</style>
<div id=css></div><p id=now></p><canvas id=c width=400 height=200></canvas><script>
const pen = c.getContext('2d'); let n = 0;
(function step(at) { n++; now.textContent = [n, Math.round(at), Date.now(), new Date().toString()].join(' ');
  pen.fillRect(n, Math.random() * 200, 3, 3); requestAnimationFrame(step); })(0);
</script>"""
STILL = "<h1>Weekly report</h1><p>All is <b>well</b>.</p><button>Send</button>"


@pytest.fixture(scope="module")
def pages():
    try:
        browser.program()
    except BrowserError as error:
        pytest.skip(str(error))
    renderer = HtmlRenderer(RenderSettings(limits=Limits(wall_s=20)))
    yield renderer
    renderer.close()


def brief(wall_s):
    return HtmlRenderer(RenderSettings(limits=Limits(wall_s=wall_s)))


def test_a_moving_page_gives_the_same_bytes_at_the_same_virtual_times(pages):
    first, second = pages.render(MOVING), pages.render(MOVING)
    assert [still.at_s for still in first.stills] == [0.5, 2.0, 4.0]
    assert len({still.png for still in first.stills}) == 3
    assert first.stills == second.stills
    assert first.facts == second.facts
    assert "2025" in str(first.facts["texts"])


def test_taking_a_tall_picture_starts_no_transition(pages):
    drawn = pages.render(
        """<!doctype html><style>body{height:3000px} #box{height:50px;background:red;transition:background-color 9s}
        @media (min-width:1024px){#box{background:blue}}</style><div id=box></div><p id=note>none ran</p>
        <script>box.addEventListener('transitionrun', () => { note.textContent = 'one ran'; })</script>"""
    )
    assert "none ran" in str(drawn.facts["texts"])
    assert Image.open(io.BytesIO(drawn.stills[0].png)).getpixel((600, 20))[:3] == (0, 0, 255)


def test_a_transition_that_the_page_starts_itself_goes_on_over_the_stills(pages):
    drawn = pages.render(
        """<!doctype html><style>body{margin:0;height:3000px} #box{width:100px;height:50px;background:red;
        transition:width 3s linear}</style><div id=box></div><script>setTimeout(() => box.style.width = '1000px', 200)</script>"""
    )
    pictures = [Image.open(io.BytesIO(still.png)).convert("RGB") for still in drawn.stills]
    widths = [sum(picture.getpixel((x, 20)) == (255, 0, 0) for x in range(1280)) for picture in pictures]
    assert 100 < widths[0] < widths[1] < 1000 == widths[2]


def test_virtual_time_costs_no_wall_time(pages):
    far = HtmlRenderer(RenderSettings(still_times_s=(0.5, 600.0), limits=Limits(wall_s=60)))
    start = time.perf_counter()
    drawn = far.render("<p id=p>no</p><script>setTimeout(() => p.textContent = 'ten minutes later', 590000)</script>")
    far.close()
    assert "ten minutes later" in str(drawn.facts["texts"])
    assert time.perf_counter() - start < 60


def test_a_page_at_rest_gives_one_still_and_its_words(pages):
    drawn = pages.render(STILL)
    assert (drawn.outcome, len(drawn.stills)) == ("ok", 1)
    assert [(t["role"], t["text"]) for t in drawn.facts["texts"]] == [
        ("title", "Weekly report"),
        ("text", "All is well ."),
        ("button", "Send"),
    ]


def test_a_tall_page_is_cut_and_says_so(pages):
    drawn = pages.render(
        "<body style='margin:0'><div style='height:20000px;background:linear-gradient(red,blue)'></div>"
    )
    assert drawn.facts["cut"] == {"full_height": 20000, "kept_height": 8000}
    assert Image.open(io.BytesIO(drawn.stills[0].png)).size == (1280, 8000)


def test_requests_and_errors_are_facts_not_failures(pages):
    drawn = pages.render(
        "<h1>x</h1><img src='http://example.com/a.png?token=1'><script>console.error('bad'); nope()</script>"
    )
    assert drawn.outcome == "ok"
    assert drawn.facts["blocked"] == ["http://example.com/a.png"]
    assert drawn.facts["console_errors"] == ["bad"]
    assert "nope is not defined" in drawn.facts["page_errors"][0]
    assert drawn.facts["broken_images"] == 1


HOSTILE = {
    "dialogs": "<h1>after</h1><script>for(let i=0;i<50;i++){alert(i);confirm(i);prompt(i)};print()</script>",
    "popups": "<h1>after</h1><script>for(let i=0;i<50;i++)window.open('about:blank')</script>",
    "close": "<h1>after</h1><script>window.close()</script>",
    "navigation": "<h1>after</h1><script>location='http://example.com/'</script>",
    "reload": "<h1>after</h1><script>location.reload()</script>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=http://example.com/'><h1>after</h1>",
    "file": "<h1>after</h1><iframe src='file:///etc/passwd'></iframe><iframe src='chrome://version'></iframe>",
    "download": "<h1>after</h1><a id=a download=x href='data:text/plain,hi'>x</a><script>a.click()</script>",
    "fetch loop": "<h1>after</h1><script>(async()=>{for(;;)await fetch('/x').catch(()=>0)})()</script>",
    "sockets": "<h1>after</h1><script>new WebSocket('ws://127.0.0.1:1');new RTCPeerConnection()</script>",
    "busy wait": "<h1>after</h1><script>const t=Date.now();while(Date.now()-t<50);</script>",
    "unload": "<h1>after</h1><script>onbeforeunload=()=>'stay';location='http://example.com'</script>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_page_that_misbehaves_is_drawn_all_the_same(pages, kind):
    drawn = pages.render(HOSTILE[kind])
    assert drawn.outcome == "ok", drawn.message
    assert "after" in [text["text"] for text in drawn.facts["texts"]]


@pytest.mark.parametrize(
    ("code", "outcomes"),
    [
        ("<script>while(true);</script>", {"timeout"}),
        ("<script>const a=[];while(true)a.push(new Array(1e6).fill(Math.random()))</script>", {"exceeded", "timeout"}),
    ],
)
def test_a_page_that_hangs_or_swells_costs_only_itself(code, outcomes):
    renderer = brief(6)
    drawn, after = renderer.render(code), renderer.render(STILL)
    renderer.close()
    assert drawn.outcome in outcomes
    assert after.outcome == "ok"


def test_an_empty_page_is_a_failure(pages):
    assert pages.render("  \n").outcome == "failed"


def test_a_browser_that_is_killed_between_pages_is_replaced(pages):
    before = pages.render(STILL)
    pages._browser._process.kill()
    pages._browser._process.wait()
    assert pages.render(STILL).stills == before.stills


def test_no_chromium_is_one_clear_error(monkeypatch, tmp_path):
    monkeypatch.setenv("JANUS_REWARD_CHROMIUM", str(tmp_path / "absent"))
    browser.program.cache_clear()
    with pytest.raises(BrowserError, match="apt-get install chromium"):
        browser.program()
    monkeypatch.undo()
    browser.program.cache_clear()
