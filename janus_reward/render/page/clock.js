// Runs before any script of a page, in every frame. Virtual time itself comes from the browser (timers, Date); this puts
// animation frames, performance.now, CSS and SVG animations and all randomness on that same clock.
((given) => {
  "use strict";
  const { seed, horizonMs } = given;
  const native = {
    now: Date.now.bind(Date),
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    setInterval: window.setInterval.bind(window),
    clearInterval: window.clearInterval.bind(window),
    frame: window.requestAnimationFrame.bind(window),
    animations: Document.prototype.getAnimations,
  };
  let frameMs = 1000 / 60;
  const SLOW_FRAME_MS = 100;
  const SYNC_MS = 50;
  const origin = native.now();
  const put = (owner, name, value) => {
    try {
      Object.defineProperty(owner, name, { value, writable: true, configurable: true });
    } catch {
      /* a frame without this interface */
    }
  };

  // --- time: virtual time stands still within a task, so a busy wait would never end; let it creep forward.
  let reads = 0, drift = 0, seenAt = origin;
  const now = () => {
    const at = native.now();
    if (at !== seenAt) { seenAt = at; reads = 0; drift = Math.max(0, drift - 1); }
    if (++reads > 5000) { reads = 4900; drift += 1; }
    return at + drift;
  };
  put(Date, "now", () => now());
  put(Performance.prototype, "now", () => now() - origin);

  // --- timers, counted so that a page at rest is known to be at rest
  const due = new Map();
  const wrap = (work, args) => (typeof work === "function" ? () => work.apply(window, args) : () => (0, eval)(String(work)));
  put(window, "setTimeout", (work, wait, ...args) => {
    const run = wrap(work, args);
    const id = native.setTimeout(() => { due.delete(id); run(); }, wait);
    due.set(id, now() - origin + Math.max(0, Number(wait) || 0));
    return id;
  });
  put(window, "setInterval", (work, wait, ...args) => {
    const id = native.setInterval(wrap(work, args), wait);
    due.set(id, now() - origin + Math.max(0, Number(wait) || 0));
    return id;
  });
  const clear = (undo) => (id) => { due.delete(Number(id)); undo(id); };
  put(window, "clearTimeout", clear(native.clearTimeout));
  put(window, "clearInterval", clear(native.clearInterval));

  // --- animation frames: sixty in a virtual second, none lost and none extra
  let queue = new Map(), frames = 0, armed = false;
  const flush = () => {
    armed = false;
    const batch = queue;
    queue = new Map();
    const at = now() - origin;
    for (const [id, work] of batch) {
      if (batch.get(id) !== work) continue;
      try { work(at); } catch (error) { reportError(error); }
    }
  };
  put(window, "requestAnimationFrame", (work) => {
    if (typeof work !== "function") throw new TypeError("requestAnimationFrame needs a function");
    queue.set(++frames, work);
    if (!armed) {
      armed = true;
      const at = now() - origin;
      native.setTimeout(flush, Math.max(1, Math.ceil((Math.floor(at / frameMs) + 1) * frameMs - at)));
    }
    return frames;
  });
  put(window, "cancelAnimationFrame", (id) => { queue.delete(id); });
  put(window, "requestIdleCallback", (work) => window.setTimeout(() => work({ didTimeout: false, timeRemaining: () => 10 }), 1));
  put(window, "cancelIdleCallback", (id) => window.clearTimeout(id));

  // A frame of WebGL is drawn by the processor here: ten of them make a virtual second.
  const getContext = HTMLCanvasElement.prototype.getContext;
  const contexts = new WeakMap();
  put(HTMLCanvasElement.prototype, "getContext", function (kind, ...rest) {
    if (/webgl/.test(kind)) frameMs = SLOW_FRAME_MS;
    const made = getContext.call(this, kind, ...rest);
    if (made) contexts.set(this, kind);
    return made;
  });

  // --- randomness
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  put(Math, "random", () => random());
  const fill = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256;
    return array;
  };
  put(Crypto.prototype, "getRandomValues", fill);
  put(Crypto.prototype, "randomUUID", () => {
    const hex = Array.from(fill(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0"));
    hex[6] = "4" + hex[6][1];
    hex[8] = "89ab"[parseInt(hex[8][0], 16) & 3] + hex[8][1];
    return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  });

  // --- CSS and Web animations: paused, and set to the virtual time since they began
  const began = new WeakMap(), over = new WeakSet();
  let moving = 0;
  const place = (animation, at) => {
    if (animation.timeline !== document.timeline || !animation.effect) return;
    if (over.has(animation) && animation.playState === "finished") return;
    if (!began.has(animation)) {
      if (animation.playState !== "running") return;
      over.delete(animation);
      began.set(animation, at);
      animation.pause();
    }
    const elapsed = (at - began.get(animation)) * Math.abs(animation.playbackRate || 1);
    const end = Number(animation.effect.getComputedTiming().endTime);
    if (elapsed >= end) { began.delete(animation); over.add(animation); animation.finish(); return; }
    animation.currentTime = elapsed;
    moving += 1;
  };
  const sync = () => {
    moving = 0;
    const at = now() - origin;
    for (const animation of native.animations.call(document)) {
      try { place(animation, at); } catch { moving += 1; }
    }
    for (const svg of document.querySelectorAll("svg")) {
      if (!svg.querySelector("animate, animateTransform, animateMotion, set")) continue;
      svg.pauseAnimations();
      svg.setCurrentTime(at / 1000);
      moving += 1;
    }
  };
  const follow = () => { sync(); native.setTimeout(follow, SYNC_MS); };
  native.setTimeout(follow, 0);

  // --- style changes that come about while a picture is taken start no transition; those under way go on
  const instant = new CSSStyleSheet();
  instant.replaceSync("*, ::before, ::after { transition-duration: 0s !important; transition-delay: 0s !important }");
  const adopted = Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets");
  const hold = (held) => {
    const others = [...adopted.get.call(document)].filter((sheet) => sheet !== instant);
    adopted.set.call(document, held ? [...others, instant] : others);
  };

  // --- ways out of the page, and calls that wait for a person
  const refused = [];
  put(window, "open", (url) => { if (refused.length < 50) refused.push(String(url)); return null; });
  for (const name of ["alert", "print", "close", "stop", "focus", "moveTo", "resizeTo"]) put(window, name, () => undefined);
  put(window, "confirm", () => true);
  put(window, "prompt", (_, preset) => preset ?? "");
  for (const name of ["WebSocket", "EventSource", "RTCPeerConnection", "WebTransport"]) {
    const Real = window[name];
    if (!Real) continue;
    put(window, name, new Proxy(Real, {
      construct(target, args) {
        if (refused.length < 50 && typeof args[0] === "string") refused.push(args[0]);
        return Reflect.construct(target, args);
      },
    }));
  }

  const realFrames = async (count) => {
    for (let i = 0; i < count; i++) await new Promise((done) => native.frame(done));
  };
  const fonts = () => Promise.race([document.fonts.ready, realFrames(60)]);
  Object.defineProperty(window, "__janusClock", {
    value: Object.freeze({
      // Everything that hangs on real frames (observers, fonts, layout) is done; says whether more would happen later.
      async settle() {
        await fonts();
        sync();
        await realFrames(2);
        const soon = [...due.values()].some((at) => at <= horizonMs);
        return { active: queue.size > 0 || moving > 0 || soon, refused };
      },
      // Before and after a picture is taken.
      hold,
      // The kind of context a canvas was asked for: pixels of WebGL cannot be read back later.
      contextOf: (canvas) => contexts.get(canvas),
    }),
  });
})
