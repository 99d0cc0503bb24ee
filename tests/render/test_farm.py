"""The farm picks the renderer, remembers what it drew, and lets the pixels decide the outcome."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from janus_reward.errors import BrowserError
from janus_reward.render.base import Limits, RenderSettings
from janus_reward.render.farm import RenderFarm
from janus_reward.render.store import RenderStore
from janus_reward.triple import Before, Picture, Triple

pytestmark = pytest.mark.e2e

CIRCLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="40" fill="red"/></svg>'
)


def picture(*, blank: bool = False) -> Picture:
    image = Image.new("RGB", (60, 40), "white")
    if not blank:
        ImageDraw.Draw(image).rectangle((10, 10, 40, 30), fill="blue")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Picture(data=buffer.getvalue())


def triple(**fields: object) -> Triple:
    return Triple(**{"row": 0, "id": "t", "language": "svg", "domain": "svg", "code": CIRCLE, **fields})  # type: ignore[arg-type]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[RenderFarm]:
    farm = RenderFarm(RenderStore(tmp_path))
    yield farm
    farm.close()


def test_a_render_is_drawn_once_and_remembered(farm: RenderFarm, monkeypatch: pytest.MonkeyPatch) -> None:
    first = farm.render(triple())
    assert first.outcome == "ok"
    monkeypatch.setattr(farm, "_checked", lambda raw: pytest.fail("drawn again"))
    assert farm.render(triple()) == first


def test_another_seed_is_another_render(farm: RenderFarm, tmp_path: Path) -> None:
    farm.render(triple())
    other = RenderFarm(farm.store, RenderSettings(seed=1))
    drawn: list[object] = []
    checked = other._checked
    other._checked = lambda raw: drawn.append(raw) or checked(raw)  # type: ignore[method-assign, func-returns-value]
    other.render(triple())
    other.close()
    assert len(drawn) == 1


def test_a_picture_that_came_is_used_unless_told_otherwise(farm: RenderFarm) -> None:
    given = triple(renders=(picture(),))
    assert farm.render(given).renderer == "picture"
    farm.mode = "always"
    assert farm.render(given).renderer == "svg"


def test_never_means_never(farm: RenderFarm) -> None:
    farm.mode = "never"
    assert farm.render(triple()).outcome == "unsupported"
    assert farm.render(triple(renders=(picture(),))).outcome == "ok"


def test_a_uniform_picture_is_blank_with_its_share(farm: RenderFarm) -> None:
    render = farm.render(triple(code=None, renders=(picture(blank=True),)))
    assert (render.outcome, render.facts["ink_share"]) == ("blank", 0)
    assert "uniform" in str(render.message)


def test_one_bad_picture_of_several_makes_it_partial(farm: RenderFarm) -> None:
    render = farm.render(triple(renders=(picture(), Picture(data=b"no picture"))))
    assert (render.outcome, len(render.stills)) == ("partial", 1)


def test_a_language_without_a_renderer_is_unsupported(farm: RenderFarm) -> None:
    assert farm.render(triple(language="matlab")).outcome == "unsupported"
    assert farm.render(triple(language=None)).outcome == "unsupported"


def test_text_needs_no_picture(farm: RenderFarm) -> None:
    assert farm.render(triple(domain="algorithm", language="python", code="x = 1")).outcome == "not_needed"


def test_a_machine_without_a_browser_goes_on_with_the_rest(farm: RenderFarm, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> object:
        raise BrowserError("there is no Chromium", hint="apt-get install chromium")

    monkeypatch.setattr("janus_reward.render.html.HtmlRenderer.render", missing)
    render = farm.render(triple(language="html", domain="webui", code="<h1>Hi</h1>"))
    assert (render.outcome, render.renderer) == ("unsupported", "html")
    assert "apt-get install chromium" in str(render.message)
    assert farm.render(triple()).outcome == "ok"


def test_a_timeout_is_not_remembered(tmp_path: Path) -> None:
    farm = RenderFarm(RenderStore(tmp_path), RenderSettings(limits=Limits(wall_s=2, cpu_s=1)))
    endless = triple(language="python", domain="chart", code="while True: pass")
    assert farm.render(endless).outcome == "timeout"
    assert farm.store._index.execute("SELECT count(*) FROM renders").fetchone() == (0,)
    farm.close()


def test_the_state_before_an_edit_is_rendered_too(farm: RenderFarm) -> None:
    sample = farm.sample(
        triple(task="edit", before=Before(code=CIRCLE.replace("red", "blue")), references=(picture(),))
    )
    assert sample.before is not None
    assert sample.before.outcome == "ok"
    assert len(sample.stills) == len(sample.before_stills) == len(sample.references) == 1
    assert sample.stills != sample.before_stills


def test_a_row_with_an_error_is_not_rendered(farm: RenderFarm) -> None:
    assert farm.sample(triple(error="corpus.jsonl: row 0: broken")).stills == ()
