// Copies side by side, and benchmark items with the part that matched.
const FIRST = 6;

function duplicates() {
  const found = DATA.clusters;
  if (!found) return;
  const sizes = found.sizes.map(([size, count]) => h("span", { class: "chip" }, plural(size, "row", "rows"), h("b", {}, `${number(count)} ×`)));
  section("duplicates", "Duplicates", `${plural(found.removed, "row", "rows")} removed for ${plural(found.clusters, "survivor", "survivors")}. Each removal was verified against its own survivor.`,
    h("div", { class: "grid" }, panel(12, "The largest clusters", found.shown.length
      ? [h("div", { class: "why" }, h("span", { class: "soft" }, "clusters by size"), sizes), clusters(found.shown.slice(0, FIRST)), rest(found.shown.slice(FIRST), "more cluster", "more clusters", clusters)] : none("No copies were found."))));
}
const clusters = (shown) => h("div", { class: "clusters" }, shown.map(cluster));
// What is beyond the first ones, drawn when it is asked for.
function rest(shown, one, many, draw) {
  const node = h("details", { class: "rest", on: { toggle: () => { if (node.children.length === 1) node.append(...[draw(shown)].flat()); } } },
    h("summary", {}, plural(shown.length, one, many)));
  return shown.length > 0 && node;
}

function cluster(own) {
  const shared = own.members.find((row) => row.shared), hidden = own.size - 1 - own.members.length;
  return h("div", { class: "cluster" }, h("h3", {}, plural(own.size, "row", "rows"), hidden ? h("span", { class: "soft" }, `, ${number(hidden)} not shown`) : null),
    h("div", { class: "side" }, copy(own.survivor, true), own.members.map((row) => copy(row, false))),
    shared && h("details", {}, h("summary", {}, "The part they share"), code(shared.shared)));
}
function copy(row, kept) {
  const told = kept ? `score ${fixed(row.score)}` : [row.kind, `${(row.modality || "").replaceAll("+", ", ")} ${fixed(row.similarity)}`, `score ${fixed(row.score)}`].filter(Boolean).join(" · ");
  return h("figure", { class: kept ? "kept" : null, title: row.instruction }, shot({ still: row.still, code: row.code }, ""),
    h("figcaption", {}, tag(kept ? "kept" : "removed", kept ? "keep" : "drop"), h("b", {}, row.id), h("span", { class: "soft" }, told)));
}
function contamination() {
  const found = DATA.contamination;
  if (!found) return;
  section("contamination", "Contamination", "Rows that hold a benchmark's question, answer or picture. The part that matched is marked.",
    found.shown.length ? h("div", { class: "grid" }, panel(4, "By benchmark", table(["benchmark", "rows"], found.benchmarks.map(([name, count]) => [name, number(count)]), "wn")),
      panel(8, `The clearest match of ${found.shown.length < found.rows ? `${number(found.shown.length)} of ` : ""}${plural(found.rows, "row", "rows")}`,
        found.shown.slice(0, FIRST).map(match), rest(found.shown.slice(FIRST), "more match", "more matches", (shown) => shown.map(match)))) : h("div", { class: "panel" }, none("No row holds an item of the benchmarks that were checked.")));
}
function match(own) {
  return h("div", { class: "cluster" }, h("p", { class: "row" }, tag(own.benchmark, "drop"), h("b", { class: "wide" }, own.item), h("span", { class: "soft wide" }, `${fixed(own.similarity)} in ${own.id}`)),
    h("div", { class: own.other ? "pair" : null }, h("div", {}, h("small", { class: "soft" }, "this row"), h("pre", { class: "code", tabindex: 0 }, matched(own))),
      own.other ? h("div", {}, h("small", { class: "soft" }, "the benchmark"), h("pre", { class: "code", tabindex: 0 }, h("mark", {}, own.other))) : null));
}
function matched({ instruction, code: text, shared }) {
  const whole = [instruction, text].filter(Boolean).join("\n\n");
  if (!shared) return whole;
  const at = whole.indexOf(shared);
  return at < 0 ? [h("mark", {}, shared), "\n\n", whole] : [whole.slice(0, at), h("mark", {}, shared), whole.slice(at + shared.length)];
}
