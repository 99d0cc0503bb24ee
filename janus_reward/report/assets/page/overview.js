// What came in, what is left, and why the rest is not.
function overview() {
  const picked = facts.selection, policy = facts.policy;
  const tiles = [
    ["rows", number(facts.rows), facts.source || ""],
    ["scored", number(facts.scored), `${share(facts.scored, facts.rows)} of all rows`],
    ["median score", fixed(facts.median), `mean ${fixed(facts.mean)}`],
    picked ? ["kept", number(picked.kept), `${share(picked.kept, facts.rows)} of all rows; ${number(picked.review)} for review`]
      : ["errors", number(facts.errors), "rows that could not be read or measured"],
  ];
  const tile = ([name, value, note]) => h("div", { class: "panel w3 kpi" }, h("span", {}, name), h("b", {}, value), h("small", { title: note }, note));
  section("overview", "Overview", facts.status === "done" ? null : `This run is not finished (${facts.status}): these are the rows so far.`,
    h("div", { class: "grid" }, tiles.map(tile),
      panel(7, picked ? "From all rows to the selection" : "From all rows to scores", funnel()),
      panel(5, policy ? `Policy: ${policy.name}` : "Outcomes of rendering",
        policy && h("p", { class: "soft" }, policy.about || (policy.function ? "A policy in Python." : "")), outcomes())));
}
function funnel() {
  if (!facts.rows) return none("The run holds no rows.");
  const steps = facts.funnel.filter((step, at) => step.drop || step.review || at === facts.funnel.length - 1);
  const width = (count) => `${(100 * count) / facts.rows}%`;
  const bar = (step) => h("div", { class: "bar" }, h("i", { width: width(step.left) }), h("i", { class: "review", width: width(step.review) }),
    h("i", { class: "drop", width: width(step.drop) }));
  const gone = (step) => [step.drop > 0 && h("span", { class: "bad" }, `−${number(step.drop)} dropped`), step.review > 0 && h("span", { class: "warn" }, `−${number(step.review)} for review`)];
  const why = (step) => Object.entries(step.reasons).sort((a, b) => b[1] - a[1]).slice(0, 4)
    .map(([name, count]) => h("span", { class: "chip" }, name.split(": ").slice(1).join(": ") || name, h("b", {}, number(count))));
  const line = (step) => h("div", { class: "step" }, h("span", {}, step.name), bar(step), h("span", { class: "left" }, number(step.left)),
    (step.drop || step.review) ? h("div", { class: "why" }, gone(step), why(step)) : null);
  return h("div", { class: "funnel" }, line({ name: "all rows", left: facts.rows, drop: 0, review: 0 }), steps.map(line));
}
function outcomes() {
  const counted = (title, counts, cell) => counts.length ? [title && h("h3", { class: "next" }, title),
    table([title ? "" : "outcome", "rows", "share"], counts.map(([name, count]) => [cell(name), number(count), share(count, facts.rows)]), "wnn")] : null;
  return [facts.outcomes.length ? counted(null, facts.outcomes, tag) : none("Nothing was rendered."),
    counted("Why there is no score", facts.reasons, words), counted("Flags", facts.flags, words)];
}
