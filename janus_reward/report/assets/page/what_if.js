// What other cuts would keep: the same rules as `select`, over the columns of all rows.
const MAIN = columns.numbers.value ? "value" : "score";
const SLIDERS = [MAIN, ...columns.criteria];
const FATES = { out: 0, review: 2 };
const REVIEW = { margin: 0, confidence: null, ...((facts.policy || {}).review || {}) };
const MARGIN = Math.round(1000 * REVIEW.margin), UNSURE = Math.round(1000 * (REVIEW.confidence || 0));
const CURVE_STEP = 50, CURVE_BINS = 81;
const mainName = () => (MAIN === "score" ? "total" : `the policy's number (${numberWords(facts.policy.score)})`);

function numberWords({ of, whole, side }) {
  const what = typeof of === "string" ? words(of) : Object.entries(of).map(([name, weight]) => `${weight} × ${words(name)}`).join(" + ");
  return [what, whole && "whole levels", side === "low" && "low end"].filter(Boolean).join(", ");
}
// The fate of a row at the cuts {name: thousandths}: keep, review or drop.
function fateOf(at, cuts) {
  const { fate, numbers } = state.rows, value = numbers[MAIN][at], cut = cuts[MAIN];
  if (fate[at] === FATES.out || !value || value < cut - MARGIN) return "drop";
  for (const name of columns.criteria) if (numbers[name][at] && numbers[name][at] < cuts[name]) return "drop";
  if (fate[at] === FATES.review || (MARGIN && Math.abs(value - cut) < MARGIN)) return "review";
  if (value < cut) return "drop";
  return unsure(at) ? "review" : "keep";
}
const unsure = (at) => UNSURE > 0 && state.rows.numbers.confidence[at] > 0 && state.rows.numbers.confidence[at] - 1 < UNSURE;

function counted(cuts) {
  const lowest = { ...cuts, [MAIN]: 0 };
  const found = { kept: 0, review: 0, sum: 0, curve: new Array(CURVE_BINS).fill(0), domains: columns.names.domain.map(() => [0, 0, 0]) };
  for (let at = 0; at < state.rows.count; at++) {
    const own = found.domains[state.rows.codes.domain[at]], fate = fateOf(at, cuts), value = state.rows.numbers[MAIN][at];
    own[0]++;
    if (fate === "keep") { found.kept++; found.sum += value; own[1]++; }
    if (fate === "review") { found.review++; own[2]++; }
    if (fateOf(at, lowest) === "keep") found.curve[Math.max(0, Math.min(CURVE_BINS - 1, Math.floor((value - MARGIN - 1000) / CURVE_STEP)))]++;
  }
  for (let bin = CURVE_BINS - 2; bin >= 0; bin--) found.curve[bin] += found.curve[bin + 1];
  return found;
}
function whatIfNote() {
  const notes = ["Move the cut and the floors: counts change at once, no judge is asked again. Rows that failed to render, carry a rejected "
    + "flag, are copies or leaks stay out whatever the cut. A criterion that a row's rubric does not have asks nothing."];
  if (facts.beyond_cuts.length) notes.push(`The policy's later steps (${facts.beyond_cuts.join(", ")}) are not applied here, so that more is kept than it keeps.`);
  if (((facts.policy || {}).exceptions || []).length) notes.push("Exceptions of the policy have cuts of their own, which these sliders stand for too.");
  return notes.join(" ");
}
function whatIf() {
  const floors = (facts.policy && facts.policy.floors) || {};
  const start = (name) => (name === MAIN ? facts.cut ?? (facts.policy ? 1 : 3) : floors[name] ?? floors["*"] ?? 1);
  const sliders = Object.fromEntries(SLIDERS.map((name) => [name,
    h("input", { type: "range", min: 1, max: 5, step: 0.05, value: start(name), id: `cut-${name === MAIN ? "score" : name}`, "aria-label": `least ${words(name)}` })]));
  const outputs = Object.fromEntries(SLIDERS.map((name) => [name, h("output", {})]));
  const live = h("div", { class: "live", "aria-live": "polite" }), domains = h("div", {}), plot = plotBox("Rows kept by cut");
  const reset = () => { for (const slider of Object.values(sliders)) slider.value = slider.defaultValue; count(); };
  const line = (name) => h("label", { class: "slider" }, h("span", {}, name === MAIN ? `${mainName()}, at least` : words(name)), sliders[name], outputs[name]);
  section("what-if", "What if", whatIfNote(), h("div", { class: "grid" },
    panel(6, null, live, h("div", { class: "sliders" }, SLIDERS.map(line)), h("div", { class: "more" }, button("Reset", reset), button("Show the kept rows", showKept))),
    panel(6, `Kept at every cut of ${mainName()}`, plot), panel(12, "By domain", domains)));
  let redraw = () => {}, curve = [];
  const cuts = () => Object.fromEntries(SLIDERS.map((name) => [name, Math.round(1000 * Number(sliders[name].value))]));
  function count() {
    const wanted = cuts(), found = counted(wanted), anyway = facts.selection ? facts.selection.review_anyway : 0;
    curve = found.curve;
    for (const name of SLIDERS) outputs[name].textContent = wanted[name] <= 1000 ? "any" : fixed(wanted[name] / 1000);
    const fact = (value, text, id) => h("div", {}, h("b", { id }, value), h("span", {}, text));
    live.replaceChildren(fact(number(found.kept), "rows kept", "live-kept"), fact(share(found.kept, facts.rows), "of all rows"),
      fact(number(found.review + anyway), "for review", "live-review"), fact(found.kept ? fixed(found.sum / found.kept / 1000) : "–", "mean of the kept"));
    domains.replaceChildren(byDomain(found.domains));
    state.passing = (at) => fateOf(at, wanted) === "keep";
    if (state.onlyPassing) search();
    redraw();
  }
  for (const slider of Object.values(sliders)) slider.addEventListener("input", count);
  count();
  redraw = chart(plot, () => curvePlot(curve, Number(sliders[MAIN].value)));
}
function byDomain(counts) {
  const rows = columns.names.domain.map((name, at) => [name, ...counts[at]]).filter((row) => row[1])
    .map(([name, all, kept, review]) => [name, number(all), number(kept), number(review), share(kept, all), h("div", { class: "meter" }, h("i", { width: `${(100 * kept) / all}%` }))]);
  return rows.length ? table(["domain", "rows", "kept", "for review", "kept of all", ""], rows, " nnnn") : none("The run holds no rows.");
}
function curvePlot(curve, cut) {
  return { traces: [{ type: "scatter", mode: "lines", fill: "tozeroy", line: { shape: "hv", color: css("--accent") }, y: curve,
    x: curve.map((_, bin) => 1 + (CURVE_STEP / 1000) * bin), hovertemplate: "cut %{x:.2f}: %{y:,} rows<extra></extra>" }],
  layout: { xaxis: { range: [1, 5], dtick: 0.5, title: { text: "least value kept" } }, yaxis: { title: { text: "rows kept" }, rangemode: "tozero" },
    shapes: [{ type: "line", x0: cut, x1: cut, y0: 0, y1: 1, yref: "paper", line: { color: css("--bad"), width: 2 } }] } };
}
function showKept() {
  document.getElementById("passing").checked = state.onlyPassing = true;
  state.view = "all";
  search();
  document.getElementById("rows").scrollIntoView();
}
