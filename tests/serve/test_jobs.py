"""Datasets in the background: results as Parquet, cancelled, and gone on with after the service was killed."""

from __future__ import annotations

import json
import os
import signal

import pyarrow.parquet as pq
import pytest

import janus_reward as jr
from janus_reward.serve import Client, ServiceError
from tests.serve.conftest import Service, circle

pytestmark = pytest.mark.e2e


def dataset(path, rows, broken=True):
    lines = [json.dumps({**circle(1 + at % 45), "id": f"r{at}"}) for at in range(rows)]
    path.write_text("\n".join([*lines, "{broken"] if broken else lines) + "\n")
    return path


def test_an_uploaded_dataset_gives_the_rows_of_a_local_run(client, service, tmp_path):
    source = dataset(tmp_path / "corpus.jsonl", 12)
    job = client.wait(client.submit(file=client.upload(source), map={"code": "code"}).id, every_s=0.2)
    assert job.state == "done", job.message
    assert (job.rows, job.done) == (13, 13)
    assert job.summary["errors"] == 1
    there = pq.read_table(client.results(job.id, tmp_path / "results.parquet"))
    here = jr.score_dataset(source, tmp_path / "run", mapping={"code": "code"}, workers=1).table()
    ours = [name for name in here.column_names if name != "error"]
    assert there.select(ours).equals(here.select(ours))
    client.delete(job.id)
    with pytest.raises(ServiceError, match="no such job"):
        client.job(job.id)


def test_only_datasets_of_the_data_folder_can_be_named(client, service):
    dataset(service.data / "small.jsonl", 2, broken=False)
    job = client.wait(client.submit(source="small.jsonl", limit=1).id, every_s=0.2)
    assert (job.state, job.done) == ("done", 1)
    for source in ("../state/.lock", "/etc/passwd", "nowhere.jsonl", "a\0b"):
        with pytest.raises(ServiceError, match="nothing below the data folder"):
            client.submit(source=source)
    (service.data / "odd.jsonl").write_bytes(b"\x89PNG")
    failed = client.wait(client.submit(source="odd.jsonl").id, every_s=0.2)
    assert failed.state == "failed"
    assert "PNG" in failed.message
    with pytest.raises(ServiceError, match="no results"):
        client.results(failed.id, service.data / "x.parquet")


def test_a_job_goes_on_after_the_service_was_killed_and_can_be_cancelled(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    dataset(data / "big.jsonl", 90)
    options = ("--workers", "1", "--data", str(data))
    first = Service(tmp_path, *options).until_ready()
    with Client(first.url) as client:
        job, other = client.submit(source="big.jsonl"), client.submit(source="big.jsonl", limit=80)
        first.until(lambda: client.job(job.id).done >= 64)
        os.kill(first.status()["pid"], signal.SIGKILL)
        first.until_ready()
        done = client.wait(job.id, every_s=0.2)
        assert done.state == "done"
        assert done.summary["rows"] == 91
        assert client.cancel(other.id).state == "cancelled"
        with pytest.raises(ServiceError, match="cancelled already"):
            client.cancel(other.id)
        assert pq.read_table(client.results(job.id, tmp_path / "r.parquet")).num_rows == 91
    first.end()
