import pytest


def _raised(play, code):
    return play(code).facts.get("exception")


def test_the_code_runs_as_a_program_of_its_own(play):
    code = (
        "import sys, os, inspect\n"
        "def f(): pass\n"
        "assert __name__ == '__main__' and sys.modules['__main__'].f is f\n"
        "assert os.path.exists(__file__) and sys.argv == [__file__]\n"
        "assert inspect.getsource(f).startswith('def f')\n"
        "import pickle\nassert pickle.loads(pickle.dumps(f)) is f\n"
    )
    assert _raised(play, code) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1\ninput('name? ')", {"type": "EOFError", "message": "EOF when reading a line", "line": 2}),
        ("x = 1\nif x\n    pass", {"type": "SyntaxError", "message": "expected ':'", "line": 2}),
        ("def f():\n    raise KeyError('k')\n\nf()", {"type": "KeyError", "message": "'k'", "line": 2}),
        ("import sys\nsys.exit(3)", {"type": "SystemExit", "message": "3", "line": 2}),
        ("raise KeyboardInterrupt", {"type": "KeyboardInterrupt", "message": "", "line": 1}),
        ("import json\n\njson.loads('{')", {"type": "JSONDecodeError", "line": 3}),
        ("raise ValueError(object())", {"type": "ValueError", "message": "<object object at 0x..>", "line": 1}),
        ("raise ValueError('x' * 10000)", {"type": "ValueError", "message": "x" * 500, "line": 1}),
        ("a = '\\0'\nraise ValueError(a)\n\0", {"type": "SyntaxError"}),
        (
            "class E(Exception):\n    def __str__(self):\n        raise E\nraise E",
            {"type": "E", "message": "", "line": 4},
        ),
        (
            "import no_such_package",
            {"type": "ModuleNotFoundError", "message": "No module named 'no_such_package'", "line": 1},
        ),
    ],
)
def test_the_exception_that_ended_the_code_is_told(play, code, expected):
    raised = _raised(play, code)
    assert {name: raised[name] for name in expected} == expected


@pytest.mark.parametrize("ending", ["import sys; sys.exit()", "exit()", "quit(0)", "raise SystemExit"])
def test_a_plain_exit_is_no_exception(play, ending):
    assert _raised(play, ending) is None


@pytest.mark.parametrize("module", ["turtle", "tkinter", "pygame"])
def test_what_needs_a_screen_says_so(play, module):
    raised = _raised(play, f"import {module}")
    assert (raised["type"], raised["message"]) == ("ImportError", f"no display: {module} is not supported")


def test_threads_are_waited_for(play):
    code = (
        "import threading, matplotlib.pyplot as plt\n"
        "def work():\n    for _ in range(3):\n        import time; time.sleep(1)\n    plt.plot([1, 2])\n"
        "threading.Thread(target=work).start()"
    )
    assert len(play(code).pictures) == 1


def test_a_forked_child_of_the_code_does_not_speak_for_it(play):
    code = (
        "import os, matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
        "if os.fork() == 0:\n    plt.title('child')\n    plt.savefig('child.jpg')\n    os._exit(0)\n"
        "os.wait()\nplt.title('parent')\nplt.show()"
    )
    played = play(code)
    assert played.texts("title") == ["parent"]
    assert [header["figure"] for header in played.headers("picture")] == [1, None], "the second is the child's file"


def test_warnings_are_kept_once_without_addresses(play):
    code = (
        "import warnings\nfor _ in range(3):\n    warnings.warn(f'odd {object()!r}')\n"
        "warnings.warn('old', FutureWarning)"
    )
    assert play(code).facts["warnings"] == ["UserWarning: odd <object object at 0x..>", "FutureWarning: old"]


def test_the_clock_is_frozen_and_sleeping_moves_it(play):
    code = (
        "import time, datetime\nt = time.time()\n"
        "assert datetime.datetime.now().isoformat().startswith('2025-01-01T12:0')\n"
        "time.sleep(3600)\nassert 3600 <= time.time() - t < 3630\nassert time.tzname[0] == 'UTC'"
    )
    assert _raised(play, code) is None


def test_randomness_without_a_seed_repeats(play):
    code = (
        "import random, uuid, os, secrets, tempfile, numpy as np\nrandom.seed()\n"
        "raise ValueError([random.random(), random.Random().random(), str(uuid.uuid4()), os.urandom(4),\n"
        "  secrets.token_hex(4), np.random.rand(), np.random.default_rng().random(),\n"
        "  np.random.RandomState().rand(), tempfile.mktemp()[-8:]])"
    )
    first, second = _raised(play, code), _raised(play, code)
    assert first == second


def test_seeds_of_the_code_s_own_are_obeyed(play):
    code = (
        "import random, numpy as np\nrandom.seed(7)\nnp.random.seed(7)\n"
        "raise ValueError([random.random(), random.Random(7).random(), np.random.rand(),\n"
        "  np.random.default_rng(7).random()])"
    )
    import random

    import numpy as np

    expected = [random.Random(7).random()] * 2 + [np.random.RandomState(7).rand(), np.random.default_rng(7).random()]
    assert _raised(play, code)["message"] == str(expected)


@pytest.mark.parametrize("ending", ["os.chdir('/')", "shutil.rmtree(os.getcwd())", "os.chmod(os.getcwd(), 0)"])
def test_a_program_may_leave_or_remove_its_folder(play, ending):
    played = play(f"import os, shutil, matplotlib.pyplot as plt\nplt.plot([1, 2])\n{ending}\nplt.savefig('a.png')")
    assert len(played.pictures) == 1
    assert "exception" not in played.facts
