"""SVG drawings: whether they are sound, and how alike two are built."""

from __future__ import annotations

from janus_reward.coder_eval.metrics.overlap import Overlap, overlap
from janus_reward.evidence.markup import read_xml

_SPACE = "{http://www.w3.org/2000/svg}"


def valid(code: str) -> float:
    """1 for well-formed XML with an `svg` root that says its size or its viewBox, else 0 (SVG 2, chapter 5)."""
    _, root = read_xml(code)
    if root is None or root.tag.removeprefix(_SPACE) != "svg":
        return 0.0
    sized = "viewBox" in root.attrib or {"width", "height"} <= root.attrib.keys()
    return float(sized)


def parts(code: str, reference: str) -> Overlap | None:
    """Overlap of the elements by tag, each as often as it occurs.

    Returns: `None` when the reference cannot be read; 0 when the code cannot.
    """
    _, wanted = read_xml(reference)
    _, found = read_xml(code)
    if wanted is None:
        return None
    here = [] if found is None else [str(node.tag).removeprefix(_SPACE) for node in found.iter()]
    return overlap(here, [str(node.tag).removeprefix(_SPACE) for node in wanted.iter()])
