// One row in full: what was asked, what came of it, and every number with its reason.
const detail = document.getElementById("detail");

async function open(at) {
  state.open = at;
  if (shownAt.has(at) && !inFull(at)) await need([at]);
  if (state.open !== at) return;
  const row = inFull(at), place = state.matches.indexOf(at);
  const step = (by, text, key) => button(text, () => move(by), { title: key, disabled: state.matches[place + by] === undefined });
  detail.replaceChildren(h("div", { class: "dhead" }, h("h3", {}, row ? row.id : state.texts ? state.texts[at][0] : `row ${at}`),
    h("span", { class: "soft" }, `${number(place + 1)} of ${number(state.matches.length)}`),
    step(-1, "Previous", "k"), step(1, "Next", "j"), button("Close", () => detail.close(), { title: "Esc" })), row ? full(row) : brief(at));
  if (!detail.open) detail.showModal();
  detail.scrollTop = 0;
}
function move(by) {
  const at = state.matches[state.matches.indexOf(state.open) + by];
  if (at !== undefined) open(at);
}
function brief(at) {
  const lines = quantities.map((name) => [words(name), fixed(numberOf(name, at))]);
  return h("div", { class: "dbody" }, h("div", {}, h("p", { class: "said" }, state.texts ? state.texts[at][1] : ""),
    h("p", { class: "note" }, "This row is not among those shown in full. See it with: janus-reward inspect RUN --id ID, or report with a larger --gallery.")),
  h("div", {}, table(["", "score"], lines, " n"), h("p", { class: "soft" }, nameOf("reason", at))));
}
const block = (title, ...content) => h("div", {}, h("h3", {}, title), ...content);
const code = (text) => h("pre", { class: "code", tabindex: 0 }, text || "(none)");
const pictures = (sources, alt) => sources.map((src) => h("img", { src, alt }));

function full(row) {
  return h("div", { class: "dbody" }, h("div", {}, rendered(row), asking(row)), h("div", {}, labels(row), block("Verdict", verdict(row)), ...findings(row)));
}
function rendered(row) {
  const made = row.stills.length ? pictures(row.stills, "What the code rendered to") : [none(`No picture: ${row.outcome || "error"}.`)];
  const wrong = row.error || row.message;
  return [row.inputs.length ? block("Rendered", ...made) : h("div", { class: "stack" }, made), wrong && block("What went wrong", h("div", { class: "said bad" }, wrong))];
}
function asking(row) {
  return [block("Instruction", h("div", { class: "said" }, row.instruction || "(none)")),
    row.inputs.length ? block(row.task === "reproduce" ? "The picture to reproduce" : "Before", ...pictures(row.inputs, "What the prompt shows")) : null,
    row.before && block("Code before", code(row.before))];
}
function labels(row) {
  return h("div", { class: "row" }, row.decision && tag(row.decision), row.why && h("span", { class: "soft" }, row.why),
    [row.domain, row.language, row.task].filter(Boolean).map((text) => tag(text, "plain")), row.outcome && tag(row.outcome),
    row.flags.map((text) => tag(text, "drop")), row.gates.map((text) => tag(`gate ${text}`, "review")));
}
function verdict(row) {
  const score = (value, reason) => h("span", { class: `score ${tone(value)}` }, value === null ? words(reason || "unscored") : fixed(value));
  const lines = row.criteria.map(([name, value, reason, why]) => [words(name), score(value, reason), why]);
  return table(["criterion", "score", "why"], [...lines, [h("b", {}, "total"), score(row.score, row.reason), row.confidence === null ? "" : `confidence ${fixed(row.confidence)}`]], "  w");
}
function findings(row) {
  const checks = row.checks.map(([question, answer]) => [answer === false ? h("span", { class: "bad" }, "no") : h("span", { class: "soft" }, "cannot tell"), question]);
  return [checks.length ? block("Checks not passed", table(["", "question"], checks, " w")) : null,
    block(`Code, ${number(row.chars)} characters`, code(row.code)),
    row.notes.length ? block("Findings", table(["what", "found"], row.notes, " w")) : null,
    row.signals.length ? block("Evidence", table(["signal", "value"], row.signals.map(([name, value]) => [name, value.toLocaleString("en", { maximumFractionDigits: 4 })]), "wn")) : null,
    h("small", { class: "mono soft" }, `code ${row.sha256.code || "–"}`, h("br"), `picture ${row.sha256.render || "–"}`)];
}
