"""A real Ray cluster of several nodes gives what this machine gives, also when a node and a worker are killed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

import janus_reward as jr
from janus_reward.engines.ray_settings import RaySettings, Share, read_ray_settings
from janus_reward.errors import InputError

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytestmark = pytest.mark.e2e

CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99"><circle cx="50" cy="50" r="{}" fill="red"/></svg>'
SETTINGS = RaySettings(rows=2, stage=Share(num_cpus=1))


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 150 * 2**20})
    made.add_node(num_cpus=1, object_store_memory=150 * 2**20)
    ray.init(address=made.address, log_to_driver=False, logging_level="error")
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Rows that are drawn, that bring their picture, that are edits, that are broken, that kill their worker."""
    folder = tmp_path_factory.mktemp("source")
    lines = []
    for at in range(26):
        triple = {"id": f"r{at}", "instruction": "Draw an SVG: a red circle", "code": CIRCLE.format(1 + at % 44)}
        if at % 5 == 1:
            Image.new("RGB", (60 + at, 40), (at * 8, 30, 90)).save(folder / f"{at}.png")
            triple["render"] = f"{at}.png"
        if at % 5 == 2:
            triple |= {"before": {"code": CIRCLE.format(3)}, "task": "edit"}
        lines.append(json.dumps(triple))
    lines[7], lines[20] = "{broken", json.dumps({"id": "bare"})
    path = folder / "corpus.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def tables(run):
    """Bytes of every shard of scores."""
    return {path.name: path.read_bytes() for path in sorted((Path(run.path) / "scores").glob("*.parquet"))}


def pictures(run):
    return sorted(path.name for path in (Path(run.path) / "renders").glob("??/*.png"))


@pytest.fixture(scope="module")
def here(source, tmp_path_factory):
    return jr.score_dataset(source, tmp_path_factory.mktemp("local") / "run", workers=1, shard_rows=5)


def test_a_cluster_gives_the_bytes_of_one_machine(cluster, source, here, tmp_path):
    there = jr.score_dataset(source, tmp_path / "run", engine="ray", ray=SETTINGS, shard_rows=5)
    assert tables(there) == tables(here)
    assert pictures(there) == pictures(here)
    assert there.summary().errors == 2
    again = jr.score_dataset(source, tmp_path / "run", engine="local", shard_rows=5)
    assert again.manifest["finished"]


def workers_of(node):
    """Processes that a node's raylet started for tasks and actors."""
    (raylet,) = [process for kind, some in node.all_processes.items() if kind == "raylet" for process in some]
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            title = stat.with_name("cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == raylet.process.pid and b"MapWorker" in title:
            found.append(int(stat.parent.name))
    return found


def test_a_node_and_a_worker_that_are_killed_lose_nothing(cluster, source, here, tmp_path):
    extra = cluster.add_node(num_cpus=1, object_store_memory=150 * 2**20)
    cluster.wait_for_nodes()
    killed = []

    def interfere(progress):
        if progress.done >= 4 and not killed:
            for pid in workers_of(cluster.head_node)[:1]:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            cluster.remove_node(extra, allow_graceful=False)
            killed.append("node")

    there = jr.score_dataset(
        source, tmp_path / "run", engine="ray", ray=SETTINGS, workers=3, shard_rows=5, on_progress=interfere
    )
    assert len(killed) == 2
    assert tables(there) == tables(here)
    assert pictures(there) == pictures(here)


def test_a_driver_that_is_stopped_goes_on_with_its_open_shards_only(cluster, source, here, tmp_path):
    class Enough(Exception):
        pass

    def stop(progress):
        if progress.done >= 12:
            raise Enough

    with pytest.raises(Enough):
        jr.score_dataset(source, tmp_path / "run", engine="ray", ray=SETTINGS, shard_rows=5, on_progress=stop)
    finished = tables(jr.Run(tmp_path / "run"))
    assert 1 <= len(finished) < 6
    resumed = []
    there = jr.score_dataset(
        source, tmp_path / "run", engine="ray", ray=SETTINGS, shard_rows=5,
        on_progress=lambda progress: resumed.append(progress.resumed),
    )  # fmt: skip
    assert set(resumed) == {5 * len(finished)}
    assert tables(there) == tables(here)


def faulty(rows, path):
    """Rows as a file in which some cannot be read: the first soon, the others so far on that another batch has them."""
    lines = [json.dumps(row) for row in rows]
    lines[3], lines[-9], lines[-5:-1] = "{broken", json.dumps({"id": "bare"}), ["[]", '{"code": 7}', "null", "{"]
    path.write_text("".join(line + "\n" for line in lines))
    return path


def test_dedup_gives_the_same_on_a_cluster_and_tells_what_it_could_not_read(cluster, tmp_path):
    from janus_reward.dedup import dedup_dataset

    codes = [" ".join(f"name{at * 7 % 200}_{word} = {word};" for word in range(40)) for at in range(150)]
    rows = [{"id": f"r{at}", "instruction": f"Do thing {at % 150}", "code": code} for at, code in enumerate(codes * 2)]
    source, found, told = faulty(rows, tmp_path / "corpus.jsonl"), [], {"local": [], "ray": []}
    for engine, notes in told.items():
        ray_settings = SETTINGS if engine == "ray" else None
        counts = dedup_dataset(source, tmp_path / engine, engine=engine, ray=ray_settings, on_note=notes.append)
        found.append({name: value for name, value in counts.items() if name not in ("path", "wall_s")})
    assert found[0] == found[1]
    assert found[0]["removed"] > 0 and found[0]["errors"] == 6
    assert told["ray"] == told["local"]
    reasons = [note for note in told["ray"] if note.startswith("row ")]
    assert len(reasons) == 3 and "corpus.jsonl: row 3 (line 4): damaged JSON" in reasons[0], "the first of them"
    for name in ("survivors.parquet", "removed.parquet", "clusters.parquet"):
        assert (tmp_path / "local" / name).read_bytes() == (tmp_path / "ray" / name).read_bytes()


def test_decontamination_gives_the_same_on_a_cluster(cluster, tmp_path):
    from janus_reward.decontaminate import decontaminate_dataset

    items = [" ".join(f"w{at * 20 + word}" for word in range(20)) for at in range(10)]
    bench = [{"id": f"b{at}", "instruction": text} for at, text in enumerate(items)]
    rows = [{"id": f"r{at}", "instruction": f"free text {at}", "code": f"x{at}"} for at in range(60)]
    for at in range(0, 60, 3):
        rows[at]["instruction"] = items[at % 10]
    (tmp_path / "bench.jsonl").write_text("".join(json.dumps(row) + "\n" for row in bench))
    told = {"local": [], "ray": []}
    for engine, notes in told.items():
        counts = decontaminate_dataset(
            faulty(rows, tmp_path / "corpus.jsonl"), tmp_path / engine, [str(tmp_path / "bench.jsonl")],
            engine=engine, ray=SETTINGS if engine == "ray" else None, on_note=notes.append,
        )  # fmt: skip
        assert (counts["removed"], counts["errors"]) == (17, 6)
    reasons = {engine: [note for note in notes if note.startswith("row ")] for engine, notes in told.items()}
    assert reasons["ray"] == reasons["local"] and len(reasons["ray"]) == 3
    for name in ("hits.parquet", "kept.parquet", "certificate.json"):
        assert (tmp_path / "local" / name).read_bytes() == (tmp_path / "ray" / name).read_bytes()


def test_a_whole_curation_gives_the_same_on_a_cluster(cluster, source, tmp_path):
    from janus_reward.curate import curate, read_config

    (tmp_path / "cluster.yaml").write_text("rows: 2\nstage: {num_cpus: 1}\n")
    (tmp_path / "bench.jsonl").write_text(json.dumps({"id": "b", "code": CIRCLE.format(9) * 4}) + "\n")
    steps = """score: {workers: 1}
dedup: {threshold: 0.8}
decontaminate: {against: [bench.jsonl]}
select: {policy: {name: mine, outcomes: [ok, partial, not_needed], score: {min: 1}}}
export: [{format: sharegpt}]
report: {title: Circles}
"""
    made = {}
    for engine, told in (("local", ""), ("ray", "ray: cluster.yaml\n")):
        file = tmp_path / f"{engine}.yaml"
        file.write_text(f"source: {source}\nout: {engine}\nengine: {engine}\n{told}{steps}")
        selection = curate(read_config(file))["selection"]
        folder = tmp_path / engine
        files = [*folder.rglob("scores/*.parquet"), *folder.glob("export/sharegpt/*.json*")]
        made[engine] = {str(path.relative_to(folder)): path.read_bytes() for path in files}
        assert selection["kept"] > 0
    assert {"export/sharegpt/train.jsonl", "export/sharegpt/certificate.json"} < set(made["local"])
    assert made["ray"] == made["local"]


def test_settings_that_are_wrong_name_file_and_line(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text("stage:\n  num_cpus: -1\n")
    with pytest.raises(InputError, match=r"cluster.yaml.*2"):
        read_ray_settings(file)
    file.write_text("rows: 4\nstage: {actors: [1, 8], num_gpus: 0.5, resources: {render: 1}}\n")
    share = read_ray_settings(file).stage
    assert share.options() == {"num_cpus": 1.0, "num_gpus": 0.5, "resources": {"render": 1.0}}
    with pytest.raises(InputError, match="unknown engine"):
        jr.score_dataset("nowhere", tmp_path, engine="dask")
