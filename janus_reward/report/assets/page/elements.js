// Building blocks: text only ever becomes text nodes, never markup.
const DATA = JSON.parse(document.getElementById("data").textContent);
const { facts, columns, details } = DATA;
const root = document.documentElement;
const main = document.getElementById("main");
const nav = document.getElementById("nav");
const quantities = ["score", ...columns.criteria];
const state = { rows: null, texts: null, view: "random", page: 0, matches: [], focus: -1, open: -1, charts: [] };

function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (name === "width" || name === "height") node.style[name] = value;
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(9)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

const number = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en"));
const fixed = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)}%` : "–");
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
const words = (name) => (name === "score" ? "total" : name.replaceAll("_", " "));
const tone = (score) => (score === null || score === undefined ? "soft" : score >= 4 ? "good" : score >= 3 ? "warn" : "bad");
const safeClass = (name) => (/^[a-z]+$/.test(name || "") ? name : "");
const tag = (text, kind) => h("span", { class: `tag ${safeClass(kind || text)}` }, text);
const none = (text) => h("p", { class: "none" }, text);
const button = (text, act, props = {}) => h("button", { type: "button", ...props, on: { click: act } }, text);

// `kinds` has a letter a column: n number, w wide text, m code.
const SIDES = { n: "n", w: "wide", m: "mono wide" };
function table(heads, rows, kinds = "") {
  const side = (at) => SIDES[kinds[at]] || null;
  const head = heads.some(Boolean) && h("thead", {}, h("tr", {}, heads.map((text, at) => h("th", { class: side(at), scope: "col" }, text))));
  const body = rows.map((row) => h("tr", {}, row.map((cell, at) => h("td", { class: side(at) }, cell))));
  return h("div", { class: "scroll", tabindex: rows.length > 12 ? 0 : null }, h("table", {}, head, h("tbody", {}, body)));
}
function section(id, title, lead, ...content) {
  main.append(h("section", { id, tabindex: -1 }, h("h2", {}, title), lead && h("p", { class: "lead" }, lead), ...content));
  nav.append(h("a", { href: `#${id}` }, title));
}
const panel = (width, title, ...content) => h("div", { class: `panel w${width}` }, title && h("h3", {}, title), ...content);

// A small distribution: counts as bars beside each other, without axes.
function spark(counts, what) {
  const most = Math.max(1, ...counts);
  return h("span", { class: "spark", role: "img", "aria-label": what, title: what },
    counts.map((count) => h("i", { height: count ? `${Math.max(6, (100 * count) / most)}%` : "0" })));
}
