// Distributions of the scores: by criterion, by slice, and their means.
const SPLITS = ["domain", "language", "task", "outcome", "decision"];

function scores() {
  const pick = h("select", { id: "quantity" }, quantities.map((name) => h("option", { value: name }, words(name))));
  const by = h("select", { id: "by" }, ["", ...SPLITS].filter((name) => !name || columns.names[name].length > 2)
    .map((name) => h("option", { value: name }, name || "nothing")));
  const plot = plotBox("Distribution of scores"), heat = plotBox("Mean score by domain and criterion");
  if (!facts.scored) {
    section("scores", "Scores", null, h("div", { class: "panel" }, none("No row has a score: the reasons stand in the overview.")));
    return;
  }
  section("scores", "Scores", "A score is a value from 1 to 5, or missing with a reason. Missing ones are in no bar.",
    h("div", { class: "grid" },
      panel(8, null, h("div", { class: "controls" }, h("label", {}, "Show", pick), h("label", {}, "split by", by)), plot),
      panel(4, "Criteria", criteria()), panel(6, "Mean by domain and criterion", heat), panel(6, "Coverage by slice", coverage())));
  const redraw = chart(plot, () => histogram(pick.value, by.value));
  pick.addEventListener("change", redraw);
  by.addEventListener("change", redraw);
  chart(heat, heatmap);
}
function histogram(name, by) {
  const groups = by ? columns.names[by] : ["rows"], counts = distribution(name, by);
  const x = Array.from({ length: BINS }, (_, bin) => 1 + BIN * (bin + 0.5));
  const range = x.map((middle) => `${(middle - BIN / 2).toFixed(2)} to ${(middle + BIN / 2).toFixed(2)}`);
  const traces = groups.map((group, at) => ({ type: "bar", name: group, x, y: counts[at], customdata: range, width: BIN * 0.94,
    hovertemplate: `%{customdata}: %{y:,} rows<extra>${by ? "%{fullData.name}" : ""}</extra>` })).filter((trace) => trace.y.some(Boolean));
  return { traces, layout: { barmode: "stack", xaxis: { range: [1, 5], dtick: 0.5, title: { text: words(name) } }, yaxis: { title: { text: "rows" } } } };
}
function criteria() {
  const rows = Object.entries(facts.criteria).map(([name, entry]) => [words(name),
    spark(distribution(name)[0], `${words(name)}: ${number(entry.scored)} of ${number(entry.applicable)} rows scored`),
    h("span", { title: `${number(entry.scored)} of ${number(entry.applicable)}` }, share(entry.scored, entry.applicable)), fixed(entry.mean)]);
  return table(["criterion", "1 … 5", "scored", "mean"], rows, "  nn");
}
function heatmap() {
  const codes = state.rows.codes.domain, known = columns.names.domain.length - 1;
  const cells = quantities.map((name) => {
    const sums = Array.from({ length: known }, () => [0, 0]), values = state.rows.numbers[name];
    for (let at = 0; at < state.rows.count; at++) if (values[at] && codes[at] < known) {
      sums[codes[at]][0] += values[at] / 1000;
      sums[codes[at]][1]++;
    }
    return sums;
  });
  const z = cells.map((row) => row.map(([sum, count]) => (count ? sum / count : null)));
  const scale = root.dataset.theme === "dark" ? [[0, "#7a3535"], [0.5, "#5a512c"], [1, "#2c6a4a"]] : [[0, "#e9a3a3"], [0.5, "#f3e2b0"], [1, "#9fd0b4"]];
  return { traces: [{ type: "heatmap", x: columns.names.domain.slice(0, -1), y: quantities.map(words), z,
    text: z.map((row) => row.map((value) => (value === null ? "" : value.toFixed(2)))), texttemplate: "%{text}",
    customdata: cells.map((row) => row.map(([, count]) => count)), hovertemplate: "%{y}, %{x}: %{z:.2f} (%{customdata:,} rows)<extra></extra>",
    zmin: 1, zmax: 5, colorscale: scale, showscale: false, xgap: 2, ygap: 2 }],
  layout: { height: Math.max(300, Math.min(470, 37 * facts.coverage.length)), margin: { l: 20, r: 10, t: 6, b: 20 }, xaxis: { automargin: true, type: "category", showgrid: false }, yaxis: { autorange: "reversed", automargin: true, showgrid: false } } };
}
function coverage() {
  const kept = facts.selection !== null;
  const counts = Object.fromEntries(["domain", "language", "task"].map((by) => [by, distribution("score", by)]));
  const rows = facts.coverage.map((slice) => [h("span", {}, h("span", { class: "soft" }, `${slice.by} `), slice.name), number(slice.rows),
    spark(counts[slice.by][columns.names[slice.by].indexOf(slice.name)] || [], `totals of ${slice.name}`),
    share(slice.scored, slice.rows), fixed(slice.mean),
    ...(kept ? [h("span", { title: `95 %: ${share(slice.low, 1)} to ${share(slice.high, 1)}` }, share(slice.kept, slice.rows))] : [])]);
  return table(["slice", "rows", "1 … 5", "scored", "mean", ...(kept ? ["kept"] : [])], rows, "wn nnn");
}
