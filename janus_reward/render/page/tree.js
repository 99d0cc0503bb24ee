// Evaluated in a world of its own: the elements of the page with the style that each one sets for itself.
// A property is told where it differs from its initial value, or from the parent's where it is inherited, so that a
// rule changed in one place shows in one place.
((given) => {
  "use strict";
  const { nodes: maxNodes, chars: maxChars } = given;
  const INHERITED = ["color", "font-family", "font-size", "font-style", "font-weight", "font-stretch", "font-variant-caps",
    "letter-spacing", "line-height", "list-style-type", "list-style-position", "list-style-image", "text-align",
    "text-indent", "text-shadow", "text-transform", "visibility", "white-space-collapse", "text-wrap-mode", "word-spacing",
    "word-break", "overflow-wrap", "border-collapse", "border-spacing", "caption-side", "direction", "writing-mode",
    "cursor", "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "text-anchor"];
  const ZERO = ["border-top-width", "border-right-width", "border-bottom-width", "border-left-width",
    "border-top-left-radius", "border-top-right-radius", "border-bottom-right-radius", "border-bottom-left-radius"];
  const INITIAL = { "background-color": "rgba(0, 0, 0, 0)", "background-image": "none", "background-size": "auto",
    "background-position": "0% 0%", "background-repeat": "repeat", "background-attachment": "scroll",
    "background-clip": "border-box", "background-origin": "padding-box", "border-top-style": "none",
    "border-right-style": "none", "border-bottom-style": "none", "border-left-style": "none", "border-image-source": "none",
    "box-shadow": "none", "opacity": "1", "display": "block", "position": "static", "z-index": "auto", "float": "none",
    "clear": "none", "row-gap": "normal", "column-gap": "normal", "flex-direction": "row", "flex-wrap": "nowrap",
    "flex-grow": "0", "flex-shrink": "1", "order": "0", "justify-content": "normal", "justify-items": "normal",
    "justify-self": "auto", "align-items": "normal", "align-content": "normal", "align-self": "auto",
    "grid-auto-flow": "row", "grid-template-areas": "none", "grid-row-start": "auto", "grid-row-end": "auto",
    "grid-column-start": "auto", "grid-column-end": "auto", "column-count": "auto", "table-layout": "auto",
    "overflow-x": "visible", "overflow-y": "visible", "text-overflow": "clip", "-webkit-line-clamp": "none",
    "text-decoration-line": "none", "filter": "none", "backdrop-filter": "none", "object-fit": "fill",
    "object-position": "50% 50%", "aspect-ratio": "auto", "vertical-align": "baseline", "outline-style": "none",
    "clip-path": "none", "mask-image": "none", "mix-blend-mode": "normal", "rotate": "none", "scale": "none",
    "translate": "none", "box-sizing": "content-box", "animation-name": "none" };
  for (const name of ZERO) INITIAL[name] = "0px";
  // What a browser resolves to pixels of the layout: told as it was set, so that a change elsewhere does not show here.
  const SET = { "width": "auto", "height": "auto", "min-width": "auto", "min-height": "auto", "max-width": "none",
    "max-height": "none", "top": "auto", "right": "auto", "bottom": "auto", "left": "auto", "flex-basis": "auto",
    "transform": "none", "grid-template-columns": "none", "grid-template-rows": "none" };
  for (const side of ["top", "right", "bottom", "left"]) SET[`margin-${side}`] = SET[`padding-${side}`] = "0px";
  const BORDERS = ["top", "right", "bottom", "left"];
  const round = (v) => Math.round(v * 10) / 10;
  const cut = (s) => String(s).slice(0, maxChars);
  const own = (style, parent, set) => {
    const told = {};
    for (const name of INHERITED) {
      const value = style.getPropertyValue(name);
      if (!parent || value !== parent.getPropertyValue(name)) told[name] = cut(value);
    }
    for (const name in INITIAL) {
      const value = style.getPropertyValue(name);
      if (value && value !== INITIAL[name]) told[name] = cut(value);
    }
    for (const name in SET) {
      const value = set ? String(set.get(name) ?? "") : style.getPropertyValue(name);
      if (value && value !== SET[name]) told[name] = cut(value);
    }
    if (told["outline-style"]) {
      for (const part of ["color", "width"]) told[`outline-${part}`] = cut(style.getPropertyValue(`outline-${part}`));
    }
    if (told["text-decoration-line"]) {
      for (const part of ["color", "style"]) told[`text-decoration-${part}`] = cut(style.getPropertyValue(`text-decoration-${part}`));
    }
    for (const side of BORDERS) {
      if (told[`border-${side}-style`]) told[`border-${side}-color`] = cut(style.getPropertyValue(`border-${side}-color`));
    }
    return told;
  };
  const table = new Map(), styles = [], nodes = [];
  const indexed = (told) => {
    const key = JSON.stringify(told);
    if (!table.has(key)) { table.set(key, styles.length); styles.push(told); }
    return table.get(key);
  };
  const name = (el) => cut([el.id && `#${el.id}`, ...[...el.classList].slice(0, 16).map((c) => `.${c}`)].filter(Boolean).join(""));
  const text = (el) => cut([...el.childNodes].filter((n) => n.nodeType === 3).slice(0, 20).map((n) => n.data).join(" ").replace(/\s+/g, " ").trim());
  const pseudo = (el, kind, style) => {
    const made = getComputedStyle(el, kind);
    if (!made || ["none", "normal", ""].includes(made.content)) return undefined;
    return indexed({ ...own(made, style), content: cut(made.content) });
  };
  const SKIPPED = new Set(["SCRIPT", "STYLE", "LINK", "META", "TITLE", "NOSCRIPT", "TEMPLATE", "HEAD"]);
  const visit = (el, depth, parent) => {
    if (nodes.length >= maxNodes || depth > 60 || SKIPPED.has(el.tagName)) return;
    const style = getComputedStyle(el), r = el.getBoundingClientRect();
    const node = { tag: el.tagName.toLowerCase().slice(0, 40), depth, style: indexed(own(style, parent, el.computedStyleMap())) };
    const named = name(el), words = text(el);
    if (named) node.name = named;
    if (words) node.text = words;
    if (r.width || r.height) node.box = [r.left + window.scrollX, r.top + window.scrollY, r.right + window.scrollX, r.bottom + window.scrollY].map(round);
    const before = pseudo(el, "::before", style), after = pseudo(el, "::after", style);
    if (before !== undefined) node.before = before;
    if (after !== undefined) node.after = after;
    nodes.push(node);
    for (const child of el.children) visit(child, depth + 1, style);
  };
  visit(document.documentElement, 0, null);
  return { tree: { styles, nodes } };
})
