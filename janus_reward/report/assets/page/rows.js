// Search and filters over all rows, and cards of those that fit; rows of the sample can be opened in full.
const PAGE = 24;
const FILTERS = ["domain", "language", "task", "outcome", "decision", "reason"];
const shownAt = new Map(details.map((row, at) => [row.at, at]));
const asked = new Map();
let filters = {}, list, info, pager, query;

// Rows of a folder report lie beside the page, some to a file; each file calls this.
window.janusRows = (rows) => { for (const row of rows) details[shownAt.get(row.at)] = row; };
function part(number) {
  if (!asked.has(number)) asked.set(number, new Promise((done) => {
    const script = document.createElement("script");
    script.src = `rows/${String(number).padStart(5, "0")}.js`;
    script.onload = script.onerror = () => { script.remove(); done(); };
    document.head.append(script);
  }));
  return asked.get(number);
}
const partOf = (at) => (shownAt.has(at) ? details[shownAt.get(at)].part : undefined);
const need = (places) => Promise.all([...new Set(places.map(partOf))].filter((number) => number !== undefined).map(part));
const inFull = (at) => { const row = shownAt.has(at) ? details[shownAt.get(at)] : null; return row && row.id !== undefined ? row : null; };

function rowsSection() {
  const options = (name) => h("select", { "aria-label": name, on: { change: search } }, h("option", { value: "" }, `any ${name}`),
    columns.names[name].slice(0, -1).map((text, at) => text && h("option", { value: at }, text)));
  for (const name of FILTERS) if (columns.names[name].slice(0, -1).filter(Boolean).length > 1) filters[name] = options(name);
  query = h("input", { type: "search", id: "query", placeholder: "Search ids and instructions", "aria-label": "Search", "aria-keyshortcuts": "/", on: { input: search } });
  list = h("div", { class: "cards", id: "cards" });
  info = h("p", { class: "note", id: "found", "aria-live": "polite" });
  pager = h("div", { class: "more" });
  const passing = h("input", { type: "checkbox", id: "passing", on: { change: () => { state.onlyPassing = passing.checked; search(); } } });
  const all = details.length >= facts.rows ? "all can be opened in full." : `${number(details.length)} of them, a seeded sample of each view, can be opened in full here. The others: janus-reward inspect RUN --id ID.`;
  section("rows", "Rows", `Search goes over all ${plural(facts.rows, "row", "rows")}; ${all}`,
    h("div", { class: "panel" }, views(), h("div", { class: "controls" }, query, Object.values(filters),
      h("label", {}, passing, "kept by the sliders"), button("Clear", clear, { id: "clear" })), info), list, pager);
  state.view = details.length ? "random" : "all";
  search();
}
function views() {
  const count = (name) => (name === "all" ? facts.rows : details.filter((row) => name in row.views).length);
  const choose = (name) => () => { state.view = name; query.value = ""; search(); };
  return h("div", { class: "controls", role: "group", "aria-label": "Views" }, ["all", ...DATA.views].filter(count)
    .map((name) => button([name, " ", h("small", {}, number(count(name)))], choose(name), { "data-view": name })));
}
function clear() {
  for (const select of Object.values(filters)) select.value = "";
  document.getElementById("passing").checked = state.onlyPassing = false;
  query.value = "";
  search();
}
function search() {
  if (!state.rows || !list) return;
  const text = query.value.trim().toLowerCase(), view = text ? "all" : state.view;
  const wanted = Object.entries(filters).filter(([, node]) => node.value !== "").map(([name, node]) => [state.rows.codes[name], Number(node.value)]);
  const fits = (at) => wanted.every(([codes, code]) => codes[at] === code) && (!state.onlyPassing || state.passing(at)) && (!text || (state.lower && state.lower[at].includes(text)));
  state.matches = candidates(view).filter(fits);
  state.page = 0;
  state.focus = -1;
  for (const node of document.querySelectorAll("[data-view]")) node.setAttribute("aria-pressed", String(node.dataset.view === view));
  document.getElementById("clear").hidden = !(text || wanted.length || state.onlyPassing);
  return showPage();
}
// Places of the rows of a view in its order; of all rows, those that can be opened in full first.
function candidates(view) {
  if (view !== "all") return details.filter((row) => view in row.views).sort((a, b) => a.views[view] - b.views[view]).map((row) => row.at);
  const others = [];
  for (let at = 0; at < state.rows.count; at++) if (!shownAt.has(at)) others.push(at);
  return [...shownAt.keys(), ...others];
}
async function showPage() {
  const start = state.page * PAGE, matches = state.matches, places = matches.slice(start, start + PAGE);
  const waiting = query.value.trim() && !state.lower;
  info.textContent = waiting ? "Reading the texts …" : matches.length ? `${plural(matches.length, "row", "rows")}; ${number(start + 1)} to ${number(start + places.length)}` : "No row fits. Clear a filter, or choose another view.";
  if (places.some((at) => shownAt.has(at) && !inFull(at))) await need(places);
  if (matches !== state.matches || start !== state.page * PAGE) return;
  list.replaceChildren(...places.map(card));
  const turn = (by) => () => { state.page += by; state.focus = -1; showPage(); document.getElementById("rows").scrollIntoView(); };
  pager.replaceChildren(...[start > 0 && button("Previous", turn(-1)), start + PAGE < matches.length && button("Next", turn(1)),
    matches.length > PAGE && h("span", { class: "soft" }, `page ${number(state.page + 1)} of ${number(Math.ceil(matches.length / PAGE))}`)].filter(Boolean));
}
function card(at) {
  const row = inFull(at), value = numberOf("score", at), decision = nameOf("decision", at), outcome = nameOf("outcome", at);
  const [id, text] = row ? [row.id, row.instruction] : state.texts ? state.texts[at] : [`row ${at}`, ""];
  const bars = columns.criteria.map((name) => [name, numberOf(name, at)]).filter(([, score]) => score !== null)
    .map(([name, score]) => h("i", { title: `${words(name)} ${fixed(score)}` }, h("b", { width: `${(score - 1) * 25}%` })));
  return h("button", { type: "button", class: "card", "data-at": at, on: { click: () => open(at) } }, shot(row, outcome),
    h("div", { class: "body" }, h("div", { class: "row" }, h("span", { class: `score ${tone(value)}` }, value === null ? "unscored" : fixed(value)),
      decision && tag(decision), tag(outcome), h("span", { class: "soft" }, nameOf("domain", at))), h("div", { class: "bars" }, bars),
    h("div", { class: "text" }, text || "(no instruction)"), h("small", { class: "soft" }, id)));
}
function shot(row, outcome) {
  const still = row && (row.still || (row.stills && row.stills[0]));
  if (still) return h("div", { class: "shot" }, h("img", { src: still, alt: "", loading: "lazy" }));
  if (!row) return h("div", { class: "shot none" }, h("span", {}, `${outcome}; not in the sample`));
  return h("div", { class: "shot none" }, h("pre", {}, (row.code || row.message || "no code").slice(0, 420)));
}
