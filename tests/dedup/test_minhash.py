import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dedup.hashing import shingle_hash32
from janus_reward.dedup.minhash import from_datasketch, signatures, to_datasketch
from janus_reward.dedup.settings import choose_bands
from janus_reward.dedup.shingle import Shingler
from tests.dedup.oracle import shingle_strings

TEXTS = st.lists(st.text("abcd _", min_size=1, max_size=120), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.sampled_from([16, 64, 128]), st.integers(0, 9))
def test_signatures_are_those_of_datasketch(texts, num_perm, seed):
    found = signatures(Shingler().sets(texts), num_perm=num_perm, seed=seed)
    for text, signature in zip(texts, found, strict=True):
        sketch = MinHash(num_perm=num_perm, seed=seed, hashfunc=shingle_hash32)
        sketch.update_batch([shingle.encode() for shingle in shingle_strings(text)])
        assert np.array_equal(sketch.hashvalues, signature)


def test_a_stored_signature_goes_to_datasketch_and_back():
    texts = ["one two three four five six seven", "one two three four five six eight", "quite another thing"]
    found = signatures(Shingler(2).sets(texts))
    sketches = [to_datasketch(signature) for signature in found]
    assert np.array_equal(from_datasketch(sketches), found)
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    lsh.insert("first", sketches[0])
    assert lsh.query(sketches[1]) == ["first"] and lsh.query(sketches[2]) == []
    buffer = bytearray(LeanMinHash(sketches[0]).bytesize())
    LeanMinHash(sketches[0]).serialize(buffer)
    assert np.array_equal(LeanMinHash.deserialize(buffer).hashvalues, found[0])


def test_a_datasketch_object_can_be_updated_further():
    sketch = to_datasketch(signatures(Shingler(2).sets(["a b"]))[0])
    sketch.update(b"b c")
    assert np.array_equal(sketch.hashvalues, signatures(Shingler(2).sets(["a b c"]))[0])


def test_signatures_of_another_scheme_are_refused():
    with pytest.raises(ValueError, match="legacy"):
        from_datasketch([MinHash(scheme="legacy")])


@settings(deadline=None)
@given(st.floats(0.3, 0.99), st.sampled_from([64, 128, 256]))
def test_bands_reach_the_recall_or_are_as_many_as_there_are(threshold, num_perm):
    bands, rows = choose_bands(threshold, num_perm, 0.999)
    assert bands * rows <= num_perm
    assert rows == 1 or 1 - (1 - threshold**rows) ** bands >= 0.999
