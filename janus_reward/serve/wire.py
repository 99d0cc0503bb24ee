"""What travels between client and service: requests and answers as pydantic models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_CODE_CHARS = 2_000_000
MAX_INSTRUCTION_CHARS = 200_000
MAX_PICTURE_CHARS = 24_000_000
MAX_BATCH = 1024

_Code = Annotated[str, Field(max_length=MAX_CODE_CHARS)]
_Name = Annotated[str, Field(max_length=64)]
Picture = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_PICTURE_CHARS,
        description="Base64, a data URL, or `upload:NAME` for the part NAME of a multipart request.",
    ),
]
Pictures = Annotated[list[Picture], Field(max_length=8)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BeforeIn(_Wire):
    """The state that an edit or a repair starts from."""

    code: _Code | None = None
    render: Picture | None = None


class TripleIn(_Wire):
    """One triple; what is absent is inferred, and rendered where it can be."""

    id: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    instruction: Annotated[str, Field(max_length=MAX_INSTRUCTION_CHARS)] | None = None
    code: _Code | None = None
    language: _Name | None = None
    domain: _Name | None = None
    task: _Name | None = None
    render: Picture | Pictures | None = None
    reference: Picture | Pictures | None = None
    before: BeforeIn | None = None
    checklist: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=100)] = []
    meta: dict[str, Any] = Field(default={}, description="Taken and not used.")


Include = Literal["evidence", "notes", "rationales", "checks"]


class ScoreRequest(_Wire):
    """One triple, or a batch."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["triple"]}, {"required": ["triples"]}]})

    triple: TripleIn | None = None
    triples: Annotated[list[TripleIn], Field(min_length=1, max_length=MAX_BATCH)] | None = None
    include: list[Include] = Field(default=["rationales", "checks"], max_length=8)

    @model_validator(mode="after")
    def _one_of_both(self) -> ScoreRequest:
        if (self.triple is None) == (self.triples is None):
            raise ValueError("give `triple` or `triples`")
        return self

    @property
    def all(self) -> list[TripleIn]:
        """The triples, however many."""
        return [self.triple] if self.triple is not None else list(self.triples or ())


class CriterionOut(BaseModel):
    """A score on 1-5 or the reason why there is none."""

    score: float | None
    reason: str | None
    confidence: float | None = None
    interval: tuple[float, float] | None = None
    rationale: str | None = None


class CheckOut(BaseModel):
    """The answer to a yes / no question; null: cannot tell."""

    id: str
    criterion: str
    question: str
    answer: bool | None


class VerdictOut(BaseModel):
    """What the judge says of a triple, with where each number comes from."""

    id: str
    score: float | None
    reason: str | None
    confidence: float | None
    criteria: dict[str, CriterionOut]
    outcome: str | None
    message: str | None
    render_sha256: str | None
    checks: list[CheckOut] = []
    gates: list[str] = []
    flags: list[str] = []
    language: str | None = None
    domain: str | None = None
    task: str | None = None
    judge: str
    judge_revision: str
    rubric: str
    rubric_sha256: str
    tokens_in: int
    tokens_out: int
    seconds: dict[str, float]
    error: str | None
    evidence: dict[str, float | None] | None = None
    notes: dict[str, Any] | None = None


class ScoreAnswer(BaseModel):
    """A verdict for each triple, in order."""

    verdicts: list[VerdictOut]


class RenderRequest(_Wire):
    """Code to draw."""

    code: _Code
    language: _Name | None = None
    pictures: bool = Field(default=True, description="Put the PNGs into the answer, as base64.")


class StillOut(BaseModel):
    """One picture; `png` is base64."""

    sha256: str
    width: int
    height: int
    at_s: float | None
    png: str | None


class RenderAnswer(BaseModel):
    """What came of drawing."""

    outcome: str
    message: str | None
    language: str | None
    renderer: str | None
    stills: list[StillOut]
    facts: dict[str, Any]
    seconds: float
    error: str | None = None


class CompareRequest(_Wire):
    """Two answers to one instruction."""

    a: TripleIn
    b: TripleIn
    margin: float = Field(default=0.05, ge=0, le=4, description="Totals closer than this are a tie.")


class ChoiceOut(BaseModel):
    """What a model said of one criterion in both orders; a preference that flips with the order is none."""

    better: Literal["a", "b", "same"] | None
    reason: str | None
    rationale: str


class PairwiseOut(BaseModel):
    """What a model said of the two."""

    judge: str
    better: Literal["a", "b", "same"] | None
    reason: str | None
    criteria: dict[str, ChoiceOut]
    tokens_in: int
    tokens_out: int


class CompareAnswer(BaseModel):
    """Which of two is better, or why that cannot be said; a model decides where the service has one to compare."""

    preferred: Literal["a", "b", "tie"] | None
    reason: str | None
    difference: float | None = Field(description="Total of a less total of b.")
    criteria: dict[str, float | None] = Field(description="The same by criterion.")
    pairwise: PairwiseOut | None = Field(default=None, description="With `--compare`: both orders by a model.")
    a: VerdictOut
    b: VerdictOut


class DedupRequest(_Wire):
    """Triples to look for in the index."""

    triples: Annotated[list[TripleIn], Field(min_length=1, max_length=MAX_BATCH)]
    add: bool = Field(default=False, description="Add those that are not there.")


class MatchOut(BaseModel):
    """Whether a triple is in the index (or earlier in this request) already, and as what."""

    id: str
    duplicate: bool
    of: str | None = None
    kind: str | None = None
    modality: str | None = None
    similarity: float | None = None


class DedupAnswer(BaseModel):
    """A match for each triple, in order."""

    matches: list[MatchOut]
    documents: int = Field(description="In the index, after this request.")


Texts = Annotated[list[Any], Field(min_length=1, max_length=MAX_BATCH)]


class RewardRequest(BaseModel):
    """As TRL calls a reward function: lists of equal length, texts or chat messages; further columns by name."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    prompts: Texts
    completions: Texts


class QueryRequest(BaseModel):
    """As OpenRLHF calls a remote reward model: prompt and answer in one text, and the prompt alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    query: Annotated[list[Annotated[str, Field(max_length=MAX_CODE_CHARS)]], Field(min_length=1, max_length=MAX_BATCH)]
    prompts: Annotated[list[str], Field(max_length=MAX_BATCH)] = []


class RewardAnswer(BaseModel):
    """A reward for each completion, null where there is no score, with the reason beside it."""

    rewards: list[float | None]
    scores: list[float | None]
    reasons: list[str | None]
    extra_logs: dict[str, float] = {}


class ChatRequest(BaseModel):
    """As OpenAI's chat completions; the last message is the assistant's answer to judge."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    model: str = Field(default="", max_length=512)
    messages: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=64)]
    stream: bool | None = None
    response_format: dict[str, Any] | None = None


class ChatAnswer(BaseModel):
    """A chat completion whose content is the score, or whose refusal is the reason."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int]


class JobRequest(_Wire):
    """A dataset to score; `source` names a file below the service's data folder, `file` an uploaded one."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["source"]}, {"required": ["file"]}]})

    source: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    file: Annotated[str, Field(max_length=64)] | None = None
    map: dict[str, str] = Field(default={}, max_length=32)
    render: Literal["auto", "always", "never"] = "auto"
    limit: Annotated[int, Field(ge=1, le=2**53)] | None = None
    budget: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> JobRequest:
        if (self.source is None) == (self.file is None):
            raise ValueError("give `source` or `file`")
        return self


JobState = Literal["waiting", "running", "cancelled", "done", "failed"]


class JobOut(BaseModel):
    """A job and how far it is."""

    id: str
    state: JobState
    created: float
    request: JobRequest
    rows: int | None = Field(description="Rows of the source, when known.")
    done: int
    outcomes: dict[str, int]
    spent: str
    message: str | None
    summary: dict[str, Any] | None


class FileOut(BaseModel):
    """An uploaded dataset."""

    file: str
    name: str
    bytes: int


class Problem(BaseModel):
    """What was wrong and what to do."""

    message: str
    type: str
    code: str
    hint: str | None = None
    request_id: str


class ErrorAnswer(BaseModel):
    """Every error has this form."""

    error: Problem
