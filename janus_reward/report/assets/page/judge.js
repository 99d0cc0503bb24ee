// Who gave the scores, what that cost, and what went wrong.
function judge() {
  const { cost } = facts, stages = Object.entries(cost.stages), total = stages.reduce((sum, [, seconds]) => sum + seconds, 0);
  const lines = [["judge", `${facts.judge.name}, revision ${facts.judge.revision}`], cost.words && ["spent", cost.words],
    (cost.tokens_in || cost.tokens_out) && ["tokens in / out", `${number(cost.tokens_in)} / ${number(cost.tokens_out)}`],
    ["wall time", duration(cost.wall_s)], cost.rows_per_s && ["rows per second", fixed(cost.rows_per_s)],
    ...stages.map(([name, seconds]) => [`work: ${name}`, `${duration(seconds)}, ${share(seconds, total)}`])].filter(Boolean);
  section("judge", "Judge and cost", "Who gave the scores, what it cost, and which versions made every number.",
    h("div", { class: "grid" }, panel(5, "Cost", table(["", ""], lines, " w")), panel(7, "Provenance", table(["", ""], facts.provenance, " m")),
      facts.card && panel(12, "Report card of the judge", table(["", "what", "value [95 %]", "n"], facts.card.map(carded), "wwnn")),
      facts.messages.length ? panel(12, "What went wrong, by message", table(["outcome", "message", "rows"], facts.messages.map(([outcome, text, count]) => [tag(outcome), text, number(count)]), " wn")) : null));
}
function carded([group, name, unit, value, low, high, n], at, lines) {
  const one = (x) => (unit === "share" ? share(x, 1) : fixed(x, 3));
  return [at && lines[at - 1][0] === group ? "" : group, name, value === null ? "–" : `${one(value)} [${one(low)}, ${one(high)}]`, number(n)];
}
function duration(seconds) {
  if (seconds < 10) return `${fixed(seconds, 1)} s`;
  const whole = Math.round(seconds), hours = Math.floor(whole / 3600), minutes = Math.floor((whole % 3600) / 60);
  return [hours && `${number(hours)} h`, (hours || minutes) && `${minutes} min`, !hours && `${whole % 60} s`].filter(Boolean).join(" ");
}
