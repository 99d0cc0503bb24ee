from __future__ import annotations

import json
import re

import pytest

from janus_reward.errors import MissingExtra
from janus_reward.render import cdn
from janus_reward.render.cdn import install as installing  # noqa: F401
from janus_reward.render.cdn import modules
from janus_reward.render.cdn.table import table, wanted


@pytest.fixture
def libraries(tmp_path):
    def put(alias, name, version, files, **more):
        folder = tmp_path / "node_modules" / alias
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        (folder / "package.json").write_text(json.dumps({"name": name, "version": version, **more}))

    put("three--0.128.0", "three", "0.128.0", {"build/three.min.js": "old", "examples/js/a.js": "plain"})
    put("three--0.177.0", "three", "0.177.0", {"build/three.module.js": "new"})
    put("p5", "p5", "1.11.2", {"lib/p5.min.js": "p5"})
    put(
        "d3--7",
        "d3",
        "7.9.0",
        {"dist/d3.min.js": "seven", "src/index.js": 'export * from "d3-array";'},
        jsdelivr="dist/d3.min.js",
        module="src/index.js",
    )
    put("d3--5", "d3", "5.16.0", {"dist/d3.min.js": "five"}, jsdelivr="dist/d3.min.js")
    put("font-awesome", "font-awesome", "4.7.0", {"css/font-awesome.min.css": "four"})
    (tmp_path / "secret.js").write_text("host file")
    return cdn.Libraries(tmp_path)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://cdnjs.cloudflare.com/ajax/libs/three.js/r128/three.min.js", "three@0.128.0/build/three.min.js"),
        ("https://unpkg.com/three@0.160.0/build/three.module.js", "three@0.177.0/build/three.module.js"),
        ("https://cdn.jsdelivr.net/npm/p5@1.4.0/lib/p5.js?x=1", "p5@1.11.2/lib/p5.min.js"),
        ("https://cdn.jsdelivr.net/npm/d3", "d3@7.9.0/dist/d3.min.js"),
        ("https://d3js.org/d3.v5.min.js", "d3@5.16.0/dist/d3.min.js"),
        ("https://cdn.jsdelivr.net/npm/d3@6.2/dist/d3.min.js", "d3@5.16.0/dist/d3.min.js"),
        (
            "https://maxcdn.bootstrapcdn.com/font-awesome/4.5.0/css/font-awesome.min.css",
            "font-awesome@4.7.0/css/font-awesome.min.css",
        ),
        ("https://polyfill.io/v3/polyfill.min.js?features=es6", "empty"),
    ],
)
def test_an_address_gets_the_installed_version_nearest_to_the_one_asked_for(libraries, url, name):
    served = libraries.find(url)
    assert served is not None
    assert served.name == name


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/p5.min.js",
        "https://cdn.jsdelivr.net/npm/p5@1.4.0/no/such/file.js",
        "https://cdn.jsdelivr.net/npm/unknown-package",
        "https://cdn.jsdelivr.net/npm/p5@1/../../secret.js",
        "https://cdn.jsdelivr.net/npm/p5@1/%2e%2e/secret.js",
        "file:///etc/passwd",
        "",
    ],
)
def test_what_is_not_a_file_of_a_local_copy_is_not_served(libraries, url):
    assert libraries.find(url) is None


def test_a_module_leads_to_its_main_file_whose_bare_imports_are_addresses(libraries):
    entrance = libraries.find("https://cdn.jsdelivr.net/npm/d3@7/+esm")
    assert entrance is not None
    assert entrance.body == b'export * from "https://esm.sh/d3@7.9.0/src/index.js";'
    main = libraries.find("https://esm.sh/d3@7.9.0/src/index.js")
    assert main is not None
    assert main.body == b'export * from "https://esm.sh/d3-array";'


def test_relative_and_absolute_imports_stay_as_they_are():
    source = 'import a from "./a.js"; import b from "https://x/y.js"; import {c} from "three";'
    assert modules.with_addresses(source) == source.replace('"three"', '"https://esm.sh/three"')


def test_nothing_is_served_when_nothing_is_installed(tmp_path):
    empty = cdn.Libraries(tmp_path)
    assert empty.find("https://cdn.jsdelivr.net/npm/p5@1.4.0/lib/p5.js") is None
    assert empty.version == "none"


def test_installing_without_npm_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("JANUS_REWARD_WEB_LIBRARIES", str(tmp_path / "web"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="npm") as told:
        cdn.install(lambda line: None)
    assert "apt-get install npm" in str(told.value)


def test_every_pattern_of_the_table_is_a_regular_expression():
    known = table()
    for pattern in [*known["shapes"], *known["empty"], *(entry[0] for entry in known["addresses"])]:
        re.compile(pattern)


def test_an_address_of_no_cdn_means_nothing():
    assert list(wanted("https://example.com/ajax/libs/p5.js/1.4.0/p5.js")) == []
