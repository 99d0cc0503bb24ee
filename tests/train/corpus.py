"""A small corpus of drawings with damaged twins, scored for real."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.scoring import score_dataset
from training.corrupt import PAIRS_SCHEMA

COLOURS = ("red", "green", "blue", "orange", "purple", "teal", "navy", "maroon", "olive", "gold")
SHAPES = {
    "circle": '<circle cx="60" cy="60" r="40" fill="{}"/>',
    "square": '<rect x="20" y="20" width="80" height="80" fill="{}"/>',
    "bar": '<rect x="10" y="50" width="100" height="20" fill="{}"/>',
}


def svg(body):
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">\n<rect width="120" height="120" fill="#fff"/>\n'
        f"{body}\n</svg>\n"
    )


def records():
    """Good drawings, each with an empty, a wrong and a harmlessly changed twin."""
    for colour in COLOURS:
        for name, shape in SHAPES.items():
            good, wrong = svg(shape.format(colour)), "black" if colour == "gold" else "gold"
            id_ = f"{colour}-{name}"
            source = "away" if name == "bar" else "home"
            base = {"instruction": f"Draw an SVG: a {colour} {name}", "language": "svg", "domain": "svg"}
            yield {"id": id_, "code": good, "meta": {"source": source}, **base}
            twins = {"svg.empty": svg(""), "svg.recolour": svg(shape.format(wrong)), "harmless.space": good + "\n\n"}
            for kind, code in twins.items():
                yield {"id": f"{id_}~{kind}", "code": code, "meta": {"source": source, "twin_of": id_}, **base}


def another_answer():
    """A worse answer to a prompt that has a good one; it is nobody's twin."""
    return {
        "id": "red-circle-2", "instruction": "Draw an SVG: a red circle", "language": "svg", "domain": "svg",
        "code": svg('<rect width="5" height="5" fill="#eee"/>'), "meta": {"source": "home"},
    }  # fmt: skip


def scored(folder):
    """The run and the pairs of the corpus."""
    rows = [*records(), another_answer()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    twins = [row for row in rows if "twin_of" in row["meta"]]
    pq.write_table(pa.Table.from_pylist([_pair(row) for row in twins], schema=PAIRS_SCHEMA), folder / "pairs.parquet")
    return score_dataset(folder / "corpus.jsonl", folder / "scored", workers=1), folder / "pairs.parquet"


def _pair(row):
    kind = row["id"].split("~")[1]
    severity = {"svg.empty": 3, "svg.recolour": 2, "harmless.space": 0}[kind]
    return {
        "good_id": row["meta"]["twin_of"], "bad_id": row["id"], "kind": kind, "family": kind.split(".")[0],
        "severity": severity, "lowers": ["task_completion"] if severity else [], "keeps": ["code_quality"],
        "visible": severity > 0, "changed_share": 0.1, "good_outcome": "ok", "bad_outcome": "ok",
        "holdout": False, "holdout_kind": kind == "svg.recolour" and row["id"].startswith("olive"),
        "holdout_source": False, "source": row["meta"]["source"], "domain": "svg", "task": "generate", "language": "svg",
    }  # fmt: skip
