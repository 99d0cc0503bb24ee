// What moved since an earlier run of the same rows.
function drift() {
  const found = DATA.drift;
  if (!found) return;
  const change = (c) => (c.change === null ? "–" : h("span", { class: c.low > 0 ? "good" : c.high < 0 ? "bad" : "soft" },
    `${c.change >= 0 ? "+" : "−"}${fixed(Math.abs(c.change), 3)} [${fixed(c.low, 3)}, ${fixed(c.high, 3)}]`));
  const cells = found.criteria.map((c) => [words(c.name), number(c.n), fixed(c.before), fixed(c.now), change(c), number(c.changed), number(c.gained), number(c.lost)]);
  const outcomes = found.outcomes.map(([a, b, count]) => [tag(a), tag(b), number(count)]);
  const largest = found.largest.map(([id, a, b]) => [id, fixed(a), fixed(b), h("span", { class: b > a ? "good" : "bad" }, `${b > a ? "+" : "−"}${fixed(Math.abs(b - a))}`)]);
  section("drift", "Drift", `Against ${found.name} (judge ${found.judge.name}, revision ${found.judge.revision}), over the ${plural(found.shared, "row", "rows")} that both hold, of ${number(found.rows)} there.`,
    h("div", { class: "grid" }, panel(12, "Paired differences, this run minus the earlier one, with 95 % intervals",
      table(["", "n", "before", "now", "mean change", "rows changed", "newly scored", "no longer"], cells, " nnnnnnn")),
    panel(5, "Outcomes that changed", outcomes.length ? table(["before", "now", "rows"], outcomes, "  n") : none("None.")),
    panel(7, "Rows that moved most", largest.length ? table(["row", "before", "now", "change"], largest, "wnnn") : none("None."))));
}
