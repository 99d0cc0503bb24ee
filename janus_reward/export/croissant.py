"""Croissant 1.1 metadata of a set, with the fields of its RAI vocabulary that can be told truthfully."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from janus_reward.export.card import About
from janus_reward.export.formats import Kind

_TYPES = {
    "text": "sc:Text",
    "number": "sc:Float",
    "paths": "sc:Text",
}
_MANY = frozenset({"paths"})
_ENCODINGS = {".parquet": "application/x-parquet", ".jsonl": "application/jsonlines", ".tar": "application/x-tar"}
_TERMS = (
    "arrayShape", "containedIn", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet",
    "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet",
    "references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "conformsTo": "dct:conformsTo",
    "column": "cr:column",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _TERMS},
}


def croissant(about: About, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The metadata as JSON-LD.

    Args:
        about: the set.
        files: `path`, `bytes` and `sha256` of each file of it.
    """
    data = [file for file in files if PurePosixPath(file["path"]).suffix in _ENCODINGS]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": about.settings["name"],
        "description": f"{about.rows} rows. {about.form.about}",
        "license": about.licence,
        "version": "1.0.0",
        "distribution": [_file(file) for file in data],
        "recordSet": [] if about.form.container == "tar" else [_records(about.kinds, file) for file in data],
        **_rai(about),
    }


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": _ENCODINGS[PurePosixPath(file["path"]).suffix],
        "sha256": file["sha256"],
    }


def _records(kinds: Mapping[str, Kind], file: Mapping[str, Any]) -> dict[str, Any]:
    """The flat columns of one file; turns and embedded pictures have no Croissant type that is read today."""
    name = PurePosixPath(file["path"]).stem
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": [_field(name, column, kind, file["path"]) for column, kind in kinds.items() if kind in _TYPES],
    }


def _field(records: str, column: str, kind: Kind, file: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{records}/{column}",
        "name": column,
        "dataType": _TYPES[kind],
        "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
    }
    if kind in _MANY:
        found |= {"isArray": True, "arrayShape": "-1"}
    return found


def _rai(about: About) -> dict[str, Any]:
    settings = about.run.manifest["settings"]
    selection = about.selection.manifest["settings"]
    policy = selection["policy"]
    checked = "checked against benchmarks" if selection.get("contamination") else "not checked against benchmarks"
    copied = "deduplicated" if selection.get("dedup") else "not deduplicated"
    return {
        "rai:dataCollection": "Instruction-code pairs of a dataset; each code was run in a sandbox.",
        "rai:dataCollectionType": ["Synthetic", "Software Collection"],
        "rai:dataPreprocessingProtocol": [f"Rendered, measured and judged by janus-reward; {copied}; {checked}."],
        "rai:dataManipulationProtocol": f"Selected by the policy {policy.get('name')}.",
        "rai:dataAnnotationProtocol": "Scores of 1 to 5 by criterion of a rubric; totals are computed from them.",
        "rai:machineAnnotationTools": [f"{settings['judge']['name']} {settings['judge']['revision']}"],
        "rai:dataBiases": [
            "Selecting by a judge carries the judge's preferences into the set.",
            "Languages and domains are those of the source; see the card for their counts.",
        ],
        "rai:dataLimitations": [
            "Scores are a judge's, not people's.",
            "The code was run once; it may be unsafe to run.",
        ],
        "rai:dataUseCases": ["Training and evaluating models that write code with a visual result."],
        "rai:personalSensitiveInformation": ["Not examined."],
    }
