import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dedup import Batch, DedupSettings, dedup_batches, dedup_texts
from janus_reward.errors import InputError
from tests.dedup.oracle import jaccard

VOCABULARY = [f"w{i}" for i in range(400)]


def make_corpus(seed, documents=60, copies=0.5, edits=6):
    """Documents of random words, many of them edited copies of earlier ones."""
    draw = random.Random(seed)
    texts = []
    for _ in range(documents):
        if texts and draw.random() < copies:
            words = draw.choice(texts).split()
            for _ in range(draw.randrange(edits)):
                words[draw.randrange(len(words))] = draw.choice(VOCABULARY)
        else:
            words = [draw.choice(VOCABULARY) for _ in range(draw.randrange(1, 120))]
        texts.append(" ".join(words))
    return texts


CORPORA = st.builds(make_corpus, st.integers(0, 10**6), st.integers(1, 80))


def batch(texts, ids=None, scores=None, **more):
    return Batch(
        pa.array(ids or [str(i) for i in range(len(texts))]),
        np.arange(len(texts)),
        code=pa.array(texts, pa.string()),
        scores=None if scores is None else np.array(scores, float),
        **more,
    )


@settings(max_examples=40, deadline=None)
@given(CORPORA, st.floats(0.3, 1.0))
def test_every_removal_is_verified_against_a_survivor_that_stays(texts, threshold):
    result = dedup_texts(texts, DedupSettings(threshold=threshold))
    removed = result.removed.to_pylist()
    kept, gone = set(result.survivors.tolist()), {row["row"] for row in removed}
    assert kept | gone == set(range(len(texts))) and not kept & gone
    for row in removed:
        assert row["survivor_row"] in kept
        exact = jaccard(texts[row["row"]], texts[row["survivor_row"]])
        assert exact >= threshold - 1e-9
        assert row["similarity"] == pytest.approx(exact, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(CORPORA)
def test_pairs_over_the_threshold_are_not_both_kept(texts):
    kept = dedup_texts(texts, DedupSettings(threshold=0.7, num_perm=256)).survivors.tolist()
    close = [(i, j) for i in kept for j in kept if i < j and jaccard(texts[i], texts[j]) >= 0.75]
    assert close == []


@settings(max_examples=25, deadline=None)
@given(CORPORA, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_change_the_result(texts, draw):
    scores = [float(len(text) % 3) for text in texts]
    places = list(range(len(texts)))
    draw.shuffle(places)
    ids = [str(i) for i in range(len(texts))]
    straight = dedup_batches([batch(texts, ids, scores)], DedupSettings())
    shuffled = dedup_batches(
        [batch([texts[i] for i in places], [ids[i] for i in places], [scores[i] for i in places])], DedupSettings()
    )

    def outcome(result):
        return {(row["id"], row["survivor_id"], row["similarity"]) for row in result.removed.to_pylist()}

    assert outcome(straight) == outcome(shuffled)


@settings(max_examples=25, deadline=None)
@given(CORPORA, st.integers(1, 30))
def test_the_size_of_batches_does_not_change_the_result(texts, size):
    whole = dedup_batches([batch(texts)], DedupSettings())
    pieces = [
        Batch(
            pa.array([str(i) for i in range(at, min(at + size, len(texts)))]),
            np.arange(at, min(at + size, len(texts))),
            code=pa.array(texts[at : at + size], pa.string()),
        )
        for at in range(0, len(texts), size)
    ]
    assert dedup_batches(pieces, DedupSettings()).removed == whole.removed


@settings(max_examples=20, deadline=None)
@given(CORPORA, st.floats(0.6, 1.0))
def test_another_threshold_needs_no_new_fingerprints(texts, threshold):
    first = dedup_texts(texts, DedupSettings(threshold=0.6))
    second = first.rethreshold(threshold)
    assert len(second.survivors) >= 1
    for row in second.removed.to_pylist():
        assert jaccard(texts[row["row"]], texts[row["survivor_row"]]) >= threshold - 1e-9
    pairs = [(i, j) for i in second.survivors for j in second.survivors if i < j]
    assert all(jaccard(texts[i], texts[j]) < max(threshold, 0.7) for i, j in pairs)


def test_a_lower_threshold_than_that_of_the_bands_is_refused():
    with pytest.raises(InputError, match="below"):
        dedup_texts(["a b c"], DedupSettings(threshold=0.8)).rethreshold(0.7)


def chain(length=9, step=6):
    """Each document shares most with the next, the first nothing with the last."""
    return [" ".join(f"t{i}" for i in range(k * step, k * step + 60)) for k in range(length)]


def test_chains_do_not_drag_unlike_documents_along():
    texts = chain()
    result = dedup_texts(texts, DedupSettings(threshold=0.8, keep="first"))
    assert jaccard(texts[0], texts[1]) >= 0.8 > jaccard(texts[0], texts[2])
    assert len(result.survivors) >= 4
    assert all(row["similarity"] >= 0.8 for row in result.removed.to_pylist())


def test_the_best_score_stays_and_rows_without_one_go_first():
    words = " ".join(VOCABULARY[:50])
    result = dedup_batches([batch([words, words + " x", words + " y"], scores=[np.nan, 2.0, 4.5])], DedupSettings())
    assert result.survivors.tolist() == [2]


def test_the_first_stays_when_asked():
    words = " ".join(VOCABULARY[:50])
    result = dedup_batches([batch([words, words + " x"], scores=[1.0, 5.0])], DedupSettings(keep="first"))
    assert result.survivors.tolist() == [0]


def test_a_removal_shows_the_part_it_shares():
    shared = " ".join(VOCABULARY[:80])
    texts = [f"mine {shared}", f"other {shared} end"]
    row = dedup_texts(texts, DedupSettings(keep="first")).removed.to_pylist()[0]
    assert row["shared"].startswith("w0 w1") and texts[1][row["shared_start"] : row["shared_end"]] == shared
    assert 0.9 < row["shared_share"] < 1


def test_containment_finds_the_smaller_part_of_a_larger_one():
    small = " ".join(VOCABULARY[:100])
    large = " ".join(VOCABULARY[:140])
    asked = DedupSettings(threshold=0.7, keep="first", measure="containment")
    assert len(dedup_texts([large, small], replace(asked, measure="jaccard", threshold=0.75)).survivors) == 2
    result = dedup_texts([large, small], asked)
    assert result.removed.to_pylist()[0]["similarity"] == 1.0


def modal(code, instruction):
    return Batch(
        pa.array([str(i) for i in range(len(code))]),
        np.arange(len(code)),
        code=pa.array(code, pa.string()),
        instruction=pa.array(instruction, pa.string()),
    )


CODE, OTHER = " ".join(VOCABULARY[:60]), " ".join(VOCABULARY[100:160])


@pytest.mark.parametrize(
    ("agree", "code", "instruction", "removed"),
    [
        ("auto", [CODE, CODE], ["draw a red circle", "draw a red circle"], 1),
        ("auto", [CODE, CODE], ["draw a red circle", "plot the sales of 2024"], 0),
        ("auto", [CODE, CODE], [None, "plot the sales of 2024"], 1),
        ("auto", [CODE, OTHER], ["draw a red circle", "draw a red circle"], 0),
        ("auto", [None, None], ["draw a red circle", "Draw a red circle!"], 1),
        ("auto", [CODE, None], ["draw a red circle", "draw a red circle"], 0),
        ("any", [CODE, OTHER], ["draw a red circle", "draw a red circle"], 1),
        ("any", [CODE, CODE], ["draw a red circle", "plot the sales of 2024"], 1),
        ("any", [CODE, OTHER], ["draw a red circle", "plot the sales of 2024"], 0),
        ("all", [CODE, CODE], ["draw a red circle", "draw a red circle"], 1),
        ("all", [CODE, CODE], [None, "draw a red circle"], 0),
        ("auto", [None, None], [None, None], 0),
        ("auto", ["  ", "\n"], ["", ""], 0),
    ],
)
def test_which_modalities_must_agree(agree, code, instruction, removed):
    asked = DedupSettings(on=("code", "instruction"), agree=agree)
    assert dedup_batches([modal(code, instruction)], asked).removed.num_rows == removed


def test_boilerplate_alone_makes_no_duplicate_and_its_share_is_told():
    frame = " ".join(f"frame{i}" for i in range(200))
    draw = random.Random(3)
    texts = [frame + " " + " ".join(f"own{k}x{draw.randrange(10**6)}" for _ in range(12)) for k in range(1_200)]
    texts += [texts[0] + " "]
    with_rule = dedup_texts(texts, DedupSettings())
    assert with_rule.removed.num_rows == 1 and with_rule.removed.to_pylist()[0]["kind"] == "exact"
    counts = with_rule.counts()
    assert counts["boilerplate_share"] > 0.8 and counts["pairs_alike_by_boilerplate_only"] > 0
    assert dedup_texts(texts, DedupSettings(frequent=1)).removed.num_rows > 1_000


def test_clusters_name_their_survivor_and_the_largest_comes_first():
    a, b = " ".join(VOCABULARY[:60]), " ".join(VOCABULARY[60:120])
    result = dedup_texts([a, b, b + " x", b + " y", a + " x"], DedupSettings(keep="first"))
    assert result.clusters() == {1: [2, 3], 0: [4]}


def test_an_empty_corpus_is_no_trouble():
    result = dedup_batches([], DedupSettings())
    assert len(result) == 0 and result.removed.num_rows == 0 and result.counts()["rows"] == 0


@pytest.mark.parametrize(
    "bad", [{"threshold": 0}, {"threshold": 1.2}, {"on": ("sound",)}, {"on": ()}, {"agree": "most"}, {"shingle": 0}]
)
def test_settings_out_of_range_are_refused(bad):
    with pytest.raises(InputError):
        DedupSettings(**bad)
