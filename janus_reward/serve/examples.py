"""Examples for OpenAPI."""

from __future__ import annotations

from typing import Any

CIRCLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="40" fill="red"/></svg>'
)
_SQUARE = CIRCLE.replace('<circle cx="50" cy="50" r="40" fill="red"/>', '<rect width="80" height="80" fill="blue"/>')
_TRIPLE = {"instruction": "Draw an SVG: a red circle", "code": CIRCLE}

SCORE: dict[str, Any] = {
    "one": {"triple": _TRIPLE},
    "batch": {"triples": [_TRIPLE, {**_TRIPLE, "id": "square", "code": _SQUARE}], "include": ["evidence"]},
}
COMPARE: dict[str, Any] = {"two": {"a": _TRIPLE, "b": {**_TRIPLE, "code": _SQUARE}}}
RENDER: dict[str, Any] = {"svg": {"code": CIRCLE, "language": "svg"}}
DEDUP: dict[str, Any] = {"query": {"triples": [_TRIPLE]}}
REWARD: dict[str, Any] = {
    "trl": {"prompts": ["Draw an SVG: a red circle"], "completions": [f"```svg\n{CIRCLE}\n```"], "domain": ["svg"]}
}
QUERY: dict[str, Any] = {
    "openrlhf": {
        "query": [f"Draw an SVG: a red circle\n```svg\n{CIRCLE}\n```"],
        "prompts": ["Draw an SVG: a red circle\n"],
    }
}
CHAT: dict[str, Any] = {
    "chat": {
        "model": "evidence",
        "messages": [
            {"role": "user", "content": "Draw an SVG: a red circle"},
            {"role": "assistant", "content": f"```svg\n{CIRCLE}\n```"},
        ],
    }
}
JOB: dict[str, Any] = {"file": {"file": "0123456789abcdef0123456789abcdef.jsonl", "map": {"code": "answer"}}}
