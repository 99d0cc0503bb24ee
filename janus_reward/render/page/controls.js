// Evaluated in a world of its own: the form controls of the page and its elements with an id, as they stand.
((given) => {
  "use strict";
  const { controls: maxControls, ids: maxIds, selector } = given;
  const round = (v) => Math.round(v * 10) / 10;
  const cut = (s, n) => String(s).slice(0, 4 * n).replace(/\s+/g, " ").trim().slice(0, n);
  const seen = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const BUTTONS = new Set(["button", "submit", "reset", "image"]);
  const kindOf = (el) => {
    if (el.tagName === "SELECT") return "select";
    if (el.tagName === "TEXTAREA") return "input";
    if (el.tagName !== "INPUT" || BUTTONS.has(el.type)) return "button";
    return { range: "slider", checkbox: "checkbox", radio: "radio" }[el.type] || "input";
  };
  const labelOf = (el) => {
    const by = (el.getAttribute("aria-labelledby") || "").split(/\s+/).slice(0, 5).map((id) => document.getElementById(id)?.textContent || "");
    const near = [...(el.labels || [])].slice(0, 3).map((label) => label.textContent);
    const words = [...near, ...by, el.getAttribute("aria-label"), el.title, el.placeholder].find((s) => s && s.trim());
    return words ? cut(words, 200) : undefined;
  };
  const controls = [];
  for (const el of [...document.querySelectorAll(selector)].slice(0, maxControls)) {
    const kind = kindOf(el), item = { tag: el.tagName.toLowerCase(), kind, visible: seen(el) };
    if (el.id) item.id = el.id.slice(0, 100);
    if (typeof el.type === "string") item.type = el.type;
    const label = labelOf(el);
    if (label) item.label = label;
    const shown = el.tagName === "INPUT" ? (kind === "button" ? el.value : "") : kind === "button" ? el.textContent : "";
    if (shown.trim()) item.text = cut(shown, 200);
    if (["select", "slider", "input"].includes(kind) && el.type !== "password") item.value = cut(el.value, 200);
    for (const name of ["min", "max", "step"]) if (el.tagName === "INPUT" && el.getAttribute(name)) item[name] = cut(el.getAttribute(name), 40);
    if (kind === "checkbox" || kind === "radio") item.checked = el.checked;
    if (el.disabled) item.disabled = true;
    if (kind === "select") item.options = [...el.options].slice(0, 30).map((option) => cut(option.text, 80));
    controls.push(item);
  }
  const ids = [];
  for (const el of document.querySelectorAll("body [id], body[id]")) {
    if (ids.length >= maxIds) break;
    if (el.ownerSVGElement || !el.id) continue;
    const visible = seen(el), r = el.getBoundingClientRect();
    const item = { id: el.id.slice(0, 100), tag: el.tagName.toLowerCase().slice(0, 40), visible };
    const text = cut(el.tagName === "svg" || el.tagName === "SCRIPT" || el.tagName === "STYLE" ? "" : el.textContent, 120);
    if (text) item.text = text;
    if (typeof el.type === "string") item.type = el.type.slice(0, 40);
    if (visible) item.box = [r.left + window.scrollX, r.top + window.scrollY, r.right + window.scrollX, r.bottom + window.scrollY].map(round);
    ids.push(item);
  }
  return { controls, ids };
})
