"""A synthesis with recorded replies: a scripted endpoint behind the real engine, the real sandbox, the evidence judge."""

import json

import pytest
import yaml

from janus_reward.errors import InputError, RunConflict
from janus_reward.judges.cost import BudgetSpent
from janus_reward.synthesis import read_config, read_synthesis, synthesize
from tests.judges.endpoint import Endpoint, completion, texts

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect x="10" y="10" width="70" height="60" fill="{}"/></svg>\n'
SEEDS = [
    {
        "id": f"s{at}",
        "instruction": f"Draw a {color} rectangle, SVG",
        "code": SQUARE.format(color),
        "language": "svg",
        "domain": "svg",
        "task": "generate",
        "meta": {"good": True},
    }
    for at, color in enumerate(("red", "teal", "gold"))
]


class Scribe:
    """Plays a model: answers by what is asked, and remembers the requests."""

    def __init__(self, propose, generate):
        self.propose, self.generate, self.asked = propose, generate, []

    def __call__(self, request):
        said = texts(request)
        again = len(request["messages"]) > 2
        step = (
            "propose" if "Answer with the new task alone" in said or "Answer with the request alone" in said else None
        )
        step = step or ("propose" if "Answer with the report alone" in said or "the task alone" in said else "generate")
        self.asked.append((step, again, said))
        reply = self.propose(len(self.asked), again) if step == "propose" else self.generate(said, again)
        return reply if isinstance(reply, dict) else completion(reply, prompt_tokens=10, completion_tokens=5)


@pytest.fixture
def made(tmp_path):
    """Runs a synthesis from changes to a config and a Scribe; keeps the endpoint's requests."""
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(seed) + "\n" for seed in SEEDS))
    (tmp_path / "tax.yaml").write_text(yaml.safe_dump({"domain": "svg", "slices": {"scene": ["a harbour", "a hill"]}}))
    servers = []

    def run(scribe, out="run", budget=None, **changes):
        server = Endpoint(scribe)
        servers.append(server)
        config = {
            "generator": {"engine": "chat", "model": "m", "revision": "1", "chat": {"endpoint": server.url}},
            "seeds": "seeds.jsonl",
            "taxonomy": ["tax.yaml"],
            "accept": {"min_score": 3.0},
            "tries": 2,
            "together": 2,
        }
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(config | changes))
        options = {"workers": 1, "ledger": tmp_path / "ledger", "budget": budget}
        return synthesize(*read_config(tmp_path / "config.yaml"), tmp_path / out, **options)

    yield run
    for server in servers:
        server.close()


def fenced(code):
    return f"```svg\n{code}```"


def harbour(number, again):
    return f"Instruction: Draw harbour number {number} with a blue rectangle {'again' * number} under the sky, SVG"


def test_what_is_wrong_goes_back_to_the_model_and_the_second_try_is_kept_with_its_provenance(made):
    scribe = Scribe(harbour, lambda said, again: fenced(SQUARE.format("blue")) if again else fenced("<svg"))
    run = made(scribe, strategies={"guided_evolution": {"jobs": 1}})
    [row] = run.rows()
    assert (row["status"], row["stage"], row["tries"], row["reason"]) == ("kept", "kept", 2, "passes")
    assert [entry["reason"] for entry in json.loads(row["history"])] == ["failed"]
    assert "the program fails" in scribe.asked[2][2]
    [kept] = [json.loads(line) for line in (run.path / "triples.jsonl").read_text().splitlines()]
    assert kept["instruction"].startswith("Draw harbour number 1")
    assert kept["code"] == SQUARE.format("blue")
    meta = kept["meta"]
    assert (meta["strategy"], meta["source"]) == ("guided_evolution", "janus-reward/synthesis/guided_evolution")
    assert meta["parents"][0] in {seed["id"] for seed in SEEDS}
    assert meta["generator"] == {"name": "m", "revision": "1"}
    assert len(meta["replies"]) == 3
    assert set(meta["prompts"]) >= {"evolve.j2", "answer.j2", "feedback.j2"}
    told = run.summary()["strategies"]["guided_evolution"]
    assert told["per_kept"] == {"calls": 3, "tokens": 45, "generation_s": pytest.approx(row["generation_s"])}
    assert told["kept_at_first_try"] == 0


def test_a_repeated_instruction_is_dropped_as_it_is_made_and_costs_no_code(made):
    scribe = Scribe(
        lambda number, again: "Draw a harbour with a blue rectangle, SVG",
        lambda said, again: fenced(SQUARE.format("blue")),
    )
    run = made(scribe, strategies={"guided_evolution": {"jobs": 4}}, tries=1)
    rows = list(run.rows())
    assert [row["status"] for row in rows].count("kept") == 1
    assert {row["reason"] for row in rows if row["status"] == "dropped"} == {"near_duplicate"}
    late = [row for row in rows[2:]]
    assert [row["stage"] for row in late] == ["proposed", "proposed"]
    assert all(row["calls"] == 1 for row in late)


def test_a_code_block_instead_of_an_instruction_and_prose_instead_of_code_are_unusable(made):
    run = made(Scribe(lambda number, again: fenced("<svg/>"), None), strategies={"guided_evolution": {"jobs": 1}})
    [row] = run.rows()
    assert (row["status"], row["stage"], row["reason"]) == ("dropped", "planned", "unusable_reply")
    assert run.summary()["strategies"]["all"]["per_kept"] is None


def test_a_cut_reply_says_so_and_a_quota_drops_before_anything_is_asked(made):
    cut = completion("Draw a harbour and", finish="length", prompt_tokens=10, completion_tokens=5)
    scribe = Scribe(
        lambda number, again: harbour(number, again) if again else cut, lambda *_: fenced(SQUARE.format("navy"))
    )
    run = made(scribe, strategies={"guided_evolution": {"jobs": 4}}, diversity={"quota": 1})
    rows = list(run.rows())
    assert json.loads(rows[0]["history"])[0]["reason"] == "truncated"
    assert [row["reason"] for row in rows] == ["passes", "quota", "quota", "quota"]
    assert all(row["calls"] == 0 for row in rows[2:])


def test_a_quota_holds_among_plans_that_are_made_together(made):
    scribe = Scribe(harbour, lambda *_: fenced(SQUARE.format("navy")))
    part = {"guided_evolution": {"jobs": 4}}
    run = made(scribe, strategies=part, diversity={"quota": 2}, together=4)
    assert sorted(row["reason"] for row in run.rows()) == ["passes", "passes", "quota", "quota"]


def test_edits_are_held_to_measured_differences(made):
    """The first answer changes nothing, the second one what was asked."""
    scribe = Scribe(
        lambda number, again: "Change the fill colour of the rectangle to purple",
        lambda said, again: fenced(SQUARE.format("purple")) if again else fenced(SEEDS[color_at(said)]["code"]),
    )
    run = made(scribe, strategies={"edit": {"jobs": 1}}, accept={"min_score": None})
    [row] = run.rows()
    assert json.loads(row["history"])[0]["complaint"] == "the picture is the same as before"
    assert (row["status"], row["task"]) == ("kept", "edit")
    [kept] = [json.loads(line) for line in (run.path / "triples.jsonl").read_text().splitlines()]
    assert kept["before"]["code"] in {seed["code"] for seed in SEEDS}


def color_at(said):
    return next(at for at, color in enumerate(("red", "teal", "gold")) if f'fill="{color}"' in said)


def test_repairs_bring_their_own_answer_and_recontextualised_code_stays_as_it_is(made):
    scribe = Scribe(
        lambda number, again: f"Report {number}: the rectangle of the drawing looks wrong, please fix it for me", None
    )
    strategies = {"repair": {"jobs": 2}, "recontextualization": {"jobs": 1}}
    run = made(scribe, strategies=strategies, accept={"min_score": None})
    good = {seed["code"] for seed in SEEDS}
    rows = list(run.rows())
    assert all(row["code"] in good for row in rows)
    assert [row["before_code"] is None for row in rows] == [row["strategy"] != "repair" for row in rows]
    assert not good & {row["before_code"] for row in rows}
    assert {step for step, *_ in scribe.asked} == {"propose"}


def test_a_fuller_instruction_may_be_like_that_of_its_seed_but_not_like_another_one(made):
    """Most words of the seed stay; the second plan repeats the first one's words."""
    fuller = "Draw a red rectangle, SVG with a view box of 100 by 100"
    run = made(Scribe(lambda *_: fuller, None), strategies={"recontextualization": {"jobs": 2}}, together=1, tries=1)
    assert [row["reason"] for row in run.rows()] == ["passes", "near_duplicate"]


def test_the_same_command_goes_on_and_the_ledger_makes_the_same_again(made, tmp_path):
    scribe = Scribe(harbour, lambda *_: fenced(SQUARE.format("blue")))
    part = {"guided_evolution": {"jobs": 1}}
    first = made(scribe, strategies=part)
    asked = len(scribe.asked)
    assert list(made(scribe, strategies=part).rows()) == list(first.rows())
    again = made(scribe, out="again", strategies=part)
    assert len(scribe.asked) == asked
    assert (again.path / "triples.jsonl").read_bytes() == (first.path / "triples.jsonl").read_bytes()
    assert again.cost["from_ledger"] == 2
    with pytest.raises(RunConflict, match="tries"):
        made(scribe, strategies=part, tries=3)
    assert read_synthesis(first.path).funnel["all"].kept == 1


def test_a_budget_stops_before_it_is_gone_and_what_was_paid_is_not_paid_again(made):
    scribe = Scribe(harbour, lambda *_: fenced(SQUARE.format("blue")))
    part = {"guided_evolution": {"jobs": 1}}
    with pytest.raises(BudgetSpent, match="budget is spent"):
        made(scribe, strategies=part, budget="1500 tokens")
    assert [step for step, *_ in scribe.asked] == ["propose"]
    run = made(scribe, strategies=part, budget="1M tokens")
    assert [step for step, *_ in scribe.asked] == ["propose", "generate"]
    assert run.funnel["all"].kept == 1
    assert run.cost["calls"] == 2


@pytest.mark.parametrize(
    "around",
    [
        None,
        {"judge": "panel", "members": ["evidence", "deep/own.yaml"]},
        {"judge": "cascade", "stages": ["evidence", "deep/own.yaml"]},
        {"judge": "cascade", "stages": ["evidence", "deep/panel.yaml"]},
    ],
)
def test_a_generator_is_not_its_own_judge_nor_a_member_of_it_unless_that_is_wished(made, tmp_path, around):
    own = {"judge": "model", "engine": "chat", "model": "m", "chat": {"endpoint": "http://localhost:9/v1"}}
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/own.yaml").write_text(yaml.safe_dump(own))
    (tmp_path / "deep/panel.yaml").write_text(yaml.safe_dump({"judge": "panel", "members": ["own.yaml", "evidence"]}))
    (tmp_path / "judge.yaml").write_text(yaml.safe_dump(around or own))
    with pytest.raises(InputError, match="m would judge what it makes"):
        made(None, strategies={"edit": {"jobs": 1}}, judge="judge.yaml")
    scribe = Scribe(
        lambda *_: fenced("<svg/>"), None
    )  # no proposal that could be judged: the dead endpoint is not asked
    assert made(scribe, strategies={"edit": {"jobs": 1}}, judge="judge.yaml", same_model=True).funnel["all"].kept == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strategies": {"magic": {"jobs": 1}}}, "unknown strategy 'magic'"),
        ({"strategies": {"edit": {"jobs": 0}}}, "strategies.edit.jobs"),
        ({"strategies": {"edit": {"jobs": 1}}, "taxonomy": ["music"]}, "taxonomy 'music'"),
        ({"strategies": {"edit": {"jobs": 1}}, "generator": "nowhere.bin"}, "is no model"),
        ({"strategies": {"edit": {"jobs": 1}}, "accept": {"floors": {"task_completon": 3}}}, "'task_completon'"),
        ({"strategies": {"guided_evolution": {"jobs": 1}}, "taxonomy": ["webui"]}, "guided_evolution can plan nothing"),
    ],
)
def test_a_wrong_config_is_refused_with_its_place(made, changes, words):
    with pytest.raises(InputError, match=words):
        made(None, **changes)
