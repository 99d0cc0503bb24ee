// Evaluated in the page's own world, with the console's `getEventListeners`: which elements listen, which links lead
// nowhere. The page can lie here about itself only; what comes back is checked like any other fact.
((given) => {
  "use strict";
  const { selector, list: maxList, looked: maxLooked } = given;
  const USER = ["click", "input", "change", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart", "keydown", "keyup", "submit", "dblclick", "mousemove", "pointermove"];
  const known = new Map();
  const listens = (target) => {
    if (!known.has(target)) known.set(target, Object.keys(getEventListeners(target)));
    return known.get(target);
  };
  const around = (el) => {
    const found = new Set();
    for (let up = el, depth = 0; up && depth < 60; up = up.parentElement, depth++) listens(up).forEach((event) => found.add(event));
    for (const label of el.labels || []) listens(label).forEach((event) => found.add(event));
    if (el.form) for (const event of listens(el.form)) found.add(event);
    [document, window].forEach((top) => listens(top).forEach((event) => found.add(event)));
    return USER.filter((event) => found.has(event));
  };
  const handlers = { listeners: 0, inline: 0, undefined: [], buttons: 0, deaf: 0 };
  const KEYWORDS = new Set(["if", "for", "while", "switch", "function", "return", "catch", "typeof", "void", "new", "with", "super"]);
  const exists = (name) => { try { return (0, eval)(`typeof ${name}`) !== "undefined"; } catch { return true; } };
  const callsOf = (code) => {
    const plain = code.slice(0, 500).replace(/"[^"]*"|'[^']*'|`[^`]*`/g, "''");
    return [...plain.matchAll(/(?<![\w$.])([A-Za-z_$][\w$]*)\s*\(/g)].map((m) => m[1]).filter((name) => !KEYWORDS.has(name));
  };
  let looked = 0;
  for (const el of document.querySelectorAll("body, body *")) {
    if (++looked > maxLooked) break;
    if (listens(el).some((event) => USER.includes(event))) handlers.listeners += 1;
    const inline = el.getAttributeNames().filter((name) => name.startsWith("on") && USER.includes(name.slice(2)));
    if (inline.length) handlers.inline += 1;
    for (const name of inline) for (const call of callsOf(el.getAttribute(name))) {
      if (handlers.undefined.length >= maxList || handlers.undefined.includes(call)) continue;
      if (!exists(call) && !(call in el) && !(call in document)) handlers.undefined.push(call);
    }
  }
  const controls = [...document.querySelectorAll(selector)].slice(0, given.controls).map(around);
  const CLICKS = ["click", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart", "submit"];
  for (const el of document.querySelectorAll("button, [role=button], input[type=button], input[type=submit]")) {
    if (handlers.buttons >= 300) break;
    handlers.buttons += 1;
    const sends = el.form && el.type === "submit" && el.form.getAttribute("action");
    const opens = el.hasAttribute("popovertarget") || el.hasAttribute("command") || (el.form && el.type === "reset") || el.closest("a[href], summary, label");
    if (!sends && !opens && !around(el).some((event) => CLICKS.includes(event))) handlers.deaf += 1;
  }
  const links = { total: 0, dead: 0 };
  for (const el of document.querySelectorAll("a")) {
    if (links.total >= 500) break;
    const href = el.getAttribute("href");
    if (href === null && (el.id || el.getAttribute("name"))) continue;
    links.total += 1;
    const anchor = href !== null && href.length > 1 && href.startsWith("#") ? href.slice(1) : null;
    let name = anchor;
    try { name = anchor && decodeURIComponent(anchor); } catch { /* as it is written */ }
    const missing = anchor !== null && anchor !== "top" && !document.getElementById(name) && !document.getElementsByName(name).length;
    const nowhere = href === null || ["", "#"].includes(href.trim()) || /^\s*javascript:\s*(void\b.*|;?|undefined|false)\s*;?$/i.test(href);
    if ((missing || nowhere) && !around(el).some((event) => CLICKS.includes(event))) links.dead += 1;
  }
  const contexts = [...document.querySelectorAll("canvas")].slice(0, maxList).map((el) => String(window.__janusClock?.contextOf?.(el) ?? ""));
  return { handlers, links, listens: controls, contexts };
})
