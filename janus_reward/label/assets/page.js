"use strict";
(() => {
  const token = new URLSearchParams(location.search).get("token") || "";
  const main = document.getElementById("main");
  const LEVELS = { 1: "bad", 2: "poor", 3: "fair", 4: "good", 5: "excellent" };
  let rater = "", state = null, at = 0, current = 0;

  function h(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (name === "click") node.addEventListener("click", value);
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    for (const child of children.flat(9)) if (child) node.append(child);
    return node;
  }
  const ask = (path, query) => fetch(`/${path}?${new URLSearchParams({ ...query, token })}`).then((reply) => {
    if (!reply.ok) throw new Error(`the server said ${reply.status}`);
    return reply.json();
  });
  async function tell(answer) {
    const reply = await fetch("/answer", { method: "POST", headers: { "X-Token": token, "Content-Type": "application/json" }, body: JSON.stringify({ rater, ...answer }) });
    if (!reply.ok) throw new Error((await reply.json().catch(() => ({}))).error || `the server said ${reply.status}`);
  }
  const picture = (sha, alt) => h("img", { src: `/picture/${sha}?${new URLSearchParams({ token })}`, alt });
  const words = (name) => (name === "score" ? "overall" : name.replaceAll("_", " "));

  function complete(item) {
    const done = state.done[item.item] || {};
    return item.kind === "pair" ? "vote" in done : state.criteria.every((name) => name in done);
  }
  function progress() {
    const done = state.items.filter(complete).length;
    document.querySelector("#bar i").style.width = `${(100 * done) / Math.max(1, state.items.length)}%`;
    const count = document.getElementById("count");
    count.className = "";
    count.textContent = `${done} of ${state.items.length} done`;
  }
  function signIn() {
    const name = h("input", { id: "rater", placeholder: "Your name", "aria-label": "Your name", autofocus: "" });
    const go = async () => {
      rater = name.value.trim();
      if (!rater) return;
      document.getElementById("who").textContent = rater;
      state = await ask("state", { rater });
      at = Math.max(0, state.items.findIndex((item) => !complete(item)));
      if (state.items.every(complete)) finished(); else show();
    };
    name.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); guarded(go)(); } });
    main.replaceChildren(h("div", { class: "panel" }, h("h2", {}, "Who is rating?"), h("div", { class: "line" }, name, h("button", { click: guarded(go), id: "start" }, "Start")),
      h("p", { class: "soft" }, "Keys 1 to 5 rate, 0 says cannot tell, left and right arrow go back and on; for pairs: a, b, t for a tie. Everything is kept at once; you may stop and come back.")));
    name.focus();
  }
  function finished() {
    main.replaceChildren(h("div", { class: "panel", id: "finished" }, h("h2", {}, "Thank you"), "All items are rated. You may go back with the left arrow and change answers."));
    progress();
  }
  const made = (row) => (row.stills.length ? row.stills.map((sha) => picture(sha, "What the code rendered to")) : h("p", { class: "soft" }, `No picture (${row.outcome || "error"}).`));
  const code = (row) => [h("h2", {}, [row.domain, row.language].filter(Boolean).join(", ")), h("pre", { tabindex: "0" }, row.code || "(no code)")];
  function side(row, title) {
    if (title) return h("div", { class: "panel" }, h("h2", {}, title), made(row), code(row));
    const given = [...row.inputs.map((sha) => picture(sha, "What the prompt shows")), row.before && h("pre", { tabindex: "0" }, row.before)].filter(Boolean);
    if (!given.length) return h("div", { class: "panel wide" }, h("div", {}, made(row)), h("div", {}, code(row)));
    return h("div", { class: "panel beside" }, h("div", {}, h("h2", {}, row.task === "reproduce" ? "To reproduce" : "Before"), given),
      h("div", {}, h("h2", {}, "Made"), made(row)), h("div", { class: "under" }, code(row)));
  }
  const asking = (row) => h("div", { class: "panel" }, h("h2", {}, row.task === "generate" ? "Instruction" : `Instruction (${row.task})`),
    h("div", { class: "said", tabindex: "0" }, row.instruction || "(none)"));
  function guide(row) {
    const own = row.guide[state.criteria[current]];
    return own && h("div", { class: "guide" }, h("b", {}, own.question), h("ol", {}, own.levels.map((text) => h("li", {}, text))));
  }
  async function show() {
    const item = state.items[at];
    progress();
    const rows = await Promise.all([item.row_id, item.other_id].filter(Boolean).map((id) => ask("row", { id })));
    const done = state.done[item.item] || {};
    if (item.kind === "rating") current = Math.max(0, state.criteria.findIndex((name) => !(name in done)));
    main.replaceChildren(asking(rows[0]), h("div", { class: "sides" }, rows.map((row, number) => side(row, rows.length > 1 ? "AB"[number] : null))),
      h("div", { class: "ask", "data-item": item.item }, item.kind === "pair" ? pairButtons(done) : [guide(rows[0]), ratingButtons(done)]));
    main.style.paddingBottom = `${main.querySelector(".ask").offsetHeight + 24}px`;
    window.scrollTo(0, 0);
  }
  function ratingButtons(done) {
    return state.criteria.map((name, number) => h("div", { class: number === current ? "line now" : "line" }, h("span", {}, words(name)),
      [1, 2, 3, 4, 5].map((value) => h("button", { title: LEVELS[value], "aria-pressed": String(done[name] === value), click: guarded(() => rate(name, value)) }, String(value))),
      h("button", { "aria-pressed": String(name in done && done[name] === null), click: guarded(() => rate(name, null)) }, "cannot tell")));
  }
  function pairButtons(done) {
    return h("div", { class: "line" }, h("span", {}, "Better:"), [["a", "A"], ["tie", "Tie"], ["b", "B"]].map(([choice, text]) =>
      h("button", { "aria-pressed": String(done.vote === choice), click: guarded(() => vote(choice)) }, text)));
  }
  async function rate(name, value) {
    const item = state.items[at];
    await tell({ item: item.item, criterion: name, value });
    state.done[item.item] = { ...(state.done[item.item] || {}), [name]: value };
    if (complete(item)) next(); else show();
  }
  async function vote(choice) {
    const item = state.items[at];
    await tell({ item: item.item, choice });
    state.done[item.item] = { vote: choice };
    next();
  }
  function next() {
    const open = state.items.findIndex((item, number) => number > at && !complete(item));
    const first = state.items.findIndex((item) => !complete(item));
    if (open >= 0) at = open; else if (first >= 0) at = first; else { finished(); return; }
    show();
  }
  function guarded(act) {
    return (event) => Promise.resolve(act(event)).catch((error) => {
      const count = document.getElementById("count");
      count.className = "bad";
      count.textContent = `Not kept: ${error.message}. Is the command still running?`;
    });
  }
  document.addEventListener("keydown", guarded((event) => {
    if (!state || event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT") return null;
    const item = state.items[at];
    if (event.key === "ArrowLeft" && at > 0) { at -= document.getElementById("finished") ? 0 : 1; return show(); }
    if (event.key === "ArrowRight" && at < state.items.length - 1) { at++; return show(); }
    if (item.kind === "rating" && /^[0-5]$/.test(event.key)) return rate(state.criteria[current], event.key === "0" ? null : Number(event.key));
    if (item.kind === "pair") { const choice = { a: "a", b: "b", t: "tie" }[event.key]; if (choice) return vote(choice); }
    return null;
  }));
  signIn();
})();
