// Everything by keyboard.
const KEYS = [["/", "search"], ["j  k", "next and previous row"], ["Enter", "open the row"], ["Esc", "close, or leave the search"], ["t", "light or dark"], ["1 … 9", "go to a section"], ["?", "these keys"]];
const help = document.getElementById("help");
help.append(h("h3", {}, "Keyboard"), table(["", ""], KEYS.map(([key, text]) => [h("kbd", {}, key), text])), h("div", { class: "more" }, button("Close", () => help.close())));
document.getElementById("help-open").addEventListener("click", () => help.showModal());

function walk(by) {
  if (detail.open) { move(by); return; }
  const cards = [...list.children];
  if (!cards.length) return;
  state.focus = Math.max(0, Math.min(cards.length - 1, state.focus + by));
  cards[state.focus].focus();
  cards[state.focus].scrollIntoView({ block: "center" });
}
const isTyping = (node) => /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName) && !["range", "checkbox"].includes(node.type);
const ACTS = { "/": () => { if (!detail.open) query.focus(); }, j: () => walk(1), k: () => walk(-1), t: toggleTheme, "?": () => { if (!help.open) help.showModal(); } };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
  const jump = /^[1-9]$/.test(event.key) && !detail.open ? nav.children[Number(event.key) - 1] : null;
  if (jump) jump.click();
  else if (ACTS[event.key]) { event.preventDefault(); ACTS[event.key](); }
});
for (const dialog of [detail, help]) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
