// Evaluated in a world of its own: where things stand on the page, what they are, and what of them cannot be seen.
((given) => {
  "use strict";
  const { boxes: maxBoxes, list: maxList, looked: maxLooked, pairs: maxPairs } = given;
  const round = (v) => Math.round(v * 10) / 10;
  const dx = window.scrollX, dy = window.scrollY;
  const wide = document.documentElement.clientWidth;
  const corners = (r) => [r.left + dx, r.top + dy, r.right + dx, r.bottom + dy];
  const area = (b) => Math.max(0, b[2] - b[0]) * Math.max(0, b[3] - b[1]);
  const shared = (a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  const seen = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const styles = new Map();
  const styleOf = (el) => {
    if (!styles.has(el)) styles.set(el, getComputedStyle(el));
    return styles.get(el);
  };

  // --- colours, laid over each other as the browser does
  const rgba = (css) => {
    const m = /^rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+)(?:[,/ ]+([\d.]+))?\)$/.exec(css);
    return m ? [Number(m[1]), Number(m[2]), Number(m[3]), m[4] === undefined ? 1 : Number(m[4])] : null;
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const hex = (c) => "#" + c.slice(0, 3).map((v) => Math.round(v).toString(16).padStart(2, "0")).join("");
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a.map(Math.round)), luminance(b.map(Math.round))].sort((x, y) => y - x);
    return Math.round(((high + 0.05) / (low + 0.05)) * 100) / 100;
  };
  const grounds = new Map();
  // The colour behind an element's text: undefined on a picture, a gradient or a colour of another space.
  const groundOf = (el) => {
    if (!el) return [255, 255, 255];
    if (grounds.has(el)) return grounds.get(el);
    const style = styleOf(el), own = rgba(style.backgroundColor);
    let ground;
    if (style.backgroundImage === "none" && own && own[3] >= 1) ground = own.slice(0, 3);
    else if (style.backgroundImage === "none" && own) {
      const below = groundOf(el.parentElement);
      ground = below && over(own, below);
    }
    grounds.set(el, ground);
    return ground;
  };
  const opacityOf = (el) => {
    let all = 1;
    for (let up = el, depth = 0; up && depth < 60; up = up.parentElement, depth++) all *= Number(styleOf(up).opacity) || 0;
    return all;
  };

  // --- what cuts off what
  const clips = new Map();
  const EVERYWHERE = [-Infinity, -Infinity, Infinity, Infinity];
  const clipOf = (el) => {
    if (!el || el === document.body || el === document.documentElement) return { box: EVERYWHERE, scrolls: false };
    if (clips.has(el)) return clips.get(el);
    const style = styleOf(el);
    let clip = style.position === "fixed" ? { box: EVERYWHERE, scrolls: false } : clipOf(el.parentElement);
    if (style.overflowX !== "visible" || style.overflowY !== "visible") {
      const scrolls = clip.scrolls || /auto|scroll/.test(style.overflowX + style.overflowY);
      clip = { box: shared(clip.box, corners(el.getBoundingClientRect())), scrolls };
    }
    clips.set(el, clip);
    return clip;
  };

  // Far to the left or above is where pages keep what only screen readers and measuring scripts are to see.
  const PARKED_PX = 1000;
  const SKIPPED = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "LINK", "META", "TITLE", "BR", "WBR", "OPTION", "OPTGROUP", "SOURCE", "TRACK"]);
  const MEDIA = new Set(["IMG", "CANVAS", "VIDEO", "IFRAME", "OBJECT", "EMBED", "svg"]);
  const CONTROL = "button, [role=button], input:not([type=hidden]), select, textarea";
  const LANDMARK = new Set(["HEADER", "NAV", "MAIN", "SECTION", "ARTICLE", "ASIDE", "FOOTER", "FORM", "FIGURE"]);
  const ownText = (el) => {
    let chars = 0, first = null, last = null;
    for (const node of el.childNodes) {
      if (node.nodeType !== 3 || !node.data.trim()) continue;
      chars += node.data.trim().length;
      first ??= node;
      last = node;
    }
    return { chars, first, last };
  };
  const painted = (style) =>
    style.backgroundImage !== "none" || (rgba(style.backgroundColor) || [0, 0, 0, 0])[3] > 0 ||
    (style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0) || style.boxShadow !== "none";

  // --- one walk over the page
  const boxes = [], place = new Map(), things = [], pictures = [];
  const clipping = { texts: 0, clipped: 0 }, offscreen = { elements: 0, outside: 0 };
  const landmarks = {}, headings = [];
  let looked = 0;
  for (const el of document.querySelectorAll("body *")) {
    if (++looked > maxLooked || boxes.length >= maxBoxes) break;
    if (SKIPPED.has(el.tagName) || (el.ownerSVGElement && el.tagName !== "svg") || (el.tagName === "svg" && el.ownerSVGElement)) continue;
    if (!seen(el)) continue;
    const rect = el.getBoundingClientRect();
    if (rect.width < 1 || rect.height < 1) continue;
    const style = styleOf(el), media = MEDIA.has(el.tagName), control = el.matches(CONTROL), landmark = LANDMARK.has(el.tagName);
    const text = media ? { chars: 0 } : ownText(el);
    const box = corners(rect), clip = clipOf(el.parentElement), inside = shared(box, clip.box);
    const hidden = clip.box[2] - clip.box[0] <= 2 || clip.box[3] - clip.box[1] <= 2 || (box[2] - box[0] <= 2 && style.overflow !== "visible");
    const parked = box[2] < -PARKED_PX || box[3] < -PARKED_PX;
    if (hidden || parked) continue;
    const level = /^H([1-6])$/.exec(el.tagName);
    if (level && headings.length < maxList) headings.push(Number(level[1]));
    if (landmark) landmarks[el.tagName.toLowerCase()] = (landmarks[el.tagName.toLowerCase()] || 0) + 1;
    const kind = control ? "control" : media ? "media" : text.chars ? "text" : landmark ? "landmark" : painted(style) ? "box" : null;
    if (!kind) continue;
    let parent = el.parentElement;
    while (parent && !place.has(parent)) parent = parent.parentElement;
    const item = { tag: el.tagName.toLowerCase().slice(0, 40), box: box.map(round), parent: parent ? place.get(parent) : -1, kind };
    const role = el.getAttribute("role");
    if (role) item.role = role.slice(0, 40);
    if (media) pictures.push({ el, box });
    if (text.chars) {
      item.chars = text.chars;
      item.size = round(parseFloat(style.fontSize));
      item.weight = Number(style.fontWeight) || 400;
      item.family = style.fontFamily.split(",")[0].replace(/["']/g, "").trim().slice(0, 60);
      const own = rgba(style.color);
      const ground = pictures.some((p) => !p.el.contains(el) && area(shared(p.box, box)) > 0.1 * area(box)) ? undefined : groundOf(el);
      if (own) item.color = hex(own);
      if (own && ground) {
        const shown = over([own[0], own[1], own[2], own[3] * opacityOf(el)], ground);
        item.ground = hex(ground);
        item.contrast = contrast(shown, ground);
      }
    }
    place.set(el, boxes.length);
    boxes.push(item);
    if (kind === "landmark" || kind === "box") continue;

    const cutOff = area(inside) < 0.9 * area(box);
    if (!(cutOff && clip.box !== EVERYWHERE)) {
      offscreen.elements += 1;
      const x = (box[0] + box[2]) / 2;
      if (x < 0 || x > wide || (box[1] + box[3]) / 2 < 0) offscreen.outside += 1;
    }
    let body = box;
    if (text.chars) {
      const range = document.createRange();
      range.setStartBefore(text.first);
      range.setEndAfter(text.last);
      if (!control) body = corners(range.getBoundingClientRect());
      if (!clip.scrolls || style.textOverflow === "ellipsis") {
        const own = style.overflowX === "hidden" || style.overflowX === "clip" || style.overflowY === "hidden" ? clipOf(el) : clip;
        const lost = !own.scrolls && area(body) > 0 && area(shared(body, own.box)) < 0.9 * area(body);
        clipping.texts += 1;
        if (lost || (style.textOverflow === "ellipsis" && el.scrollWidth > el.clientWidth + 1)) clipping.clipped += 1;
      }
    }
    const flat = style.position !== "fixed" && style.position !== "sticky";
    const wraps = style.display === "inline" && !control;
    if (kind !== "media" && flat && !wraps && things.length < maxPairs) things.push({ el, box: shared(body, clipOf(el).box) });
  }

  // --- what lies over what
  const hit = new Set();
  for (let i = 0; i < things.length; i++) for (let j = 0; j < i; j++) {
    const a = things[i], b = things[j];
    if (a.box[0] >= b.box[2] || b.box[0] >= a.box[2] || a.box[1] >= b.box[3] || b.box[1] >= a.box[3]) continue;
    const least = Math.min(area(a.box), area(b.box));
    if (least <= 4 || area(shared(a.box, b.box)) <= 0.2 * least || a.el.contains(b.el) || b.el.contains(a.el)) continue;
    hit.add(i).add(j);
  }

  // --- pictures, canvases, drawings
  const sizeOf = (el) => { const r = el.getBoundingClientRect(); return [round(r.width), round(r.height)]; };
  const images = [];
  for (const el of document.images) {
    if (images.length >= maxList) break;
    if (!seen(el)) continue;
    const item = { natural: [el.naturalWidth, el.naturalHeight], shown: sizeOf(el) };
    item.broken = el.complete && el.naturalWidth === 0 && Boolean(el.getAttribute("src") || el.srcset);
    if (el.hasAttribute("alt")) item.alt = el.alt.slice(0, 200);
    images.push(item);
  }
  const SIDE = 96;
  const coloursOn = (el) => {
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [SIDE, SIDE];
    const ink = copy.getContext("2d", { willReadFrequently: true });
    ink.drawImage(el, 0, 0, SIDE, SIDE);
    const found = new Set();
    for (const pixel of new Uint32Array(ink.getImageData(0, 0, SIDE, SIDE).data.buffer)) {
      if (found.add(pixel).size >= 64) break;
    }
    return found.size;
  };
  const canvases = [];
  for (const el of [...document.querySelectorAll("canvas")].slice(0, maxList)) {
    const item = { size: [el.width, el.height], visible: seen(el) };
    if (el.id) item.id = el.id.slice(0, 100);
    try {
      if (canvases.length < 10 && item.visible) {
        item.colors = el.width && el.height ? coloursOn(el) : 0;
        item.drawn = item.colors > 1;
      }
    } catch { /* pixels of another origin cannot be read back */ }
    canvases.push(item);
  }
  const drawings = [];
  for (const el of document.querySelectorAll("svg")) {
    if (drawings.length >= maxList) break;
    if (el.ownerSVGElement || !seen(el)) continue;
    const item = { size: sizeOf(el), shapes: el.querySelectorAll("rect, circle, ellipse, line, polyline, polygon, path, text, image, use").length };
    if (el.id) item.id = el.id.slice(0, 100);
    drawings.push(item);
  }

  // --- sections that hold nothing: named containers count when a script was meant to fill them
  const sections = { total: 0, empty: 0, names: [] };
  const HOLDS = "img, canvas, svg, video, iframe, object, picture, button, input, select, textarea, hr, audio";
  let checked = 0;
  for (const el of document.querySelectorAll("header, nav, main, section, article, aside, footer, figure, form, div[id]")) {
    if (++checked > 400) break;
    const style = styleOf(el);
    if (style.display === "none" || style.visibility === "hidden") continue;
    if (el.tagName === "DIV" && (style.position === "absolute" || style.position === "fixed" || style.opacity === "0")) continue;
    sections.total += 1;
    const filled = el.textContent.trim() || el.querySelector(HOLDS) || el.shadowRoot || style.backgroundImage !== "none";
    if (filled || (el.tagName === "DIV" && painted(style) && el.clientHeight < 40)) continue;
    sections.empty += 1;
    if (sections.names.length < maxList) sections.names.push((el.id || el.tagName.toLowerCase()).slice(0, 100));
  }
  return {
    boxes, images, canvases, drawings, sections, headings, landmarks, clipping, offscreen,
    overlaps: { compared: things.length, overlapping: hit.size },
  };
})
