import pytest

HEAD = (
    "import itertools\nimport matplotlib.pyplot as plt\n"
    "from matplotlib.animation import FuncAnimation, ArtistAnimation\n"
    "fig, ax = plt.subplots()\nline, = ax.plot([], [])\nax.set_xlim(0, 99)\nax.set_ylim(0, 99)\n"
    "def draw(k):\n    line.set_data([0, k], [0, k])\n    return line,\n"
)


@pytest.mark.parametrize(
    "ending",
    [
        "plt.show()",
        "a.save('film.gif', writer='pillow')",
        "a.save('film.mp4', writer='ffmpeg', fps=30)",
        "a.to_jshtml()",
        "a.to_html5_video()",
        "plt.close(fig)",
        "a.save('film.gif')\nplt.show()",
        "",
    ],
)
def test_an_animation_gives_three_stills_over_its_length(play, ending):
    played = play(HEAD + "a = FuncAnimation(fig, draw, frames=81, interval=20, blit=True)\n" + ending)
    assert "exception" not in played.facts
    assert [header["at_s"] for header in played.headers("picture")] == [0.2, 0.8, 1.6]
    assert played.facts["animated"] is True
    assert played.facts["chart_types"] == ["line"]


def test_a_long_animation_is_stopped_at_the_still_times(play):
    played = play(HEAD + "a = FuncAnimation(fig, draw, frames=100000, interval=100)\nplt.show()")
    assert [header["at_s"] for header in played.headers("picture")] == [0.5, 2.0, 4.0]


@pytest.mark.parametrize("frames", ["None", "itertools.count", "itertools.count()", "lambda: iter(itertools.count())"])
def test_an_animation_without_end_ends(play, frames):
    played = play(
        HEAD + f"a = FuncAnimation(fig, draw, frames={frames}, interval=50, cache_frame_data=False)\nplt.show()"
    )
    assert [header["at_s"] for header in played.headers("picture")] == [0.5, 2.0, 4.0]


def test_a_generator_that_ends_early_gives_its_last_frame(play):
    played = play(HEAD + "a = FuncAnimation(fig, draw, frames=(k for k in range(12)), interval=100)\nplt.show()")
    assert [header["at_s"] for header in played.headers("picture")] == [0.5, 1.1]


def test_artist_animations_show_one_set_of_artists_a_frame(play):
    played = play(
        HEAD + "a = ArtistAnimation(fig, [[ax.scatter([k], [k])] for k in range(9)], interval=100)\na.save('x.gif')"
    )
    assert len(played.pictures) == 3
    assert played.facts["axes"][0]["marks"]["point"] == 1


def test_an_animation_that_raises_is_an_exception_of_the_code(play):
    played = play(HEAD + "def bad(k):\n    raise KeyError('frame')\na = FuncAnimation(fig, bad, frames=3)\nplt.show()")
    assert played.facts["exception"]["type"] == "KeyError"
    assert played.facts["exception"]["line"] == 12
