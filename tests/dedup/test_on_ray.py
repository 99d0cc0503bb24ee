"""A real Ray cluster of two nodes gives what one process gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from janus_reward.dedup.batch import Batch
from janus_reward.dedup.engine import dedup_batches
from janus_reward.dedup.settings import DedupSettings
from janus_reward.errors import InputError

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 150 * 2**20})
    made.add_node(num_cpus=1, object_store_memory=150 * 2**20)
    ray.init(address=made.address, log_to_driver=False, logging_level="error")
    yield made
    ray.shutdown()
    made.shutdown()


def corpus(count: int) -> pa.Table:
    chance = np.random.RandomState(4)
    words = [f"word{k}" for k in range(300)]
    texts = [" ".join(chance.choice(words, 60)) for _ in range(count)]
    for k in range(0, count, 3):
        mine = texts[chance.randint(count)].split()
        mine[chance.randint(len(mine))] = "changed"
        texts[k] = " ".join(mine)
    return pa.table(
        {
            "row": np.arange(count),
            "id": [f"r{k}" for k in range(count)],
            "code": texts,
            "instruction": [f"Do number {k % 40}" if k % 5 else None for k in range(count)],
            "score": [None if k % 7 == 0 else float(k % 4) for k in range(count)],
        }
    )


def on_the_cluster(table, settings, folder):
    from janus_reward.dedup.on_ray import dedup_ray

    blocks = [table.slice(at, 100) for at in range(0, len(table), 100)]
    return dedup_ray(ray.data.from_arrow(blocks), settings, folder=folder, batch_rows=64)


def here(table, settings):
    batch = Batch(
        table["id"].combine_chunks(), table["row"].to_numpy(), code=table["code"].combine_chunks(),
        instruction=table["instruction"].combine_chunks(),
        scores=table["score"].combine_chunks().fill_null(np.nan).to_numpy(zero_copy_only=False),
    )  # fmt: skip
    return dedup_batches([batch], settings)


@pytest.mark.parametrize("keep", ["best", "first"])
def test_two_nodes_give_the_result_of_one_process(cluster, tmp_path, keep):
    table, settings = corpus(900), DedupSettings(on=("code", "instruction"), keep=keep)
    assert len(ray.nodes()) == 2
    there, local = on_the_cluster(table, settings, tmp_path / "ray"), here(table, settings)
    assert len(local.removed) > 50
    assert there.removed.to_pylist() == local.removed.to_pylist()
    assert there.survivors.tolist() == local.survivors.tolist()


def test_rows_in_another_order_give_the_same_removals(cluster, tmp_path):
    table, settings = corpus(600), DedupSettings(on=("code", "instruction"))
    shuffled = table.take(np.random.RandomState(9).permutation(600))
    there = on_the_cluster(shuffled, settings, tmp_path / "ray").removed.sort_by("row")
    assert there.to_pylist() == here(table, settings).removed.to_pylist()


def test_a_dataset_that_does_not_count_its_records_is_refused(cluster, tmp_path):
    from janus_reward.dedup.on_ray import dedup_ray

    with pytest.raises(InputError, match="no column `row`"):
        dedup_ray(ray.data.from_arrow(pa.table({"code": ["a"]})), folder=tmp_path / "ray")
