// Evaluated in a world of its own, after the stills: says where a control is to be hit, and whether anything else of
// the page changed since the last look. The input events themselves come from the browser.
((given) => {
  "use strict";
  const { selector, limit, looked, pixels } = given;
  const BUTTONS = new Set(["button", "submit", "reset", "image"]);
  const TYPED = new Set(["text", "number", "search", "email", "url", "tel", "textarea"]);
  const kindOf = (el) => {
    if (el.tagName === "SELECT") return "select";
    if (el.tagName === "TEXTAREA") return "input";
    if (el.tagName !== "INPUT" || BUTTONS.has(el.type)) return "button";
    return { range: "slider", checkbox: "checkbox", radio: "radio" }[el.type] || "input";
  };
  const wanted = (el) => {
    if (el.matches(":disabled, [aria-disabled=true]") || el.readOnly) return false;
    const kind = kindOf(el);
    if (kind === "radio") return !el.checked;
    return kind !== "input" || TYPED.has(el.type);
  };
  const controls = [...document.querySelectorAll(selector)].filter(wanted).slice(0, limit);

  const mix = (hash, value) => Math.imul(hash ^ value, 0x01000193) >>> 0;
  const hashed = (text, hash = 0x811c9dc5) => {
    for (let i = 0; i < text.length && i < 4000; i++) hash = mix(hash, text.charCodeAt(i));
    return hash;
  };
  const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const inkOf = (el) => {
    if (!el.width || !el.height) return 0;
    const shrink = Math.min(1, Math.sqrt(pixels / (el.width * el.height)));
    const w = Math.max(1, Math.floor(el.width * shrink)), h = Math.max(1, Math.floor(el.height * shrink));
    if (copy.canvas.width !== w || copy.canvas.height !== h) [copy.canvas.width, copy.canvas.height] = [w, h];
    else copy.clearRect(0, 0, w, h);
    let hash = 0x811c9dc5;
    try {
      copy.drawImage(el, 0, 0, w, h);
      for (const pixel of new Uint32Array(copy.getImageData(0, 0, w, h).data.buffer)) hash = mix(hash, pixel);
    } catch { return 0; }
    return hash;
  };
  // One number for each element: its own tag, attributes, text and value, not those of its children.
  const look = () => {
    const seen = new Map();
    let count = 0, canvases = 0;
    for (const el of document.querySelectorAll("body, body *")) {
      if (++count > looked) break;
      let hash = hashed(el.tagName);
      for (const { name, value } of el.attributes) hash = hashed(value, hashed(name, hash));
      for (const node of el.childNodes) if (node.nodeType === 3) hash = hashed(node.data, hash);
      seen.set(el, { hash, value: "value" in el && !BUTTONS.has(el.type) ? `${el.value}|${el.checked}` : "" });
      if (el.tagName === "CANVAS" && canvases++ < 6) seen.get(el).ink = inkOf(el);
    }
    return seen;
  };
  let before = look(), restless = new Set();
  const differences = (after) => {
    const found = [];
    for (const [el, now] of after) {
      const old = before.get(el);
      if (!old || old.hash !== now.hash || old.value !== now.value || old.ink !== now.ink) found.push(el);
    }
    for (const el of before.keys()) if (!after.has(el)) found.push(el.isConnected ? el : document.body);
    return found;
  };
  const same = (a, b) => a === b || (a.type === "radio" && b.type === "radio" && a.name === b.name);

  globalThis.probing = {
    // What moves by itself from now on tells nothing of a control.
    idle() {
      const after = look();
      for (const el of differences(after)) restless.add(el);
      before = after;
      return restless.size;
    },
    aim(index) {
      const el = controls[index], kind = kindOf(el);
      if (!el.isConnected) return { gone: true };
      const label = el.labels?.[0];
      const faint = !el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      const target = faint && label && /radio|checkbox/.test(kind) ? label : el;
      let r = target.getBoundingClientRect();
      if (r.top < 0 || r.left < 0 || r.bottom > innerHeight || r.right > innerWidth) {
        target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
        r = target.getBoundingClientRect();
      }
      const x = r.left + r.width / 2, y = r.top + r.height / 2;
      const top = r.width && r.height && target.checkVisibility({ visibilityProperty: true }) ? document.elementFromPoint(x, y) : null;
      const reached = Boolean(top && (target.contains(top) || top.contains(target) && top !== document.body && top !== document.documentElement || el.labels && [...el.labels].some((one) => one.contains(top))));
      if (reached && !/button|checkbox|radio/.test(kind)) el.focus({ preventScroll: true });
      const far = kind === "slider" ? Number(el.value) >= Number(el.max || 100) : kind === "select" && el.selectedIndex >= el.options.length - 1;
      return { x, y, reached, far, typed: kind === "input" ? (el.type === "number" ? "number" : "text") : "" };
    },
    outcome(index) {
      const own = controls[index], after = look();
      let changed = false;
      for (const el of differences(after)) {
        const old = before.get(el), now = after.get(el);
        if (restless.has(el)) continue;
        const byItself = old && now && old.hash === now.hash && old.ink === now.ink && same(own, el);
        if (!byItself) changed = true;
      }
      before = after;
      const blind = restless.size > 0 && [...restless].some((el) => el.tagName === "CANVAS");
      return { changed, blind };
    },
  };
  const nameOf = (el) => el.labels?.[0]?.textContent || el.getAttribute("aria-label") || (kindOf(el) === "button" ? el.textContent || el.value : "") || el.title || el.placeholder || "";
  return controls.map((el) => ({ kind: kindOf(el), id: el.id.slice(0, 100), label: String(nameOf(el)).slice(0, 400).replace(/\s+/g, " ").trim().slice(0, 100) }));
})
