"""The outcomes of Python code, told by facts: how it ended, which bound it hit, what it drew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from janus_reward.render.base import Limits, RawRender, RenderSettings
from janus_reward.render.python import PythonRenderer

pytestmark = pytest.mark.e2e

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\n"
LIMITS = Limits(wall_s=8, cpu_s=6, memory_mb=700, processes=16, scratch_mb=16, output_mb=8, pictures=3)


@pytest.fixture(scope="module")
def renderer() -> Iterator[PythonRenderer]:
    made = PythonRenderer(RenderSettings(limits=LIMITS))
    yield made
    made.close()


def test_code_that_shows_a_figure_is_ok_without_a_message(renderer: PythonRenderer) -> None:
    render = renderer.render(PLOT + "plt.show()", "python")
    assert (render.outcome, render.message, len(render.stills)) == ("ok", None, 1)
    assert render.facts["exit"] == {"code": 0, "signal": None}


def test_the_same_code_gives_the_same_render_on_another_worker(renderer: PythonRenderer) -> None:
    code = "import random, datetime, uuid\n" + PLOT + "plt.title(f'{random.random()} {datetime.datetime.now():%F} "
    code += "{hash(\"a\")} {uuid.uuid4()}')\nprint(id, object())\nplt.savefig('a.png')"
    first = renderer.render(code, "python")
    other = PythonRenderer(RenderSettings(limits=LIMITS))
    second = other.render(code, "python")
    other.close()
    assert first.stills == second.stills
    assert first.outcome == second.outcome == "ok"


def test_an_exception_after_a_picture_is_partial(renderer: PythonRenderer) -> None:
    render = renderer.render(PLOT + "plt.savefig('a.png')\n1 / 0", "python")
    assert (render.outcome, len(render.stills)) == ("partial", 1)
    assert render.message == "ZeroDivisionError (line 4): division by zero"
    assert render.facts["exception"] == {"type": "ZeroDivisionError", "message": "division by zero", "line": 4}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1", "the code made no picture"),
        ("raise ValueError('a\\nb')", "ValueError (line 1): a b"),
        ("def (", "SyntaxError (line 1): invalid syntax"),
        ("import os; os._exit(3)", "the code ended with exit status 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the code was ended by SIGKILL"),
    ],
)
def test_no_picture_is_failed_and_says_why(renderer: PythonRenderer, code: str, message: str) -> None:
    render = renderer.render(code, "python")
    assert (render.outcome, render.message, render.stills) == ("failed", message, ())


@pytest.mark.parametrize(
    ("code", "outcome", "limit"),
    [
        ("import threading; threading.Event().wait()", "timeout", "wall"),
        ("import numpy; numpy.ones((40000, 40000))", "exceeded", "memory"),
        ("open('x', 'wb').write(bytes(50_000_000))", "exceeded", "scratch"),
        (PLOT + "plt.show()\nimport os\nos.write(3, bytes(20_000_000))", "exceeded", "output"),
    ],
)
def test_a_bound_that_was_hit_is_named(renderer: PythonRenderer, code: str, outcome: str, limit: str) -> None:
    render = renderer.render(code, "python")
    assert (render.outcome, render.facts["limit"], render.stills) == (outcome, limit, ())
    assert render.message is not None
    assert render.message.startswith("the code was stopped: ")


def test_streams_and_messages_hold_no_path_of_the_host(renderer: PythonRenderer) -> None:
    import sys

    render = renderer.render("import json; print('out'); json.loads('{')", "python")
    said = f"{render.message} {render.facts}"
    assert sys.prefix not in said
    assert sys.base_prefix not in said
    assert render.facts["stdout"] == "out\n"


def test_a_job_finds_nothing_of_the_one_before(renderer: PythonRenderer) -> None:
    renderer.render(
        "open('left', 'w').write('x'); import os; os.environ['LEFT'] = '1'; open('/tmp/left', 'w')", "python"
    )
    look = "import os\nassert not os.path.exists('left') and not os.path.exists('/tmp/left')\n"
    look += "assert 'LEFT' not in os.environ\n"
    assert renderer.render(look + PLOT, "python").outcome == "ok"


def test_a_worker_that_was_killed_is_replaced(renderer: PythonRenderer) -> None:
    def drawn() -> RawRender:
        return renderer.render(PLOT, "python")

    before = drawn()
    process = renderer._worker._process
    assert process is not None
    process.kill()
    process.wait()
    assert drawn().stills == before.stills


def test_code_with_lone_surrogates_is_an_outcome(renderer: PythonRenderer) -> None:
    assert renderer.render("x = '\ud800'", "python").outcome == "failed"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import plotly.express as px\npx.bar(x=['a', 'b'], y=[1, 3], title='t').show()", "plotly"),
        (
            "open('a.svg', 'w').write('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"30\">'\n"
            '\'<rect width="20" height="20" fill="red"/></svg>\')',
            "svg",
        ),
        ("open('a.html', 'w').write('<!doctype html><h1 style=\"color:red\">Hi</h1>')", "html"),
    ],
)
def test_documents_that_the_code_makes_are_drawn(renderer: PythonRenderer, code: str, kind: str) -> None:
    render = renderer.render(code, "python")
    assert (render.outcome, render.message) == ("ok", None), render.facts
    assert len(render.stills) >= 1
    assert all(still.png.startswith(b"\x89PNG") for still in render.stills)


def test_a_forged_plotly_figure_is_no_picture_and_no_error(renderer: PythonRenderer) -> None:
    forged = 'import os, struct\nh = b\'{"kind":"plotly"}\'\n'
    forged += "os.write(3, struct.pack('!4sII', b'JRF1', len(h), 4) + h + b'nope')"
    render = renderer.render(forged, "python")
    assert (render.outcome, render.message) == ("failed", "the code made no picture")
