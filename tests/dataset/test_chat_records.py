"""Chat-style and reference-pipeline records become the triple a person would read in them."""

from pathlib import Path
from typing import Any

import pytest

from janus_reward.dataset.field_values import Problems
from janus_reward.dataset.fieldmap import FieldMap
from janus_reward.dataset.record import Place, build_triple
from janus_reward.dataset.shapes import flat_fields
from janus_reward.errors import InputError
from janus_reward.triple import Picture, Triple

CHART = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
ANSWER = f"Here you are:\n\n```python\n{CHART}\n```\nIt draws a line."


def triple_of(raw: dict[str, Any], mapping: dict[str, str] | None = None, folder: Path | None = None) -> Triple:
    return build_triple(
        flat_fields(raw, FieldMap(mapping) if mapping else None), Place(0, "d.jsonl", 1, folder), "id", Problems()
    )


def turns(
    *texts: str, roles: tuple[str, str] = ("user", "assistant"), keys: tuple[str, str] = ("role", "content")
) -> list[dict[str, str]]:
    return [{keys[0]: roles[n % 2], keys[1]: text} for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    "raw",
    [
        {"messages": turns("Draw a line", ANSWER)},
        {"conversations": turns("Draw a line", ANSWER, roles=("human", "gpt"), keys=("from", "value"))},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Draw a line"}]}, *turns("", ANSWER)[1:]]},
        {"instruction": "Draw a line", "input": "", "output": ANSWER},
        {"prompt": "Draw a line", "completion": ANSWER},
        {"question": "Draw a line", "response": f"```py\n{CHART}\n```"},
        {"id": "7", "new_description": "Draw a line", "new_code": ANSWER, "new_pass": True, "new_judge_response": "{}"},
        {"task_info": {"description": "Draw a line"}, "turns": [{"output": {"content": {"value": ANSWER}}}]},
    ],
)
def test_every_known_shape_gives_the_same_triple(raw: dict[str, Any]) -> None:
    triple = triple_of(raw)
    assert (triple.instruction, triple.code) == ("Draw a line", CHART)
    assert (triple.language, triple.domain, triple.task, triple.error) == ("python", "chart", "generate", None)


def test_pictures_the_user_shows_are_the_reference(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    folder = tmp_path.resolve()
    triple = triple_of({"messages": turns("<image>\nReproduce it", ANSWER), "images": ["a.png"]}, folder=folder)
    assert (triple.instruction, triple.task) == ("Reproduce it", "reproduce")
    assert triple.references == (Picture(path=str(folder / "a.png")),)


def test_a_picture_in_the_answer_is_the_render(tmp_path: Path) -> None:
    for name in ("asked.png", "made.png"):
        (tmp_path / name).write_bytes(b"x")
    raw = {"messages": turns("<image>Copy", ANSWER + "\n<image>"), "images": ["asked.png", "made.png"]}
    triple = triple_of(raw, folder=tmp_path.resolve())
    assert [Path(str(p.path)).name for p in triple.references + triple.renders] == ["asked.png", "made.png"]


def test_picture_parts_of_a_turn_are_taken(tmp_path: Path) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "text", "text": "Copy it"},
    ]
    triple = triple_of({"messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": ANSWER}]})
    assert (triple.instruction, triple.references) == ("Copy it", (Picture(data=b"\0\0\0"),))


def test_a_request_after_code_is_an_edit_of_that_code() -> None:
    triple = triple_of(
        {"messages": turns("Draw a line", ANSWER, "Make it red", ANSWER.replace("[1, 2]", "[1, 2], 'r'"))}
    )
    assert (triple.instruction, triple.task) == ("Make it red", "edit")
    assert triple.before is not None and triple.before.code == CHART
    assert triple.code == CHART.replace("[1, 2]", "[1, 2], 'r'")


def test_questions_without_code_between_are_one_instruction() -> None:
    triple = triple_of({"messages": turns("Draw a line", "Which colour?", "Red", ANSWER)})
    assert (triple.instruction, triple.task) == ("Draw a line\n\nRed", "generate")


def test_code_that_the_user_quotes_is_what_an_edit_starts_from(tmp_path: Path) -> None:
    (tmp_path / "s.png").write_bytes(b"x")
    asked = "Instruction:\nMake the title blue\n\nCode:\n<html><h1>Hi</h1></html>\n\nThe webpage screenshot:\n<image>"
    answer = "```html\n<html><h1 style='color:blue'>Hi</h1></html>\n```"
    triple = triple_of({"messages": turns(asked, answer), "images": ["s.png"]}, folder=tmp_path.resolve())
    assert (triple.instruction, triple.task, triple.language, triple.references) == (
        "Make the title blue",
        "edit",
        "html",
        (),
    )
    assert triple.before is not None
    assert (triple.before.code, triple.before.picture is not None) == ("<html><h1>Hi</h1></html>", True)


def test_the_system_prompt_and_an_answer_without_code_are_kept_as_meta() -> None:
    triple = triple_of({"messages": [{"role": "system", "content": "Be brief."}, *turns("Draw", "I cannot do that.")]})
    assert (triple.code, triple.meta) == (None, {"system": "Be brief.", "answer": "I cannot do that."})


def test_an_edit_of_the_reference_pipeline_has_its_before() -> None:
    triple = triple_of(
        {
            "new_description": "Add a title",
            "new_code": ANSWER,
            "old_description": "x",
            "old_code": f"```python\n{CHART}\n```",
        }
    )
    assert triple.task == "edit"
    assert triple.before is not None and triple.before.code == CHART


def test_the_last_turn_that_did_not_fail_is_the_code() -> None:
    told = [
        {"code": "print(1)", "success": True},
        {"code": "print(2)", "success": True},
        {"code": "print(3)", "success": False},
    ]
    assert triple_of({"task_info": {"description": "x"}, "turns": told}).code == "print(2)"
    assert triple_of({"task_info": {"description": "x"}, "turns": told[2:]}).code == "print(3)"


def test_a_reference_record_that_came_to_nothing_is_an_error() -> None:
    assert "nothing to judge" in str(triple_of({"id": "1", "new_description": None, "new_code": None}).error)


def test_own_fields_win_over_the_chat_and_mapped_ones_over_both() -> None:
    raw = {"messages": turns("Draw", ANSWER), "instruction": "Own", "extra": {"q": [{"text": "Mapped"}]}}
    assert triple_of(raw).instruction == "Own"
    assert triple_of(raw, {"instruction": "extra.q.0.text"}).instruction == "Mapped"


def test_a_map_reaches_any_schema() -> None:
    raw = {"a": {"b": [{"c": "Draw"}, {"c": ANSWER}]}, "x.y": "kept", "tags": {"source": "web"}, "checks": ["ok?"]}
    mapping = {
        "instruction": "a.b.0.c",
        "code": "a.b.-1.c",
        "id": "x.y",
        "meta.source": "tags.source",
        "checklist": "checks",
    }
    triple = triple_of(raw, mapping)
    assert (triple.instruction, triple.code, triple.meta, triple.checklist) == (
        "Draw",
        CHART,
        {"source": "web"},
        ("ok?",),
    )


@pytest.mark.parametrize("field", ["instructions", "before", "meta.", "row", ""])
def test_a_map_to_an_unknown_field_is_refused_with_the_known_ones(field: str) -> None:
    with pytest.raises(InputError) as refusal:
        FieldMap({field: "a"})
    assert "before.code" in str(refusal.value)


def test_a_path_that_no_row_has_is_refused_with_the_fields_there_are(tmp_path: Path) -> None:
    from janus_reward.dataset import open_source

    path = tmp_path / "d.jsonl"
    path.write_text('oops\n{"text": "x"}\n{"text": "x", "late": 1}\n')
    assert [t.instruction for t in open_source(str(path), mapping={"instruction": "text", "id": "late"})] == [
        None,
        "x",
        "x",
    ]
    with pytest.raises(InputError, match=r"no record of d\.jsonl has `texts`") as refusal:
        open_source(str(path), mapping={"instruction": "texts"})
    assert refusal.value.hint == "Fields of the records: text, late."
