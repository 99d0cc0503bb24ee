import base64
import json
import struct
import zlib

import pytest


def _png(color):
    raw = b"".join(b"\x00" + bytes(color) * 4 for _ in range(4))
    chunks = [(b"IHDR", struct.pack("!IIBBBBB", 4, 4, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data)) for name, data in chunks
    )


PLOTLY = (
    "import plotly, plotly.io as pio, plotly.graph_objects as go\n"
    "fig = go.Figure(go.Bar(x=['a', 'b'], y=[1, 2], name='n'), layout={'title': 'T', 'xaxis': {'title': 'X'}})\n"
)


@pytest.mark.parametrize(
    "ending",
    [
        "fig.show()",
        "pio.show(fig)",
        "fig.write_image('a.png')",
        "fig.write_image('a.svg', width=300)",
        "fig.write_image('a.pdf')",
        "pio.write_image(fig, 'a.webp')",
        "fig.to_image('png')",
        "fig.write_html('a.html', auto_open=True)",
        "pio.write_html(fig, 'a.html')",
        "plotly.offline.plot(fig, filename='x.html')",
        "plotly.offline.iplot(fig)",
        "plotly.offline.plot({'data': fig.data, 'layout': fig.layout})",
        "fig.show(renderer='browser')\nfig.write_image('b.png')",
        "",
    ],
)
def test_a_plotly_figure_comes_out_as_json_once(play, ending):
    played = play(PLOTLY + ending)
    assert "exception" not in played.facts
    assert [header["kind"] for header, _ in played.frames] == ["plotly", "facts"]
    assert json.loads(played.bodies("plotly")[0])["data"][0]["type"] == "bar"
    assert played.facts["chart_types"] == ["bar"]
    assert played.texts("title") == ["T"]
    assert played.texts("axis_label") == ["X"]


def test_a_plotly_picture_can_be_opened_by_the_code_that_wrote_it(play):
    played = play(
        PLOTLY + "fig.write_image('a.jpg', width=120, height=80)\nfrom PIL import Image\n"
        "assert Image.open('a.jpg').size == (120, 80)"
    )
    assert "exception" not in played.facts


def test_plotly_express_is_told_apart_by_its_traces(play):
    played = play(
        "import plotly.express as px\npx.line(x=[1, 2], y=[3, 4], title='L').show()\n"
        "px.scatter(x=[1, 2, 3], y=[3, 4, 5]).show()\npx.pie(names=['u', 'v'], values=[1, 2]).show()"
    )
    assert set(played.facts["chart_types"]) == {"line", "scatter", "pie"}
    assert played.facts["marks"]["point"] == 3
    assert played.facts["figures"] == 3


@pytest.mark.parametrize(
    "ending", ["im.save('a.png')", "im.save('a.jpg')", "im.show()", "im.save('/root-only/a.png')", ""]
)
def test_a_pillow_image_is_a_picture(play, ending):
    played = play("from PIL import Image\nim = Image.new('RGB', (40, 30), '#336699')\n" + ending)
    assert [picture.size for picture in played.pictures] == [(40, 30)]
    assert "exception" not in played.facts


def test_an_animated_gif_gives_three_frames(play):
    played = play(
        "from PIL import Image\nf = [Image.new('RGB', (9, 9), (k, 0, 0)) for k in range(100)]\n"
        "f[0].save('a.gif', save_all=True, append_images=f[1:], duration=100, loop=0)"
    )
    assert [header["at_s"] for header in played.headers("picture")] == [0.5, 2.0, 4.0]


def test_matplotlib_s_own_files_are_not_taken_again_by_pillow(play):
    played = play(
        "import numpy as np, matplotlib.pyplot as plt\n"
        "plt.imsave('a.png', np.eye(5))\nplt.imshow(np.eye(5))\nplt.savefig('b.png')"
    )
    assert [picture.size for picture in played.pictures] == [(5, 5), (640, 480)]


def test_a_huge_image_is_refused(play):
    played = play("from PIL import Image\nImage.new('L', (5000, 5000)).save('a.png')", pixels=1_000_000)
    assert played.pictures == []
    assert played.facts["limit"] == "pixels"


def test_files_written_by_hand_are_found(play):
    png = base64.b64encode(_png((200, 10, 10))).decode()
    played = play(
        "import base64, os\nos.makedirs('out')\n"
        f"open('out/b.png', 'wb').write(base64.b64decode('{png}'))\n"
        f"open('c.png', 'wb').write(base64.b64decode('{png}'))\n"
        "open('a.svg', 'w').write('<svg/>')\nopen('p.html', 'w').write('<p>hi</p>')\nopen('n.txt', 'w').write('x')\n"
        "os.symlink('/etc/hostname', 'l.png')\nopen('bad.png', 'wb').write(b'no picture')\nos.mkfifo('f.png')\n"
    )
    assert [picture.size for picture in played.pictures] == [(4, 4)]
    assert played.bodies("svg") == [b"<svg/>"]
    assert played.bodies("html") == [b"<p>hi</p>"]
    assert played.facts["files"] == ["a.svg", "b.png", "bad.png", "c.png", "n.txt", "p.html"]
    assert played.facts["warnings"] == ["bad.png: not a readable picture (UnidentifiedImageError)"]
