"""Report cards of small real models: `python reports/model_cards.py --judge judge.yaml --work DIR --out FILE.md`.

The set is small because a CPU is slow: good charts and drawings of the examples with their broken twins, and the attack
probes (`training/attack.py`) on some works. Asked is one criterion, task completion, without gates, so that a card
shows what the model says and no rule repairs it. The evidence judge is put on the same set by `--judge evidence`.
`--serve WEIGHTS.gguf` starts llama.cpp's server (xllamacpp) on the port that the judge file names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from janus_reward.agreement import judge_card
from janus_reward.agreement.display import card_markdown
from janus_reward.rubric import RubricSet
from janus_reward.scoring import score_dataset
from training.attack import HOSTS, write
from training.corrupt import PAIRS_SCHEMA

_ROOT = Path(__file__).parents[1]
_EXAMPLES = _ROOT / "examples" / "data" / "triples.jsonl"
_DOMAINS = ("chart", "svg")
_CRITERIA = ("task_completion",)
_SERVER = _ROOT / "tests" / "models" / "serve.py"


def made_set(folder: Path, goods: int, twins: int, hosts: int) -> tuple[Path, Path]:
    """Write the triples and their pairs, one domain after the other so that an engine keeps the rubric in its cache.

    Args:
        folder: where they go.
        goods: good examples a domain.
        twins: broken ones of each.
        hosts: attacked works a domain.
    """
    write(folder / "attack")
    rows, pairs = [], []
    attacks = [json.loads(line) for line in (folder / "attack" / "triples.jsonl").read_text().splitlines()]
    attacked = pq.read_table(folder / "attack" / "pairs.parquet").to_pylist()
    examples = [json.loads(line) for line in _EXAMPLES.read_text().splitlines()]
    for domain in _DOMAINS:
        chosen = tuple(f"attack-{host.name}" for host in HOSTS if host.domain == domain)[:hosts]
        rows += [row for row in attacks if row["id"].partition("--")[0] in chosen]
        pairs += [pair for pair in attacked if pair["good_id"] in chosen]
        for good in [row for row in examples if row["domain"] == domain and _plain(row)][:goods]:
            broken = [row for row in examples if (row.get("meta") or {}).get("twin_of") == good["id"]][:twins]
            rows += [good, *broken]
            pairs += [_pair(good, twin) for twin in broken]
    for row in rows:
        row.pop("render", None)
    (folder / "triples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(pairs, schema=PAIRS_SCHEMA), folder / "pairs.parquet")
    return folder / "triples.jsonl", folder / "pairs.parquet"


def made_rubrics(folder: Path) -> Path:
    """Write the built-in rubrics of the domains, cut down to one criterion and no gates."""
    folder.mkdir(parents=True, exist_ok=True)
    for domain in _DOMAINS:
        rubric = RubricSet.load().pick(domain, "generate", None)
        content = rubric.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"name", "gates"})
        kept = {name: {k: v for k, v in content["criteria"][name].items() if k != "name"} for name in _CRITERIA}
        text = yaml.safe_dump({**content, "criteria": kept}, sort_keys=False)
        (folder / f"{rubric.name}.yaml").write_text(text, encoding="utf-8")
    return folder


def _plain(row: dict[str, object]) -> bool:
    meta = row.get("meta")
    return not (isinstance(meta, dict) and meta.get("twin_of")) and bool(row["code"]) and "before" not in row


def _pair(good: dict[str, str], twin: dict[str, str]) -> dict[str, object]:
    blank = dict.fromkeys(PAIRS_SCHEMA.names)
    kind = f"example.{twin['id'].partition('--')[2]}"
    told = {"good_id": good["id"], "bad_id": twin["id"], "kind": kind, "family": "example", "severity": 2}
    told |= {"lowers": ["task_completion"], "keeps": [], "visible": True, "changed_share": 0.0}
    told |= {"good_outcome": "ok", "bad_outcome": "ok", "source": "examples", "domain": good["domain"]}
    held = dict.fromkeys(("holdout", "holdout_kind", "holdout_source"), False)
    return blank | told | held | {"task": "generate", "language": good["language"]}


@contextmanager
def served(weights: str | None, port: int) -> Iterator[None]:
    """llama.cpp's server with these weights, one thread, until the block ends."""
    if weights is None:
        yield
        return
    command = [sys.executable, str(_SERVER), weights, str(port), "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            next(line for line in server.stdout or () if line.startswith("ready"))
            yield
        finally:
            server.kill()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--judge", required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for set, run and ledger")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--serve", help="weights in GGUF; without it the server must be there already")
    parser.add_argument("--port", type=int, default=8642)
    parser.add_argument("--goods", type=int, default=12)
    parser.add_argument("--twins", type=int, default=2)
    parser.add_argument("--hosts", type=int, default=2)
    parser.add_argument("--limit", type=int, help="only the first rows of the set")
    args = parser.parse_args()
    source, pairs = made_set(args.work / "set", args.goods, args.twins, args.hosts)
    with served(args.serve, args.port):
        rubrics = made_rubrics(args.work / "rubrics")
        run = score_dataset(
            source, args.work / "run", judge=args.judge, rubrics=rubrics, ledger=args.work, workers=1, limit=args.limit
        )
    card = judge_card(run, pairs)
    text = card_markdown(card)
    print(text)
    if args.out:
        args.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
