import pytest

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\n"


@pytest.mark.parametrize(
    "ending",
    [
        "plt.show()",
        "plt.show(block=False)",
        "plt.gcf().show()",
        "plt.savefig('my chart.png')",
        "plt.savefig('chart')",
        "plt.savefig('chart.pdf')",
        "plt.savefig('chart.eps')",
        "plt.savefig('chart.svg')",
        "plt.savefig('chart.jpg')",
        "plt.savefig('chart.webp', dpi=50)",
        "import io\nplt.savefig(io.BytesIO(), format='png')",
        "import io\nplt.savefig(io.BytesIO(), format='pdf')",
        "import pathlib\nplt.savefig(pathlib.Path('x.tiff'))",
        "plt.gcf().savefig('a.png')\nplt.show()",
        "plt.savefig('a.png')\nplt.savefig('a.pdf')\nplt.savefig('a.svg')\nplt.show()\nplt.close('all')",
        "plt.show()\nplt.savefig('after.png')",
        "plt.close()",
        "plt.close('all')",
        "plt.ion()\nplt.draw()\nplt.pause(0.01)",
        "plt.waitforbuttonpress()",
        "plt.ginput(1)",
        "plt.switch_backend('TkAgg')",
        "import matplotlib\nmatplotlib.use('Qt5Agg')\nplt.show()",
        "from matplotlib.backends.backend_pdf import PdfPages\nwith PdfPages('m.pdf') as pdf:\n    pdf.savefig()",
        "plt.savefig('/no/such/folder/a.png')",
        "plt.savefig('missing/folder/a.pdf')",
        "plt.gcf().canvas.draw()",
        "",
    ],
)
def test_one_figure_gives_one_picture_whatever_the_code_does_with_it(play, ending):
    played = play(PLOT + ending)
    assert len(played.pictures) == 1
    assert "exception" not in played.facts
    assert played.headers("picture")[0] == {"kind": "picture", "at_s": None, "figure": 1}
    assert played.facts["chart_types"] == ["line"]


def test_the_code_s_own_png_is_taken_byte_for_byte(play):
    code = PLOT + (
        "plt.savefig('a.png', dpi=37, facecolor='#102030', metadata={'Title': 'mine'})\n"
        "import hashlib\nprint(hashlib)\nopen('sum.txt', 'w').write('x')\n"
        "raise ValueError(hashlib.sha256(open('a.png', 'rb').read()).hexdigest())"
    )
    import hashlib

    played = play(code)
    assert played.facts["exception"]["message"] == hashlib.sha256(played.bodies("picture")[0]).hexdigest()
    assert played.pictures[0].convert("RGB").getpixel((0, 0)) == (16, 32, 48)


def test_a_vector_file_is_drawn_with_the_options_of_its_saving(play):
    played = play(
        "import matplotlib.pyplot as plt\nplt.figure(figsize=(2, 1))\n"
        "plt.plot([1])\nplt.savefig('a.svg', dpi=50, facecolor='red')"
    )
    assert played.pictures[0].size == (100, 50)
    assert played.pictures[0].convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_files_that_code_saved_can_be_read_back(play):
    played = play(
        PLOT + "import io\nplt.savefig('a.pdf')\nplt.savefig('a.svg')\n"
        "plt.savefig('a.png')\nb = io.BytesIO()\nplt.savefig(b)\n"
        "assert open('a.pdf', 'rb').read(5) == b'%PDF-'\nassert '<svg' in open('a.svg').read()\n"
        "assert open('a.png', 'rb').read() == b.getvalue()\nassert b.getvalue()[:4] == b'\\x89PNG'\n"
    )
    assert "exception" not in played.facts
    assert played.facts["files"] == ["a.pdf", "a.png", "a.svg"]


def test_figures_come_in_the_order_of_their_making(play):
    played = play(
        "import matplotlib.pyplot as plt\nfor k in (1, 2, 3):\n"
        "    plt.figure(figsize=(k, 1))\n    plt.plot([k, 1])\nplt.show()"
    )
    assert [picture.width for picture in played.pictures] == [100, 200, 300]
    assert [header["figure"] for header in played.headers("picture")] == [1, 2, 3]
    assert played.facts["figures"] == 3


def test_a_figure_cleared_and_used_again_gives_two_pictures(play):
    played = play(PLOT + "plt.savefig('a.png')\nplt.clf()\nplt.bar([1, 2], [3, 4])\nplt.savefig('b.png')")
    assert len(played.pictures) == 2
    assert played.facts["chart_types"] == ["bar", "line"]


def test_each_show_starts_a_new_figure(play):
    played = play(PLOT + "plt.show()\nplt.bar([1, 2], [3, 4])\nplt.show()")
    assert len(played.pictures) == 2
    assert played.facts["axes"][1]["marks"] == {"bar": 2}


def test_a_figure_without_pyplot_is_taken(play):
    played = play(
        "from matplotlib.figure import Figure\nfrom matplotlib.backends.backend_agg import FigureCanvasAgg\n"
        "f = Figure()\nFigureCanvasAgg(f)\nf.subplots().plot([1, 2])\nf.canvas.print_png(open('x.png', 'wb'))\n"
        "g = Figure(figsize=(2, 2))\ng.subplots().bar([1], [2])"
    )
    assert [picture.size for picture in played.pictures] == [(640, 480), (200, 200)]


def test_what_was_drawn_before_an_exception_is_kept(play):
    played = play(PLOT + "plt.savefig('a.png')\nplt.figure()\nplt.bar([1], [2])\n1 / 0")
    assert len(played.pictures) == 2
    assert played.facts["exception"] == {"type": "ZeroDivisionError", "message": "division by zero", "line": 6}


def test_a_figure_that_cannot_be_drawn_is_the_code_s_own_fault(play):
    played = play(PLOT + "plt.title(r'$\\frac{$')")
    assert played.pictures == []
    assert played.facts["exception"]["type"] == "ValueError"


def test_identical_pictures_are_sent_once(play):
    played = play(
        "import matplotlib.pyplot as plt\nfor k in range(3):\n    plt.figure()\n    plt.plot([1, 2])\n    plt.show()"
    )
    assert len(played.pictures) == 1
    assert played.facts["figures"] == 3


def test_a_figure_over_the_pixel_limit_is_refused_before_it_is_drawn(play):
    played = play(
        "import matplotlib.pyplot as plt\nplt.figure(figsize=(600, 600))\nplt.plot([1])\nplt.savefig('a.png', dpi=100)"
    )
    assert played.pictures == []
    assert played.facts["limit"] == "pixels"
    assert "exception" not in played.facts


def test_a_text_far_outside_does_not_make_a_giant_picture(play):
    played = play(PLOT + "plt.text(0, 1e6, 'far')\nplt.savefig('a.png', bbox_inches='tight')")
    assert played.facts["limit"] == "pixels"


def test_pictures_beyond_the_limit_are_counted_but_not_sent(play):
    played = play(
        "import matplotlib.pyplot as plt\nfor k in range(6):\n    plt.figure()\n    plt.plot([k, 1])\nplt.show()",
        pictures=2,
    )
    assert len(played.pictures) == 2
    assert played.facts["figures"] == 6


def test_an_empty_figure_counts_only_when_there_is_no_other(play):
    assert len(play("import matplotlib.pyplot as plt\nplt.figure()\nplt.show()").pictures) == 1
    assert len(play(PLOT + "plt.figure(figsize=(1, 1))\nplt.show()").pictures) == 1


def test_subfigures_and_mosaics_are_one_picture_with_all_their_axes(play):
    played = play(
        "import matplotlib.pyplot as plt\nf = plt.figure(layout='constrained')\nl, r = f.subfigures(1, 2)\n"
        "l.suptitle('left')\nr.suptitle('right')\nl.subplots().plot([1, 2])\n"
        "r.subplots(2).flat[0].bar([1], [2])\nplt.show()"
    )
    assert len(played.pictures) == 1
    assert len(played.facts["axes"]) == 3
    assert played.texts("title") == ["left", "right"]


def test_a_live_plot_that_pauses_for_ever_ends_with_stills(play):
    played = play(
        "import matplotlib.pyplot as plt\nplt.ion()\nn = 0\n"
        "while True:\n    plt.cla()\n    plt.plot([n, 1])\n    n += 1\n"
        "    plt.pause(0.01)"
    )
    assert [header["at_s"] for header in played.headers("picture")][:3] == [0.5, 2.0, 4.0]
    assert played.facts["animated"] is True


def test_tex_is_drawn_as_mathtext_where_there_is_no_latex(play):
    played = play(
        "import matplotlib.pyplot as plt\nplt.rc('text', usetex=True)\n"
        "plt.plot([1, 2])\nplt.title(r'$x^2$')\nplt.show()"
    )
    assert len(played.pictures) == 1


def test_seaborn_grids_are_taken(play):
    played = play(
        "import seaborn as sns, pandas as pd\n"
        "d = pd.DataFrame({'a': [1, 2, 3, 4], 'b': [4, 3, 2, 1], 'c': list('xyxy')})\n"
        "sns.pairplot(d, hue='c', diag_kind='hist')\n"
    )
    assert len(played.pictures) == 1
    assert len([axes for axes in played.facts["axes"]]) >= 4
    assert "x" in played.texts("legend")


def test_two_runs_give_the_same_bytes_and_facts(play):
    code = (
        "import numpy as np, random, time, uuid, matplotlib.pyplot as plt\nr = np.random.default_rng()\n"
        "plt.scatter(r.random(50), np.random.rand(50), c=[random.random() for _ in range(50)])\n"
        "plt.title(f'{random.Random().random()} {uuid.uuid4()} {time.strftime(\"%c\")}')\nplt.savefig('a.pdf')"
    )
    first, second = play(code), play(code)
    assert first.frames == second.frames
    assert "2025" in first.texts("title")[0]
