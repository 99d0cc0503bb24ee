"""What `dedup` and `decontaminate` found, for people to look at: the largest clusters, the clearest matches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.errors import InputError
from janus_reward.report.audit import Audit
from janus_reward.report.thumbnails import thumbnail
from janus_reward.select.relations import HITS, REMOVED, contaminated, duplicates

_CLUSTERS = 24
_MEMBERS = 5
_MATCHES = 60
_LOOKED_AT = 20_000
_CHARS = 1_200


def cluster_views(audit: Audit) -> dict[str, Any] | None:
    """The largest clusters with survivor and some members side by side; `None` without `dedup`."""
    if audit.dedup is None:
        return None
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    kinds: Counter[str] = Counter(removal.what for removal in duplicates(audit.dedup))
    for row in _table(audit.dedup / REMOVED).to_pylist():
        members[row["survivor_id"]].append(row)
    largest = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:_CLUSTERS]
    shown = {survivor: sorted(own, key=lambda row: str(row["id"]))[:_MEMBERS] for survivor, own in largest}
    rows = _rows(audit, {*shown, *(str(row["id"]) for own in shown.values() for row in own)})
    sizes = Counter(len(own) + 1 for own in members.values())
    return {
        "removed": sum(kinds.values()),
        "kinds": dict(kinds),
        "clusters": len(members),
        "sizes": sorted(sizes.items()),
        "shown": [_cluster(survivor, len(members[survivor]), own, rows) for survivor, own in shown.items()],
    }


def contamination_views(audit: Audit) -> dict[str, Any] | None:
    """Rows by benchmark, and the clearest match of some with the part that matched; `None` without `decontaminate`."""
    if audit.contamination is None:
        return None
    rows: dict[str, set[str]] = defaultdict(set)
    for removal in contaminated(audit.contamination):
        rows[removal.what].add(removal.id)
    hits = _table(audit.contamination / HITS)
    clearest = sorted(
        hits.filter(hits["removed"]).slice(0, _LOOKED_AT).to_pylist(),
        key=lambda row: (-(row["similarity"] or 0.0), str(row["benchmark"]), str(row["id"]), str(row["item"])),
    )
    first = {(str(row["benchmark"]), str(row["id"])): row for row in reversed(clearest)}
    shown = [row for row in clearest if first[str(row["benchmark"]), str(row["id"])] is row][:_MATCHES]
    texts = _rows(audit, {str(row["id"]) for row in shown})
    return {
        "benchmarks": sorted((name, len(ids)) for name, ids in rows.items()),
        "rows": len(set().union(*rows.values())),
        "shown": [{**_match(row), **texts.get(str(row["id"]), {})} for row in shown],
    }


def _cluster(
    survivor: str, size: int, members: list[dict[str, Any]], rows: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    return {
        "size": size + 1,
        "survivor": {"id": survivor, **rows.get(survivor, {})},
        "members": [
            {
                "id": str(row["id"]),
                "kind": row.get("kind"),
                "modality": row.get("modality"),
                "similarity": row.get("similarity"),
                "shared": (row.get("shared") or "")[:_CHARS],
                **rows.get(str(row["id"]), {}),
            }
            for row in members
        ],
    }


def _match(row: Mapping[str, Any]) -> dict[str, Any]:
    """What matched: the part of the row, and that of the benchmark's item."""
    return {
        "id": str(row["id"]),
        "benchmark": str(row["benchmark"]),
        "item": f"{row['item']} ({row['evidence']}, {row['channel']})",
        "similarity": row["similarity"],
        "shared": (row["row_text"] or "")[:_CHARS],
        "other": (row["item_text"] or "")[:_CHARS],
    }


def _rows(audit: Audit, ids: set[str]) -> dict[str, dict[str, Any]]:
    """Instruction, code, score and picture of some rows of the run."""
    wanted, found = pa.array(sorted(ids), pa.string()), {}
    columns = ["id", "instruction", "code", "score", "render_sha256"]
    import pyarrow.compute as pc

    for batch in audit.run.batches(columns):
        for row in batch.filter(pc.is_in(batch.column(0), value_set=wanted)).to_pylist():
            found[row["id"]] = {
                "instruction": (row["instruction"] or "")[:_CHARS],
                "code": (row["code"] or "")[:_CHARS],
                "score": row["score"],
                "still": row["render_sha256"] and thumbnail(audit.run.picture(row["render_sha256"])),
            }
    return found


def _table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"cannot read {path}: {error}") from error
