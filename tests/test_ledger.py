"""The ledger keeps the first reply under a key, whoever writes, and survives damage."""

import multiprocessing
import sqlite3

import pytest

from janus_reward.errors import DiskError
from janus_reward.ledger import Entry, Ledger


def entry(text, run="r"):
    return Entry({"text": text}, "m", "stop", 10, 2, 0.5, run)


def key(number):
    return number.to_bytes(32, "big")


def test_a_reply_is_there_for_the_next_run(tmp_path):
    first = Ledger(tmp_path / "l" / "ledger.sqlite")
    first.put(key(1), entry("naïve \ud800 \x00"))
    first.close()
    again = Ledger(tmp_path / "l" / "ledger.sqlite")
    assert again.get(key(1)) == entry("naïve \ud800 \x00")
    assert again.get(key(2)) is None
    assert len(again) == 1


def test_the_first_reply_under_a_key_stays(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put(key(1), entry("first"))
    assert ledger.put(key(1), entry("second")).body == {"text": "first"}


def test_replies_looked_up_at_once_are_those_looked_up_one_by_one(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for number in range(5):
        ledger.put(key(number), entry(str(number)))
    found = ledger.get_all([key(number) for number in (4, 7, 1, 4)])
    assert found == {key(1): ledger.get(key(1)), key(4): ledger.get(key(4))}
    assert ledger.get_all([]) == {}


def test_what_a_run_paid_is_told_by_model(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for number in range(3):
        ledger.put(key(number), entry("x", "mine"))
    ledger.put(key(9), entry("x", "other"))
    assert ledger.spent("mine") == [("m", 3, 30, 6)]


def _write(path, start):
    ledger = Ledger(path)
    for number in range(200):
        ledger.put(key(number), entry(f"{start}"))
    ledger.close()


def test_processes_that_write_the_same_keys_agree(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path / "ledger.sqlite", start)) for start in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(Ledger(tmp_path / "ledger.sqlite")) == 200


@pytest.mark.parametrize("garbage", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_moved_aside_and_named(tmp_path, garbage):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(garbage)
    ledger = Ledger(path)
    assert "damaged-1" in ledger.notice
    assert (tmp_path / "ledger.sqlite.damaged-1").read_bytes() == garbage
    ledger.put(key(1), entry("new"))
    assert len(ledger) == 1


def test_damaged_pages_are_found_when_the_ledger_is_opened(tmp_path):
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    for number in range(2000):
        ledger.put(key(number * 7919), entry("y" * 50))
    ledger.close()
    data = bytearray(path.read_bytes())
    for page in range(4096 * 3, len(data), 4096 * 4):
        data[page : page + 600] = b"\xa5" * 600
    path.write_bytes(bytes(data))
    again = Ledger(path)
    assert again.notice is not None
    assert len(again) == 0


def test_another_programs_database_is_not_written_to(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (a)")
    Ledger(path).put(key(1), entry("x"))
    with sqlite3.connect(tmp_path / "ledger.sqlite.damaged-1") as kept:
        assert kept.execute("SELECT count(*) FROM theirs").fetchone() == (0,)


def test_an_entry_with_a_flipped_bit_counts_as_absent_and_is_replaced(tmp_path):
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.put(key(1), entry("good"))
    with sqlite3.connect(path) as database:
        database.execute("UPDATE replies SET crc = crc + 1")
    assert ledger.get(key(1)) is None
    assert ledger.put(key(1), entry("again")).body == {"text": "again"}
    assert ledger.get(key(1)).body == {"text": "again"}


def test_a_place_that_cannot_be_written_is_a_disk_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError):
        Ledger(tmp_path / "file" / "ledger.sqlite")
