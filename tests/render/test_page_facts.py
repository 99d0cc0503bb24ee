"""What is told of a drawn page, and what its controls do when they are driven."""

from __future__ import annotations

import pytest

from janus_reward.errors import BrowserError
from janus_reward.render import browser, page_facts
from janus_reward.render.base import Limits, RenderSettings
from janus_reward.render.html import HtmlRenderer


@pytest.fixture(scope="module")
def pages():
    try:
        browser.program()
    except BrowserError as error:
        pytest.skip(str(error))
    renderer = HtmlRenderer(RenderSettings(limits=Limits(wall_s=20)))
    yield renderer
    renderer.close()


@pytest.fixture
def facts(pages):
    return lambda source: pages.render(f"<!doctype html><body style='margin:0'>{source}").facts


def probes(found):
    return {one["id"]: one for one in found["probes"]}


def boxes(found, tag):
    return [box for box in found["boxes"] if box["tag"] == tag]


@pytest.mark.e2e
def test_contrast_is_to_what_really_lies_behind(facts):
    found = facts("""<div style="background:#000"><p style="color:#fff">a</p>
      <div style="background:rgba(255,255,255,.5)"><b style="display:block;color:#fff">half</b></div></div>
      <div style="background:linear-gradient(red,blue)"><i style="display:block">on a gradient</i></div>
      <u style="display:block;color:rgba(0,0,0,.5)">faint</u>""")
    assert boxes(found, "p")[0]["contrast"] == 21
    assert boxes(found, "b")[0]["ground"] == "#808080" and boxes(found, "b")[0]["contrast"] == pytest.approx(
        3.95, abs=0.02
    )
    assert "contrast" not in boxes(found, "i")[0]
    assert boxes(found, "u")[0]["contrast"] == pytest.approx(3.95, abs=0.02)


@pytest.mark.e2e
def test_text_that_is_cut_off_lies_over_other_text_or_beside_the_page_is_counted(facts):
    found = facts("""<p style="width:50px;overflow:hidden;white-space:nowrap">far too long for its place</p>
      <p style="height:60px;overflow:auto">scrolls<br>a<br>b<br>c<br>d<br>e</p><p>whole</p>
      <div style="position:relative;height:40px"><h2 style="position:absolute;top:0;margin:0">One title</h2>
      <h3 style="position:absolute;top:5px;margin:0">Another</h3></div><p style="position:absolute;left:-400px">gone</p>""")
    assert found["clipping"]["clipped"] == 1
    assert found["overlaps"]["overlapping"] == 2
    assert found["offscreen"]["outside"] == 1
    assert found["headings"] == [2, 3]


@pytest.mark.e2e
def test_text_in_a_menu_that_is_not_shown_is_no_fault(facts):
    found = facts("""<nav style="height:0;overflow:hidden"><a href="/a">A</a></nav><p>seen</p>
      <span style="position:absolute;width:1px;height:1px;overflow:hidden">for screen readers</span>""")
    assert found["clipping"]["clipped"] == 0
    assert found["offscreen"]["outside"] == 0


@pytest.mark.e2e
def test_links_and_handlers_that_do_nothing_are_found(facts):
    found = facts("""<a href="#">no</a><a href="#there">yes</a><a href="#missing">no</a><a href="/x">yes</a>
      <a href="javascript:void(0)" id=wired>yes</a><h2 id=there>There</h2>
      <button id=a onclick="nothing(1)">a</button><button id=b>b</button><button id=c>c</button>
      <div id=list><button>d</button></div><script>const fine = () => 1;
      c.addEventListener("click", () => 1); wired.onclick = () => 1; list.addEventListener("click", () => 1)</script>""")
    assert found["links"] == {"total": 5, "dead": 2}
    assert found["handlers"]["undefined"] == ["nothing"]
    assert (found["handlers"]["buttons"], found["handlers"]["deaf"]) == (4, 1)


@pytest.mark.e2e
def test_controls_are_told_as_they_stand(facts):
    found = facts("""<label for=s>Speed</label><input id=s type=range min=1 max=9 step=2 value=3>
      <select id=k><option>one<option selected>two</select><input id=b type=checkbox checked aria-label=Grid>
      <button id=g>Go</button><script>s.oninput = () => 1; document.body.onchange = () => 1</script>""")
    slider, select, box, button = found["controls"]
    expected = {
        "id": "s",
        "tag": "input",
        "type": "range",
        "kind": "slider",
        "label": "Speed",
        "value": "3",
        "min": "1",
    }
    assert expected.items() <= slider.items() and slider["step"] == "2" and slider["listens"] == ["input", "change"]
    assert select["value"] == "two" and select["options"] == ["one", "two"]
    assert box["checked"] is True and box["label"] == "Grid"
    assert button["text"] == "Go" and "value" not in button
    assert {one["id"]: one["tag"] for one in found["ids"]} == {"s": "input", "k": "select", "b": "input", "g": "button"}


@pytest.mark.e2e
def test_blank_canvases_empty_sections_and_broken_images_are_found(facts):
    found = facts("""<canvas id=full></canvas><canvas id=blank></canvas><section></section><div id=plot></div>
      <section>text</section><img src=missing.png alt=a><svg width=20 height=20><circle r=5 /></svg>
      <script>full.getContext("2d").fillRect(5, 5, 20, 20)</script>""")
    assert {one["id"]: one["drawn"] for one in found["canvases"]} == {"full": True, "blank": False}
    assert found["sections"] == {"total": 3, "empty": 2, "names": ["section", "plot"]}
    assert found["images"][0]["broken"] is True and found["images"][0]["alt"] == "a"
    assert found["drawings"] == [{"size": [20, 20], "shapes": 1}]


CONTROLS = """<input id=slider type=range min=0 max=10 value=10><select id=select><option>a<option>b</select>
<input id=check type=checkbox><input id=word><input id=number type=number value=3><textarea id=dead></textarea>
<button id=later>later</button><button id=idle>idle</button><button id=throws>throws</button><button id=off disabled>x</button>
<div style="position:relative"><button id=under>under</button><div style="position:absolute;inset:0;background:#eee"></div></div>
<canvas id=c width=200 height=100></canvas><ol id=log></ol><script>
const pen = c.getContext("2d"), note = (event) => log.insertAdjacentHTML("beforeend", "<li>" + event.target.id);
for (const one of [slider, select, word, number]) one.addEventListener("input", note);
check.onchange = () => pen.fillRect(3, 3, 4, 4);
later.onclick = () => setTimeout(() => document.body.setAttribute("data-done", "1"), 60);
throws.onclick = () => missing.call();
</script>"""


@pytest.mark.e2e
def test_each_control_is_driven_once_and_what_it_did_is_told(facts):
    found = probes(facts(CONTROLS))
    changed = {name: one["changed"] for name, one in found.items()}
    assert changed == {
        **{"slider": True, "select": True, "check": True, "word": True, "number": True, "dead": False},
        **{"later": True, "idle": False, "throws": False, "under": None},
    }
    assert found["throws"]["error"] == "ReferenceError: missing is not defined"
    assert found["under"]["reached"] is False
    assert [name for name, one in found.items() if one["error"]] == ["throws"]


@pytest.mark.e2e
def test_probing_leaves_the_stills_and_the_other_facts_alone_and_is_the_same_twice(pages, monkeypatch):
    probed, again = pages.render(CONTROLS), pages.render(CONTROLS)
    monkeypatch.setattr("janus_reward.render.html.probe", lambda drawing: None)
    plain = pages.render(CONTROLS)
    assert probed == again
    assert probed.stills == plain.stills
    assert {name: value for name, value in probed.facts.items() if name != "probes"} == plain.facts
    assert "page_errors" not in probed.facts


@pytest.mark.e2e
def test_a_page_that_moves_by_itself_lends_its_movement_to_no_control(facts):
    found = probes(
        facts("""<button id=idle>idle</button><input id=wired type=range><p id=out>0</p><p id=clock></p><script>
      let n = 0; (function step() { clock.textContent = n++; requestAnimationFrame(step) })();
      wired.oninput = () => out.textContent = wired.value</script>""")
    )
    assert (found["idle"]["changed"], found["wired"]["changed"]) == (False, True)
    found = probes(
        facts("""<button id=idle>idle</button><canvas id=c></canvas><script>const pen = c.getContext("2d");
      let n = 0; (function step() { pen.fillRect(n++, 0, 1, 9); requestAnimationFrame(step) })();</script>""")
    )
    assert found["idle"]["changed"] is None


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("handler", "error"),
    [
        ("for (;;) ;", "no answer in time"),
        ("location = 'http://example.org/'", None),
        ("document.body.remove()", None),
        ("document.open(); document.write('x')", None),
        ("alert(1); confirm(2)", None),
        ("this.remove()", None),
    ],
)
def test_a_handler_that_misbehaves_costs_no_render(pages, handler, error):
    source = f'<h1>Words</h1><button id=bad onclick="{handler}">bad</button><button id=next>next</button>'
    drawn = pages.render(source)
    assert drawn.outcome == "ok" and len(drawn.stills) == 1
    assert drawn.facts["probes"][0]["error"] == error
    assert pages.render("<h1>after</h1>").outcome == "ok"


@pytest.mark.e2e
def test_a_form_that_is_sent_keeps_the_page(facts):
    found = facts("""<form action=/send><input id=a name=a><button id=send>send</button></form><button id=b>b</button>
      <p id=out></p><script>b.onclick = () => out.textContent = "b"</script>""")
    assert probes(found)["b"]["changed"] is True
    assert "blocked" not in found


@pytest.mark.e2e
def test_no_more_than_twelve_controls_are_driven(facts):
    assert len(facts("<button>x</button>" * 40)["probes"]) == 12


@pytest.mark.e2e
def test_a_page_that_breaks_the_world_it_lives_in_keeps_the_facts_read_apart(facts):
    found = facts("""<a href="#">x</a><button>b</button><script>
      Array.prototype.map = Map.prototype.get = () => { throw 1 }; Element.prototype.getAttributeNames = () => { for (;;) ; };
      </script>""")
    assert "handlers" not in found and len(found["controls"]) == 1 and len(found["boxes"]) == 2


def test_what_a_page_claims_is_cut_to_the_bounds_of_the_schema():
    claimed = {"handlers": {"undefined": ["x" * 9000] * 900}, "controls": [{"id": "a"}] * 900, "ids": "none", "evil": 1}
    found = page_facts.checked(claimed)
    assert set(found) == {"handlers", "controls"}
    assert len(found["controls"]) == 100 and len(found["handlers"]["undefined"]) == 50
    assert len(found["handlers"]["undefined"][0]) == 500
    assert page_facts.checked(["no object"]) == {}
