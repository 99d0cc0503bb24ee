"use strict";
(() => {
  const DATA = JSON.parse(document.getElementById("data").textContent);
  const { facts, columns, details } = DATA;
  const root = document.documentElement, main = document.getElementById("main");
  const state = { rows: null, texts: null, view: "random", page: 0, matches: [], focus: -1, open: -1, charts: [] };

  // ---- building blocks: text only ever becomes text nodes, never markup ----
  function h(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
      else if (name === "width") node.style.width = value;
      else if (name === "class") node.className = value;
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat(9)) if (child !== null && child !== undefined && child !== false) node.append(child);
    return node;
  }
  const number = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en"));
  const fixed = (value, digits = 2) => (value === null || value === undefined ? "–" : value.toFixed(digits));
  const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)}%` : "–");
  const words = (name) => name.replaceAll("_", " ");
  const tone = (score) => (score === null || score === undefined ? "soft" : score >= 4 ? "good" : score >= 3 ? "warn" : "bad");
  const safeClass = (name) => (/^[a-z]+$/.test(name || "") ? name : "");
  const tag = (text, kind) => h("span", { class: `tag ${safeClass(kind || text)}` }, text);

  function table(heads, rows, kinds = "") {
    const side = (at) => (kinds[at] === "n" ? "n" : kinds[at] === "w" ? "wide" : "");
    return h("div", { class: "scroll", tabindex: rows.length > 12 ? 0 : null }, h("table", {},
      h("thead", {}, h("tr", {}, heads.map((text, at) => h("th", { class: side(at), scope: "col" }, text)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, at) => h("td", { class: side(at) }, cell)))))));
  }
  function section(id, title, lead, ...content) {
    main.append(h("section", { id, tabindex: -1 }, h("h2", {}, title), lead && h("p", { class: "lead" }, lead), ...content));
    document.getElementById("nav").append(h("a", { href: `#${id}` }, title));
  }
  const panel = (width, title, ...content) => h("div", { class: `panel w${width}` }, title && h("h3", {}, title), ...content);

  // ---- theme ----
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  function setTheme(name) {
    root.dataset.theme = name;
    try { localStorage.setItem("janus-reward-theme", name); } catch { /* a file may have no storage */ }
    state.charts.forEach((draw) => draw());
  }
  function firstTheme() {
    let kept = null;
    try { kept = localStorage.getItem("janus-reward-theme"); } catch { /* none */ }
    return kept === "dark" || kept === "light" ? kept : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.dataset.theme = firstTheme();
  const toggleTheme = () => setTheme(root.dataset.theme === "dark" ? "light" : "dark");
  document.getElementById("theme").addEventListener("click", toggleTheme);

  const loaded = document.readyState === "complete" ? Promise.resolve()
    : new Promise((done) => window.addEventListener("load", done, { once: true }));
  function chart(node, make) {
    const draw = () => {
      const { traces, layout } = make();
      const axis = { gridcolor: css("--line"), zerolinecolor: css("--line"), linecolor: css("--line") };
      const whole = {
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 52, r: 14, t: 10, b: 44 }, height: 300,
        font: { color: css("--ink"), family: "system-ui, sans-serif", size: 12.5 }, bargap: 0.06, showlegend: traces.length > 1,
        legend: { orientation: "h", y: 1.16, x: 0 }, hoverlabel: { font: { family: "system-ui, sans-serif" } },
        colorway: ["#2f6f8f", "#d08a2e", "#4f9a6b", "#b05a7a", "#7a6bb0", "#8a8f3a", "#5aa5a5", "#a5674a", "#7f8790"],
        ...layout, xaxis: { ...axis, ...(layout.xaxis || {}) }, yaxis: { ...axis, ...(layout.yaxis || {}) },
      };
      window.Plotly.react(node, traces, whole, { displayModeBar: false, responsive: true });
    };
    let drawn = false;
    const redraw = () => { if (drawn && window.Plotly) draw(); };
    const seen = new IntersectionObserver(async (entries) => {
      if (drawn || !entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      await loaded;
      drawn = true;
      draw();
    }, { rootMargin: "300px" });
    seen.observe(node);
    state.charts.push(redraw);
    return redraw;
  }

  // ---- columns ----
  async function unpacked(text) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }
  async function readRows() {
    const rows = { count: columns.count, numbers: {}, codes: {}, names: columns.names };
    const column = async (text) => new Uint16Array(await unpacked(text));
    for (const [name, text] of Object.entries(columns.numbers)) rows.numbers[name] = await column(text);
    for (const [name, text] of Object.entries(columns.codes)) rows.codes[name] = await column(text);
    rows.eligible = await column(columns.eligible);
    state.rows = rows;
  }
  async function readTexts() {
    const buffer = await unpacked(columns.texts);
    state.texts = JSON.parse(new TextDecoder().decode(buffer));
    state.lower = state.texts.map(([id, text]) => `${id}\n${text}`.toLowerCase());
  }
  const quantities = ["score", ...columns.criteria];

  // ---- overview ----
  function overview() {
    document.getElementById("title").textContent = facts.title;
    const picked = facts.selection;
    const tiles = [
      ["rows", number(facts.rows), facts.source || ""],
      ["scored", `${number(facts.scored)}`, `${share(facts.scored, facts.rows)} of all rows`],
      ["median score", fixed(facts.median), `mean ${fixed(facts.mean)}`],
      picked ? ["kept", number(picked.kept), `${share(picked.kept, facts.rows)}; ${number(picked.review)} for review`]
        : ["errors", number(facts.errors), "rows that could not be read or measured"],
    ];
    const policy = facts.policy;
    section("overview", "Overview", null,
      h("div", { class: "grid" },
        tiles.map(([name, value, note]) => h("div", { class: "panel w3 kpi" }, h("span", {}, name), h("b", {}, value), h("small", {}, note))),
        panel(7, picked ? "From all rows to the selection" : "From all rows to scores", funnel()),
        panel(5, policy ? `Policy: ${policy.name}` : "Outcomes of rendering",
          policy ? [h("p", { class: "soft" }, policy.about || "A policy in Python."), outcomes()] : outcomes())));
  }
  function funnel() {
    const steps = facts.funnel.filter((step, at) => step.drop || step.review || at === facts.funnel.length - 1);
    const bar = (step) => {
      const width = (count) => `${(100 * count) / Math.max(1, facts.rows)}%`;
      return h("div", { class: "bar" }, h("i", { width: width(step.left) }), h("i", { class: "review", width: width(step.review) }),
        h("i", { class: "drop", width: width(step.drop) }));
    };
    const why = (step) => Object.entries(step.reasons).sort((a, b) => b[1] - a[1]).slice(0, 4)
      .map(([name, count]) => `${name.split(": ").slice(1).join(": ") || name} ${number(count)}`).join(" · ");
    const first = h("div", { class: "step" }, h("span", {}, "all rows"), h("div", { class: "bar" }, h("i", { width: "100%" })),
      h("span", { class: "left" }, number(facts.rows)));
    return h("div", { class: "funnel" }, first, steps.map((step) => h("div", { class: "step" }, h("span", {}, step.name), bar(step),
      h("span", { class: "left", title: `${step.drop} dropped, ${step.review} for review` }, number(step.left)),
      step.name !== "kept" && h("span", { class: "why" }, why(step)))));
  }
  function outcomes() {
    const rows = facts.outcomes.map(([name, count]) => [tag(name), number(count), share(count, facts.rows)]);
    const reasons = facts.reasons.map(([name, count]) => [name, number(count), share(count, facts.rows)]);
    return [table(["outcome", "rows", "share"], rows, " nn"),
      reasons.length ? [h("h3", { class: "note" }, "Why there is no score"), table(["reason", "rows", "share"], reasons, " nn")] : null,
      facts.flags.length ? [h("h3", { class: "note" }, "Flags"), table(["flag", "rows"], facts.flags.map(([n, c]) => [n, number(c)]), " n")] : null];
  }

  // ---- scores ----
  function scores() {
    const pick = h("select", { id: "quantity" }, quantities.map((name) => h("option", { value: name }, name === "score" ? "total" : words(name))));
    const by = h("select", { id: "by" }, ["", "domain", "language", "task", "outcome", "decision"]
      .filter((name) => !name || columns.names[name].length > 2).map((name) => h("option", { value: name }, name || "all rows")));
    const plot = h("div", { class: "chart", role: "img", "aria-label": "Distribution of scores" });
    const heat = h("div", { class: "chart", role: "img", "aria-label": "Mean score by domain and criterion" });
    const criteria = Object.entries(facts.criteria).map(([name, entry]) =>
      [words(name), number(entry.scored), number(entry.applicable), fixed(entry.mean)]);
    section("scores", "Scores", "A score is a value from 1 to 5, or missing with a reason. Missing ones are in no bar.",
      h("div", { class: "grid" },
        panel(8, null, h("div", { class: "controls" }, h("label", {}, "Show", pick), h("label", {}, "split by", by)), plot),
        panel(4, "Criteria", table(["criterion", "scored", "of", "mean"], criteria, " nnn")),
        panel(7, "Mean by domain and criterion", heat),
        panel(5, "Coverage by slice", coverage())));
    const redraw = chart(plot, () => histogram(pick.value, by.value));
    pick.addEventListener("change", redraw);
    by.addEventListener("change", redraw);
    chart(heat, heatmap);
  }
  const STEP = 0.25, BINS = 16;
  function histogram(name, by) {
    const values = state.rows.numbers[name], codes = by ? state.rows.codes[by] : null;
    const groups = by ? columns.names[by] : ["rows"];
    const counts = groups.map(() => new Array(BINS).fill(0));
    for (let at = 0; at < state.rows.count; at++) {
      if (!values[at]) continue;
      const bin = Math.min(BINS - 1, Math.floor((values[at] / 1000 - 1) / STEP));
      counts[codes ? codes[at] : 0][bin]++;
    }
    const x = Array.from({ length: BINS }, (_, bin) => 1 + STEP * (bin + 0.5));
    const traces = groups.map((group, at) => ({ type: "bar", name: group, x, y: counts[at], width: STEP * 0.94,
      hovertemplate: `%{y} rows around %{x:.2f}<extra></extra>` })).filter((trace) => trace.y.some(Boolean));
    return { traces, layout: { barmode: "stack", xaxis: { range: [1, 5], dtick: 0.5, title: { text: name === "score" ? "total" : words(name) } }, yaxis: { title: { text: "rows" } } } };
  }
  function heatmap() {
    const domains = columns.names.domain.slice(0, -1), codes = state.rows.codes.domain;
    const cells = quantities.map((name) => {
      const sums = domains.map(() => [0, 0]), values = state.rows.numbers[name];
      for (let at = 0; at < state.rows.count; at++) if (values[at] && codes[at] < domains.length) {
        sums[codes[at]][0] += values[at] / 1000; sums[codes[at]][1]++;
      }
      return sums;
    });
    const z = cells.map((row) => row.map(([sum, count]) => (count ? sum / count : null)));
    const text = z.map((row) => row.map((value) => (value === null ? "" : value.toFixed(1))));
    const custom = cells.map((row) => row.map(([, count]) => count));
    const dark = root.dataset.theme === "dark";
    const scale = dark ? [[0, "#7a3535"], [0.5, "#5a512c"], [1, "#2c6a4a"]] : [[0, "#e9a3a3"], [0.5, "#f3e2b0"], [1, "#9fd0b4"]];
    return { traces: [{ type: "heatmap", x: domains, y: quantities.map((name) => (name === "score" ? "total" : words(name))), z, text, customdata: custom,
      texttemplate: "%{text}", zmin: 1, zmax: 5, colorscale: scale, showscale: false, xgap: 2, ygap: 2,
      hovertemplate: "%{y}, %{x}: %{z:.2f} (%{customdata} rows)<extra></extra>" }],
      layout: { margin: { l: 20, r: 10, t: 6, b: 20 }, xaxis: { automargin: true }, yaxis: { autorange: "reversed", automargin: true } } };
  }
  function coverage() {
    const kept = facts.selection !== null;
    const rows = facts.coverage.map((slice) => [`${slice.by} ${slice.name}`, number(slice.rows), share(slice.scored, slice.rows), fixed(slice.mean),
      ...(kept ? [h("span", { title: `95 %: ${share(slice.low, 1)} to ${share(slice.high, 1)}` }, share(slice.kept, slice.rows))] : [])]);
    return table(["slice", "rows", "scored", "mean", ...(kept ? ["kept"] : [])], rows, " nnnn");
  }

  // ---- what if ----
  function whatIf() {
    const start = facts.cut ?? 3, floors = (facts.policy && facts.policy.floors) || {};
    const sliders = Object.fromEntries(quantities.map((name) => {
      const value = name === "score" ? start : floors[name] ?? floors["*"] ?? 1;
      return [name, h("input", { type: "range", min: 1, max: 5, step: 0.05, value, id: `cut-${name}`, "aria-label": `least ${words(name)}` })];
    }));
    const outputs = Object.fromEntries(quantities.map((name) => [name, h("output", {})]));
    const live = h("div", { class: "live", "aria-live": "polite" }), domains = h("div", {});
    const plot = h("div", { class: "chart", role: "img", "aria-label": "Rows kept by cut" });
    const reset = h("button", { type: "button", on: { click: () => { for (const name of quantities) sliders[name].value = sliders[name].defaultValue; count(); } } }, "Reset");
    section("what-if", "What if", "Move the cut and the floors: counts change at once, no judge is asked again. Rows that failed to render, carry a rejected "
      + "flag, are copies or leaks stay out whatever the cut. A criterion that a row's rubric does not have asks nothing; quotas and sizes are not applied here.",
      h("div", { class: "grid" },
        panel(6, null, h("div", { class: "sliders" }, quantities.map((name) =>
          h("label", { class: "slider" }, h("span", {}, name === "score" ? "total, at least" : words(name)), sliders[name], outputs[name]))),
        live, h("div", { class: "controls" }, reset, h("button", { type: "button", on: { click: showKept } }, "Show these rows"))),
        panel(6, "Kept at every cut of the total", plot), panel(12, "By domain", domains)));
    const names = columns.names.domain;
    let redraw = null;
    function cuts() { return quantities.map((name) => [state.rows.numbers[name], Math.round(1000 * Number(sliders[name].value)), name]); }
    function passes(at, wanted) {
      if (!state.rows.eligible[at]) return false;
      for (const [values, least, name] of wanted) {
        if (least <= 1000) continue;
        if (!values[at]) { if (name === "score") return false; continue; }
        if (values[at] < least) return false;
      }
      return true;
    }
    function count() {
      const wanted = cuts(), perDomain = names.map(() => [0, 0]);
      let kept = 0, sum = 0;
      state.curve = new Array(81).fill(0);
      const rest = wanted.map((cut) => (cut[2] === "score" ? [cut[0], 0, "score"] : cut));
      for (let at = 0; at < state.rows.count; at++) {
        const domain = state.rows.codes.domain[at];
        perDomain[domain][0]++;
        if (!passes(at, rest)) continue;
        const value = state.rows.numbers.score[at];
        if (value) state.curve[Math.min(80, Math.floor((value - 1000) / 50))]++;
        if (passes(at, wanted)) { kept++; sum += value; perDomain[domain][1]++; }
      }
      for (let bin = 79; bin >= 0; bin--) state.curve[bin] += state.curve[bin + 1];
      for (const name of quantities) outputs[name].textContent = Number(sliders[name].value) <= 1 && name !== "score" ? "any" : Number(sliders[name].value).toFixed(2);
      live.replaceChildren(h("div", {}, h("b", { id: "live-kept" }, number(kept)), " rows kept"), h("div", {}, h("b", {}, share(kept, facts.rows)), " of all"),
        h("div", {}, h("b", {}, kept ? (sum / kept / 1000).toFixed(2) : "–"), " mean of the kept"));
      domains.replaceChildren(table(["domain", "rows", "kept", "share", ""], names.map((name, at) => [name, ...perDomain[at]]).filter((row) => row[1])
        .map(([name, all, own]) => [name, number(all), number(own), share(own, all), h("div", { class: "meter" }, h("i", { width: share(own, all) }))]), " nnn"));
      state.passing = (at) => passes(at, cuts());
      if (redraw) redraw();
    }
    for (const name of quantities) sliders[name].addEventListener("input", count);
    count();
    redraw = chart(plot, () => ({ traces: [{ type: "scatter", mode: "lines", fill: "tozeroy", line: { shape: "hv", color: css("--accent") }, x: state.curve.map((_, bin) => 1 + 0.05 * bin), y: state.curve,
      hovertemplate: "cut %{x:.2f}: %{y} rows<extra></extra>" }],
      layout: { xaxis: { range: [1, 5], dtick: 0.5, title: { text: "least total" } }, yaxis: { title: { text: "rows kept" }, rangemode: "tozero" },
        shapes: [{ type: "line", x0: Number(sliders.score.value), x1: Number(sliders.score.value), y0: 0, y1: 1, yref: "paper", line: { color: css("--bad"), width: 2 } }] } }));
  }
  function showKept() { state.onlyPassing = true; document.getElementById("passing").checked = true; search(); document.getElementById("rows").scrollIntoView(); }

  // ---- rows: search over all, in full for the sample ----
  const shownAt = new Map(details.map((row, at) => [row.at, at]));
  const asked = new Map();
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
  const need = (places) => Promise.all([...new Set(places.filter((at) => shownAt.has(at)).map((at) => details[shownAt.get(at)].part))]
    .filter((number) => number !== undefined).map(part));
  const inFull = (at) => { const row = shownAt.has(at) ? details[shownAt.get(at)] : null; return row && row.id !== undefined ? row : null; };
  let filters = {}, list, info, pager, query, spinner;
  function rowsSection() {
    const options = (name) => h("select", { "aria-label": name, on: { change: search } }, h("option", { value: "" }, `any ${name}`),
      columns.names[name].slice(0, -1).map((text, at) => (text ? h("option", { value: at }, text) : null)));
    for (const name of ["domain", "language", "task", "outcome", "decision", "reason"])
      if (columns.names[name].slice(0, -1).filter(Boolean).length > 1) filters[name] = options(name);
    query = h("input", { type: "search", id: "query", placeholder: "Search ids and instructions ( / )", "aria-label": "Search", on: { input: search } });
    const views = h("div", { class: "controls", role: "group", "aria-label": "Views" }, ["all", ...DATA.views].map((name) => {
      const count = name === "all" ? facts.rows : details.filter((row) => row.views.includes(name)).length;
      return count ? h("button", { type: "button", "data-view": name, on: { click: () => { state.view = name; search(); } } }, `${name} ${number(count)}`) : null;
    }));
    list = h("div", { class: "cards", id: "cards" });
    info = h("p", { class: "note", id: "found", "aria-live": "polite" });
    pager = h("div", { class: "more" });
    const passing = h("input", { type: "checkbox", id: "passing", on: { change: (event) => { state.onlyPassing = event.target.checked; search(); } } });
    section("rows", "Rows", `Search goes over all ${number(facts.rows)} rows; ${number(details.length)} of them, a seeded sample of each view, can be opened in full here. `
      + "The others: janus-reward inspect RUN --id ID.",
      h("div", { class: "panel" }, views, h("div", { class: "controls" }, query, Object.values(filters), h("label", {}, passing, "passes the sliders")), info),
      h("div", { class: "note" }), list, pager);
    state.view = details.length ? "random" : "all";
    search();
  }
  const PAGE = 24;
  function search() {
    if (!state.rows || !list) return;
    const text = query.value.trim().toLowerCase();
    const wanted = Object.entries(filters).filter(([, node]) => node.value !== "").map(([name, node]) => [state.rows.codes[name], Number(node.value)]);
    const from = state.view === "all" || text ? null : details.filter((row) => row.views.includes(state.view)).map((row) => row.at);
    const fits = (at) => wanted.every(([codes, code]) => codes[at] === code) && (!state.onlyPassing || state.passing(at))
      && (!text || (state.lower && state.lower[at].includes(text)));
    state.matches = from ? from.filter(fits) : [];
    if (!from) {
      for (let at = 0; at < state.rows.count; at++) if (fits(at)) state.matches.push(at);
      state.matches.sort((a, b) => (shownAt.has(b) ? 1 : 0) - (shownAt.has(a) ? 1 : 0) || a - b);
    }
    state.page = 0;
    state.focus = -1;
    for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === (text ? "all" : state.view)));
    showPage();
  }
  async function showPage() {
    const start = state.page * PAGE, places = state.matches.slice(start, start + PAGE), matches = state.matches;
    info.textContent = state.matches.length ? `${number(state.matches.length)} rows; ${start + 1} to ${start + places.length}` : "No row fits.";
    if (places.some((at) => shownAt.has(at) && !inFull(at))) await need(places);
    if (matches !== state.matches || start !== state.page * PAGE) return;
    list.replaceChildren(...places.map(cardOf));
    const turn = (by) => () => { state.page += by; state.focus = -1; showPage(); document.getElementById("rows").scrollIntoView(); };
    pager.replaceChildren(state.page > 0 ? h("button", { type: "button", on: { click: turn(-1) } }, "Previous") : "",
      start + PAGE < state.matches.length ? h("button", { type: "button", on: { click: turn(1) } }, "Next") : "");
  }
  const nameOf = (column, at) => columns.names[column][state.rows.codes[column][at]];
  function cardOf(at) {
    const row = inFull(at);
    const [id, text] = state.texts ? state.texts[at] : [row ? row.id : `row ${at}`, row ? row.instruction : ""];
    const value = state.rows.numbers.score[at] ? state.rows.numbers.score[at] / 1000 : null;
    const decision = nameOf("decision", at), outcome = nameOf("outcome", at);
    const bars = columns.criteria.map((name) => [name, state.rows.numbers[name][at]]).filter(([, score]) => score)
      .map(([name, score]) => h("i", { title: `${words(name)} ${(score / 1000).toFixed(2)}` }, h("b", { width: `${(score / 1000 - 1) * 25}%` })));
    return h("button", { type: "button", class: "card", "data-at": at, on: { click: () => open(at) } }, shot(row, outcome),
      h("div", { class: "body" }, h("div", { class: "row" }, h("span", { class: `score ${tone(value)}` }, value === null ? "unscored" : value.toFixed(2)),
        decision && tag(decision), tag(outcome), h("span", { class: "soft" }, nameOf("domain", at))), h("div", { class: "bars" }, bars),
      h("div", { class: "text" }, text || "(no instruction)"), h("small", { class: "soft wide" }, id)));
  }
  function shot(row, outcome) {
    if (row && row.stills && row.stills.length) return h("div", { class: "shot" }, h("img", { src: row.stills[0], alt: "", loading: "lazy" }));
    if (row && row.still) return h("div", { class: "shot" }, h("img", { src: row.still, alt: "", loading: "lazy" }));
    return h("div", { class: "shot none" }, row ? h("pre", {}, (row.code || row.message || "no code").slice(0, 420)) : `${outcome}; not in the sample`);
  }
  async function open(at) {
    state.open = at;
    if (shownAt.has(at) && !inFull(at)) await need([at]);
    if (state.open !== at) return;
    const row = inFull(at), dialog = document.getElementById("detail");
    const step = (by) => h("button", { type: "button", title: by > 0 ? "Next (j)" : "Previous (k)", on: { click: () => move(by) } }, by > 0 ? "Next" : "Previous");
    const head = h("div", { class: "dhead" }, h("h3", {}, row ? row.id : state.texts ? state.texts[at][0] : `row ${at}`), step(-1), step(1),
      h("button", { type: "button", on: { click: () => dialog.close() } }, "Close"));
    dialog.replaceChildren(head, row ? full(row) : brief(at));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }
  function brief(at) {
    const lines = quantities.map((name) => [words(name), state.rows.numbers[name][at] ? fixed(state.rows.numbers[name][at] / 1000) : "–"]);
    return h("div", { class: "dbody" }, h("div", {}, h("p", { class: "said" }, state.texts ? state.texts[at][1] : ""),
      h("p", { class: "note" }, "This row is not among those shown in full. See it with: janus-reward inspect RUN --id ID, or report with a larger --gallery.")),
      h("div", {}, table(["", "score"], lines, " n"), h("p", { class: "soft" }, nameOf("reason", at))));
  }
  function full(row) {
    const block = (title, ...content) => h("div", {}, h("h3", {}, title), ...content);
    const verdict = [...row.criteria.map(([name, value, reason, why]) => [words(name), h("span", { class: `score ${tone(value)}` }, value === null ? reason || "unscored" : value.toFixed(2)), why]),
      ["total", h("span", { class: `score ${tone(row.score)}` }, row.score === null ? row.reason || "unscored" : row.score.toFixed(2)), row.confidence === null ? "" : `confidence ${row.confidence.toFixed(2)}`]];
    const checks = row.checks.map(([question, answer]) => [answer === false ? h("span", { class: "bad" }, "no") : h("span", { class: "soft" }, "cannot tell"), question]);
    return h("div", { class: "dbody" },
      h("div", {}, row.stills.length ? row.stills.map((src) => h("img", { src, alt: "What the code rendered to" })) : h("p", { class: "soft" }, `No picture: ${row.outcome || "error"}.`),
        block("Instruction", h("div", { class: "said" }, row.instruction || "(none)")),
        (row.message || row.error) && block("What went wrong", h("div", { class: "said bad" }, row.error || row.message))),
      h("div", {}, h("div", { class: "row" }, row.decision && tag(row.decision), row.why && h("span", { class: "soft" }, row.why), [row.domain, row.language, row.task, row.outcome].filter(Boolean).map((text) => tag(text)),
        row.flags.map((text) => tag(text, "drop")), row.gates.map((text) => tag(`gate ${text}`, "review"))),
        block("Verdict", table(["criterion", "score", "why"], verdict, "  w")),
        checks.length ? block("Checks not passed", table(["", "question"], checks, " w")) : null,
        block(`Code, ${number(row.chars)} characters`, h("pre", { class: "code", tabindex: 0 }, row.code || "(none)")),
        row.notes.length ? block("Findings", table(["", ""], row.notes, " w")) : null,
        row.signals.length ? block("Evidence", table(["signal", "value"], row.signals.map(([name, value]) => [name, String(value)]), " n")) : null,
        h("small", { class: "soft wide" }, `code ${row.sha256.code || "–"} · picture ${row.sha256.render || "–"}`)));
  }
  function move(by) {
    const at = state.matches.indexOf(state.open) + by;
    if (at >= 0 && at < state.matches.length) open(state.matches[at]);
  }

  // ---- duplicates and contamination ----
  function clusters() {
    const found = DATA.clusters;
    if (!found) return;
    const figure = (row, kept) => h("figure", { class: kept ? "kept" : "" }, shot({ still: row.still, code: row.code }, ""),
      h("figcaption", {}, h("b", {}, kept ? "kept " : "removed "), row.id, h("br"),
        h("span", { class: "soft" }, kept ? `score ${fixed(row.score)}` : `${row.modality || ""} ${fixed(row.similarity)} · ${row.kind || ""} · score ${fixed(row.score)}`)));
    section("duplicates", "Duplicates", `${number(found.removed)} rows removed for ${number(found.clusters)} survivors. Each removal was verified against its own survivor.`,
      h("div", { class: "grid" }, panel(12, `The largest of them (clusters by size: ${found.sizes.map(([size, count]) => `${number(count)} of ${number(size)} rows`).join(", ")})`,
        h("div", { class: "clusters" }, found.shown.map((cluster) => h("div", { class: "cluster" }, h("p", { class: "soft" }, `${number(cluster.size)} rows`),
          h("div", { class: "side" }, figure(cluster.survivor, true), cluster.members.map((row) => figure(row, false))),
          cluster.members[0] && cluster.members[0].shared && h("details", {}, h("summary", {}, "The part they share"), h("pre", { class: "code" }, cluster.members[0].shared))))))));
  }
  function marked(text, part) {
    const at = part ? text.indexOf(part) : -1;
    return at < 0 ? [text] : [text.slice(0, at), h("mark", {}, part), text.slice(at + part.length)];
  }
  function matched(match) {
    const whole = [match.instruction, match.code].filter(Boolean).join("\n\n");
    return match.shared && !whole.includes(match.shared) ? [h("mark", {}, match.shared), "\n\n", whole] : marked(whole, match.shared);
  }
  function contamination() {
    const found = DATA.contamination;
    if (!found) return;
    section("contamination", "Contamination", "Rows that hold a benchmark's question, answer or picture. The part that matched is marked.",
      h("div", { class: "grid" }, panel(4, "By benchmark", table(["benchmark", "rows"], found.benchmarks.map(([name, count]) => [name, number(count)]), " n")),
        panel(8, "Matches", found.shown.length ? found.shown.map((match) => h("div", { class: "cluster" }, h("p", {}, tag(match.benchmark, "drop"), " ", match.item, h("span", { class: "soft" }, ` ${fixed(match.similarity)} in ${match.id}`)),
          h("div", { class: "pair" }, h("pre", { class: "code" }, matched(match)),
            match.other ? h("pre", { class: "code" }, h("mark", {}, match.other)) : null))) : h("p", { class: "soft" }, "None."))));
  }

  // ---- drift ----
  function drift() {
    const found = DATA.drift;
    if (!found) return;
    const cells = found.criteria.map((c) => [c.name === "score" ? "total" : words(c.name), number(c.n), fixed(c.before), fixed(c.now),
      c.change === null ? "–" : h("span", { class: c.low > 0 ? "good" : c.high < 0 ? "bad" : "soft" }, `${c.change >= 0 ? "+" : ""}${c.change.toFixed(3)} [${fixed(c.low, 3)}, ${fixed(c.high, 3)}]`),
      number(c.changed), `${number(c.gained)} / ${number(c.lost)}`]);
    section("drift", "Drift", `Against ${found.name} (judge ${found.judge.name}, revision ${found.judge.revision}), over the ${number(found.shared)} rows that both hold.`,
      h("div", { class: "grid" }, panel(12, "Paired differences, this run minus the earlier one, with 95 % intervals", table(["", "n", "before", "now", "mean change", "rows changed", "scored now / no longer"], cells, " nnnnnn")),
        panel(6, "Outcomes that changed", found.outcomes.length ? table(["before", "now", "rows"], found.outcomes.map(([a, b, c]) => [tag(a), tag(b), number(c)]), "  n") : h("p", { class: "soft" }, "None.")),
        panel(6, "Rows that moved most", found.largest.length ? table(["row", "before", "now"], found.largest.map(([id, a, b]) => [id, fixed(a), fixed(b)]), "wnn") : h("p", { class: "soft" }, "None."))));
  }

  // ---- judge, cost, messages ----
  function judge() {
    const cost = facts.cost, stages = Object.entries(cost.stages), total = stages.reduce((sum, [, s]) => sum + s, 0);
    const lines = [["judge", `${facts.judge.name}, revision ${facts.judge.revision}`], ["tokens in / out", `${number(cost.tokens_in)} / ${number(cost.tokens_out)}`], ["wall time", `${number(Math.round(cost.wall_s))} s`],
      ["rows per second", cost.rows_per_s === null ? "–" : String(cost.rows_per_s)], ...stages.map(([name, seconds]) => [`work: ${name}`, `${number(Math.round(seconds))} s, ${share(seconds, total)}`])];
    const card = facts.card && facts.card.map(([group, name, unit, value, low, high, n]) => [group, name,
      value === null ? "–" : unit === "share" ? `${share(value, 1)} [${share(low, 1)}, ${share(high, 1)}]` : `${fixed(value, 3)} [${fixed(low, 3)}, ${fixed(high, 3)}]`, number(n)]);
    section("judge", "Judge and cost", "Who gave the scores, what it cost, and which versions made every number.",
      h("div", { class: "grid" }, panel(5, "Cost", table(["", ""], lines, " w")), panel(7, "Provenance", table(["", ""], facts.provenance, " w")),
        card && panel(12, "Report card of the judge", table(["", "what", "value [95 %]", "n"], card, " wnn")),
        facts.messages.length ? panel(12, "What went wrong, by message", table(["outcome", "message", "rows"], facts.messages.map(([outcome, text, count]) => [tag(outcome), text, number(count)]), " wn")) : null));
  }

  // ---- keys ----
  const KEYS = [["/", "search"], ["j  k", "next and previous row"], ["Enter", "open the row"], ["Esc", "close"], ["t", "light or dark"], ["1 … 9", "go to a section"], ["?", "these keys"]];
  const help = document.getElementById("help");
  help.append(h("h3", {}, "Keyboard"), table(["", ""], KEYS.map(([key, text]) => [h("kbd", {}, key), text])), h("div", { class: "more" }, h("button", { type: "button", on: { click: () => help.close() } }, "Close")));
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  function walk(by) {
    const dialog = document.getElementById("detail");
    if (dialog.open) { move(by); return; }
    const cards = [...list.children];
    if (!cards.length) return;
    state.focus = Math.max(0, Math.min(cards.length - 1, state.focus + by));
    cards[state.focus].focus();
    cards[state.focus].scrollIntoView({ block: "center" });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "range" && event.target.type !== "checkbox";
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    const jump = Number(event.key) >= 1 ? document.querySelectorAll("#nav a")[Number(event.key) - 1] : null;
    const acts = { "/": () => query.focus(), j: () => walk(1), k: () => walk(-1), t: toggleTheme, "?": () => help.showModal() };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); } else if (jump) jump.click();
  });
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting)
      for (const link of document.querySelectorAll("#nav a")) link.toggleAttribute("aria-current", link.hash === `#${entry.target.id}`);
  }, { rootMargin: "-20% 0px -70% 0px" });

  async function start() {
    overview();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    performance.mark("overview");
    await readRows();
    scores();
    whatIf();
    rowsSection();
    clusters();
    contamination();
    drift();
    judge();
    for (const node of document.querySelectorAll("main > section")) seen.observe(node);
    await readTexts();
    search();
    root.dataset.ready = "true";
    performance.mark("ready");
  }
  start();
})();
