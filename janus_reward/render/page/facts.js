// Evaluated in a world of its own (no prototype of the page's making); returns what is seen on the page, as plain data.
((given) => {
  "use strict";
  const { texts: maxTexts, list: maxList, chars } = given;
  const round = (v) => Math.round(v * 10) / 10;
  const cut = (s) => s.replace(/\s+/g, " ").trim().slice(0, chars);
  const hex = (css) => {
    const m = /rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+)/.exec(css);
    return m ? "#" + m.slice(1, 4).map((v) => Math.round(Number(v)).toString(16).padStart(2, "0")).join("") : undefined;
  };
  const scroll = document.scrollingElement || document.documentElement;
  const dx = window.scrollX, dy = window.scrollY;
  const box = (r) => [round(r.left + dx), round(r.top + dy), round(r.right + dx), round(r.bottom + dy)];
  const seen = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });

  const HEADING = /^H[1-6]$/;
  const roleOf = (el) => {
    for (let up = el; up && up !== document.body; up = up.parentElement) {
      if (HEADING.test(up.tagName) || up.getAttribute("role") === "heading") return up.tagName === "H1" ? "title" : "heading";
      if (up.tagName === "BUTTON" || up.getAttribute("role") === "button") return "button";
      if (up.tagName === "A" || up.getAttribute("role") === "link") return "link";
      if (["LABEL", "LEGEND", "CAPTION", "FIGCAPTION", "TH"].includes(up.tagName)) return "label";
      if (up instanceof SVGElement && up.tagName === "svg") return svgRole(el);
    }
    return "text";
  };
  const svgRole = (el) => {
    const names = [];
    for (let up = el; up && up.tagName !== "svg"; up = up.parentElement) names.push(up.getAttribute("class") || "");
    const all = names.join(" ").toLowerCase();
    if (/\btick\b|[xyz]tick|axis-label-text/.test(all)) return "tick";
    if (/legend/.test(all)) return "legend";
    if (/[xyz]title|axis-?(title|label)/.test(all)) return "axis_label";
    if (/gtitle|\btitle\b|chart-title/.test(all)) return "title";
    return "text";
  };

  const texts = [];
  const add = (role, text, rect, el) => {
    if (!text || texts.length >= maxTexts) return;
    const style = getComputedStyle(el);
    const svg = el instanceof SVGElement;
    const item = { role, text: cut(text), box: box(rect), size: round(parseFloat(style.fontSize)) };
    const color = hex(svg ? style.fill : style.color);
    if (color) item.color = color;
    texts.push(item);
  };
  // One entry for each block of running text, not for each inline fragment of it.
  const INLINE = new Set(["B", "I", "EM", "STRONG", "SPAN", "SMALL", "CODE", "SUB", "SUP", "U", "MARK", "TSPAN", "tspan", "FONT"]);
  const owner = (node) => {
    let el = node.parentElement;
    while (el && INLINE.has(el.tagName) && el.parentElement && el.parentElement !== document.body &&
           getComputedStyle(el).display.startsWith("inline")) el = el.parentElement;
    return el;
  };
  const walker = document.createTreeWalker(document.body || document.documentElement, NodeFilter.SHOW_TEXT);
  const blocks = new Map();
  for (let node = walker.nextNode(), steps = 0; node && steps < 60000; node = walker.nextNode(), steps++) {
    if (!node.data.trim()) continue;
    const parent = node.parentElement;
    if (!parent || ["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "TITLE", "OPTION", "TEXTAREA"].includes(parent.tagName)) continue;
    const el = owner(node);
    if (!blocks.has(el)) { if (blocks.size >= maxTexts) break; blocks.set(el, []); }
    blocks.get(el).push(node);
  }
  for (const [el, nodes] of blocks) {
    const shown = nodes.filter((n) => seen(n.parentElement));
    if (!shown.length) continue;
    const range = document.createRange();
    range.setStartBefore(shown[0]);
    range.setEndAfter(shown[shown.length - 1]);
    const rect = range.getBoundingClientRect();
    if (rect.width < 1 || rect.height < 1) continue;
    add(roleOf(el), shown.map((n) => n.data).join(" "), rect, shown[0].parentElement);
  }
  for (const el of document.querySelectorAll("input, textarea, select")) {
    if (!seen(el) || ["hidden", "checkbox", "radio", "range", "color", "file"].includes(el.type)) continue;
    const words = el.tagName === "SELECT" ? el.selectedOptions[0]?.text : el.value || el.placeholder;
    add(["button", "submit", "reset"].includes(el.type) ? "button" : "text", words || "", el.getBoundingClientRect(), el);
  }

  const elements = {};
  for (const el of document.querySelectorAll("body *")) {
    const tag = el.tagName.toLowerCase().slice(0, 40);
    if (tag in elements || Object.keys(elements).length < maxList) elements[tag] = (elements[tag] || 0) + 1;
  }
  const count = (css) => [...document.querySelectorAll(css)].filter(seen).length;
  const widgets = {};
  for (const [kind, css] of Object.entries({
    button: "button, [role=button], input[type=button], input[type=submit], input[type=reset]",
    slider: "input[type=range], [role=slider]", select: "select, [role=listbox], [role=combobox]",
    input: "textarea, input:not([type=button]):not([type=submit]):not([type=reset]):not([type=range]):not([type=checkbox]):not([type=radio]):not([type=hidden])",
    checkbox: "input[type=checkbox], input[type=radio], [role=switch]", link: "a[href]", canvas: "canvas", svg: "svg", table: "table", form: "form",
  })) { const n = count(css); if (n) widgets[kind] = n; }

  const MARKS = { rect: "rect", circle: "circle", ellipse: "ellipse", line: "line", polyline: "line", polygon: "polygon", path: "path", text: "text", image: "image", g: "group" };
  const marks = {}, colors = [];
  for (const [tag, kind] of Object.entries(MARKS)) {
    const found = document.querySelectorAll(`svg ${tag}`);
    if (found.length) marks[kind] = (marks[kind] || 0) + found.length;
  }
  let painted = 0;
  for (const el of document.querySelectorAll("svg rect, svg circle, svg ellipse, svg path, svg polygon, svg line")) {
    if (++painted > 5000 || colors.length >= maxList) break;
    const style = getComputedStyle(el);
    for (const value of [style.fill, style.stroke]) {
      const color = value !== "none" && !/, 0\)$/.test(value) && hex(value);
      if (color && !colors.includes(color) && colors.length < maxList) colors.push(color);
    }
  }

  const wide = document.documentElement.clientWidth;
  const over = Math.max(scroll.scrollWidth, document.body?.scrollWidth || 0) - wide;
  let sticking = 0, looked = 0;
  if (over > 0) for (const el of document.querySelectorAll("body *")) {
    if (++looked > 20000) break;
    const r = el.getBoundingClientRect();
    if (r.width > 0 && r.right + dx > wide + 1) sticking += 1;
  }
  const broken = [...document.images].filter((img) => img.complete && img.naturalWidth === 0 && (img.getAttribute("src") || img.srcset) && seen(img)).length;
  return {
    texts, elements, widgets, marks, colors, title: cut(document.title || ""),
    overflow: { x: Math.max(0, Math.round(over)), elements: sticking }, broken_images: broken,
  };
})
