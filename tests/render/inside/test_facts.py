import pytest

HEAD = "import numpy as np, matplotlib.pyplot as plt\nrng = np.random.default_rng(0)\nfig, ax = plt.subplots()\n"
POLAR = "plt.close(fig)\nax = plt.subplot(projection='polar')\n"
SOLID = "plt.close(fig)\nax = plt.subplot(projection='3d')\n"
GRID = "x, y = np.meshgrid(np.arange(5.0), np.arange(5.0))\n"
TABLE = "import seaborn as sns, pandas as pd\nd = pd.DataFrame({'v': rng.normal(size=40), 'k': list('ab') * 20})\n"


@pytest.mark.parametrize(
    ("code", "types", "marks"),
    [
        ("ax.plot([1, 2])\nax.plot([2, 1])", ["line"], {"line": 2}),
        ("ax.plot([1, 2, 3], 'o')", ["scatter"], {"point": 3}),
        ("ax.scatter([1, 2, 3], [1, 2, 3])", ["scatter"], {"point": 3}),
        ("ax.bar(['a', 'b', 'c'], [1, 2, 3])", ["bar"], {"bar": 3}),
        ("ax.barh(['a', 'b'], [1, 2])", ["bar"], {"bar": 2}),
        ("ax.bar([1, 2, 3, 4], [1, 2, 3, 4], width=1.0)", ["bar"], {"bar": 4}),
        ("ax.bar(['a', 'b'], [1, 2])\nax.plot([0, 1], [1, 2])", ["bar", "line"], {"bar": 2, "line": 1}),
        ("ax.hist(rng.normal(size=99), bins=7)", ["histogram"], {"bar": 7}),
        ("ax.hist(rng.normal(size=99), bins=7, histtype='step')", ["histogram"], {"polygon": 1}),
        ("ax.pie([1, 2, 3], labels=list('abc'))", ["pie"], {"arc": 3}),
        ("ax.pie([1, 2], wedgeprops={'width': 0.3})", ["pie"], {"arc": 2}),
        ("ax.imshow(np.eye(4))", ["heatmap"], {"image": 1}),
        ("ax.imshow(np.zeros((4, 4, 3)))", ["image"], {"image": 1}),
        ("ax.pcolormesh(np.eye(4))", ["heatmap"], {"rect": 16}),
        ("ax.boxplot([[1, 2, 3], [2, 3, 4]])", ["box"], None),
        ("ax.violinplot([[1, 2, 3], [2, 3, 4]])", ["violin"], None),
        (GRID + "ax.contour(x, y, x * y)", ["contour"], None),
        (GRID + "ax.contourf(x, y, x * y)", ["contour"], None),
        (GRID + "ax.quiver(x, y, x, y)", ["quiver"], {"quiver": 25}),
        (GRID + "ax.streamplot(x, y, x + 1, y)", ["quiver"], None),
        ("ax.hexbin(rng.random(99), rng.random(99), gridsize=5)", ["heatmap"], None),
        ("ax.errorbar([1, 2], [1, 2], yerr=[0.1, 0.2], capsize=3)", ["errorbar", "line"], {"errorbar": 1, "line": 1}),
        ("ax.stem([1, 2, 3])", ["stem"], {"line": 3}),
        ("ax.fill_between([1, 2], [1, 2])", ["area"], {"area": 1}),
        ("ax.stackplot([1, 2], [1, 2], [2, 3])", ["area"], {"area": 2}),
        ("ax.plot([1, 2])\nax.axhline(1.5)", ["line"], {"line": 1, "rule": 1}),
        (POLAR + "ax.plot([0, 1, 2], [1, 2, 3])", ["polar", "line"], {"line": 1}),
        (SOLID + "ax.plot_surface(*np.meshgrid([1.0, 2], [1.0, 2]), np.eye(2))", ["3d"], {"surface": 1}),
        (SOLID + "ax.scatter([1, 2], [1, 2], [1, 2])", ["3d", "scatter"], {"point": 2}),
        (SOLID + "ax.bar3d([1, 2], [1, 2], 0, 1, 1, [1, 2])", ["3d", "bar3d"], {"surface": 1}),
        (SOLID + "ax.bar([1, 2], [1, 2], zs=0)", ["3d", "bar"], {"bar": 2}),
        (TABLE + "sns.histplot(d.v, ax=ax, kde=True)", ["histogram"], None),
        (TABLE + "sns.kdeplot(d.v, ax=ax, fill=True)", ["density"], None),
        (TABLE + "sns.boxplot(d, x='k', y='v', ax=ax)", ["box"], None),
        (TABLE + "sns.violinplot(d, x='k', y='v', ax=ax)", ["violin"], None),
        (TABLE + "sns.heatmap(np.eye(3), ax=ax, cbar=False)", ["heatmap"], {"rect": 9}),
        (TABLE + "sns.catplot(d, x='k', y='v', kind='violin')\nplt.close(fig)", ["violin"], None),
        ("import networkx as nx\nnx.draw(nx.path_graph(4), ax=ax)", ["graph"], None),
        (
            "from scipy.cluster.hierarchy import dendrogram, linkage\ndendrogram(linkage(rng.random((6, 2))), ax=ax)",
            ["tree"],
            None,
        ),
        ("ax.boxplot([[1, 2, 3]])\nax.scatter([1, 1], [1.1, 2.1])", ["box", "scatter"], None),
        ("import squarify\nsquarify.plot([3, 2, 1], ax=ax)", ["treemap"], {"bar": 3}),
        ("import pandas as pd\npd.Series([1, 2, 3]).plot.bar(ax=ax)", ["bar"], {"bar": 3}),
    ],
)
def test_chart_types_and_marks_are_told_from_what_was_drawn(play, code, types, marks):
    facts = play(HEAD + code + "\nplt.show()").facts
    assert "introspection_error" not in facts and "exception" not in facts
    assert facts["chart_types"] == types
    assert marks is None or facts["marks"] == marks


def test_texts_have_their_role_and_place(play):
    played = play(
        HEAD + "ax.plot([0, 1], label='up')\nax.set_title('The title', color='#ff0000')\nax.set_xlabel('time')\n"
        "ax.set_ylabel('speed')\nax.legend(title='lines')\nax.annotate('peak', (0.5, 0.5))\nfig.suptitle('Above')\n"
        "ax.set_yticks([0, 1, 9], ['low', 'high', 'unseen'])\n"
        "ax.set_ylim(-0.1, 1.1)\nfig.text(0.01, 0.01, 'source')\nplt.show()"
    )
    roles = {text["text"]: text["role"] for text in played.facts["texts"]}
    assert roles | {"The title": "title", "Above": "title", "time": "axis_label", "speed": "axis_label"} == roles
    assert roles | {"up": "legend", "lines": "legend", "peak": "annotation", "low": "tick", "source": "text"} == roles
    assert "unseen" not in roles
    texts = {text["text"]: text for text in played.facts["texts"]}
    assert texts["The title"]["color"] == "#ff0000"
    assert texts["speed"]["rotation"] == 90.0
    x0, y0, x1, y1 = texts["The title"]["box"]
    assert 0 < x0 < 320 < x1 < 640 and 0 < y0 < y1 < 60, "above the middle, with y counted from the top"


def test_boxes_are_in_pixels_of_the_picture_as_it_was_saved(play):
    played = play(
        "import matplotlib.pyplot as plt\nf, ax = plt.subplots(figsize=(4, 3))\nax.axis('off')\n"
        "ax.text(0.5, 0.5, 'MARK', ha='center', va='center', backgroundcolor='red', color='red', size=20)\n"
        "plt.savefig('a.pdf', dpi=200, bbox_inches='tight')"
    )
    picture = played.pictures[0].convert("RGB")
    red = [
        (x, y) for y in range(picture.height) for x in range(picture.width) if picture.getpixel((x, y)) == (255, 0, 0)
    ]
    x0, y0, x1, y1 = played.facts["texts"][0]["box"]
    assert played.facts["canvas"] == list(picture.size)
    assert min(x for x, _ in red) <= x0 + 1 and x1 - 1 <= max(x for x, _ in red)
    assert min(y for _, y in red) <= y0 + 1 and y1 - 1 <= max(y for _, y in red)
    assert x1 - x0 > 0.5 * (max(x for x, _ in red) - min(x for x, _ in red))


def test_colorbars_are_no_plots(play):
    facts = play(HEAD + "fig.colorbar(ax.imshow(np.eye(3)), label='heat')\nplt.show()").facts
    assert [axes["projection"] for axes in facts["axes"]] == ["rectilinear", "colorbar"]
    assert facts["marks"] == {"image": 1}
    assert "heat" in [text["text"] for text in facts["texts"] if text["role"] == "axis_label"]


def test_axes_tell_scales_legends_and_labels(play):
    axes = play(
        HEAD + "ax.loglog([1, 10], [1, 100], label='fast')\nax.plot([1, 10], [2, 20], label='slow')\nax.legend()\n"
        "ax.set(title='T', xlabel='X', ylabel='Y')\nax.twinx().bar([1, 2], [3, 4])\nplt.show()"
    ).facts["axes"]
    assert axes[0] | {"title": "T", "x_label": "X", "y_label": "Y", "legend": ["fast", "slow"]} == axes[0]
    assert (axes[0]["x_scale"], axes[0]["y_scale"], axes[1]["marks"]) == ("log", "log", {"bar": 2})


def test_colors_come_in_order_without_the_transparent(play):
    facts = play(HEAD + "ax.bar([1, 2, 3], [1, 2, 3], color=['red', '#00ff00', 'none'])\nplt.show()").facts
    assert facts["colors"] == ["#ff0000", "#00ff00"]


def test_a_broken_artist_costs_the_facts_but_not_the_picture(play):
    played = play(HEAD + "ax.plot([1, 2])\nax.get_xscale = None\nplt.show()")
    assert len(played.pictures) == 1
    assert played.facts["introspection_error"] == "TypeError"


def test_facts_are_bounded(play):
    facts = play(
        HEAD
        + "fig.text(0.1, 0.1, 'w' * 600, size=2)\nfor k in range(2100):\n    fig.text(0.5, k / 2100, 'w')\nplt.show()"
    ).facts
    assert len(facts["texts"]) == 2000
    assert max(len(text["text"]) for text in facts["texts"]) == 500


def test_plotting_calls_are_counted_by_the_outermost_one_and_axes_tell_their_place_in_the_grid(play):
    facts = play(
        TABLE.replace(
            "import", "import matplotlib.pyplot as plt, numpy as np\nrng = np.random.default_rng(0)\nimport", 1
        )
        + "fig = plt.figure()\na = fig.add_subplot(2, 2, (1, 2))\nb = fig.add_subplot(2, 2, 4)\nc = fig.add_axes([0, 0, 0.1, 0.1])\n"
        "a.hist([1, 2, 2])\na.bar([1], [2], yerr=[0.1])\na.bar([2], [2])\nb.axhline(1)\nb.loglog([1, 2], [1, 2])\n"
        "sns.heatmap(np.eye(3), ax=c, cbar=False)\nplt.show()"
    ).facts
    assert facts["plot_calls"] == {"bar": 2, "hist": 1, "axhline": 1, "loglog": 1, "seaborn.heatmap": 1}
    assert [axes.get("grid") for axes in facts["axes"]] == [[2, 2, 0, 0, 0, 1], [2, 2, 1, 1, 1, 1], None]
