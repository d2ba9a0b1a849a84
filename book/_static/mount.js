// Brings the widgets of a page to life, which has no kernel: puts the browser's own sliders into the HTML that Python
// drew, and lets each widget's script take that over, with the state that the build saved.

/** @typedef {import("../../src/helpers/explorers/drawing.js").Sliders} Sliders */
/** @typedef {{ script: string, state: Record<string, any>, buffers: { path: string[], data: string }[], file?: string }} Saved */
/** @typedef {{ render(view: { model: Model, el: Element }): unknown }} Script */
/** @typedef {{ el: HTMLElement, model: Model, sliders: Sliders, script: string, file?: string }} Widget */

/** A widget's state, as anywidget's model in JupyterLab. */
class Model extends EventTarget {
  /** @param {Saved} saved */
  constructor({ state, buffers }) {
    super();
    this.state = { ...state };
    for (const { path, data } of buffers) this.decode(path[0], data);
  }
  /** @param {string} name @param {string} data */
  decode(name, data) {
    this.state[name] = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  }
  /** @param {string} name */
  get(name) {
    return this.state[name];
  }
  /** @param {string} name @param {unknown} value */
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.dispatchEvent(new Event(`change:${name}`));
  }
  save_changes() {} // there is no kernel to tell
  on = this.addEventListener;
  off = this.removeEventListener;
}

/** Say in a widget's place why it stays as it is. @param {HTMLElement} el @param {unknown} error */
function excuse(el, error) {
  console.warn(error);
  const sentence = document.createElement("p");
  sentence.className = "gc-excuse";
  sentence.textContent = `This stays as it is: it could not be started in this browser (${error}).`;
  el.append(sentence);
  el.removeAttribute("aria-busy");
}

/** Return what is made for an element; where that fails, say so there. One broken widget leaves the others as they are.
 * @template Result @param {HTMLElement} el @param {() => Result | Promise<Result>} make */
async function attempt(el, make) {
  try {
    return await make();
  } catch (error) {
    excuse(el, error);
    return undefined;
  }
}

/** Load the frames that stand in a file of their own. @param {Widget} widget @returns {Promise<void>} */
function loadFrames({ el, model, file }) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.addEventListener("error", () => reject(new Error("its frames did not load")));
    script.addEventListener("load", () => {
      /** @type {Record<string, string>} */
      const frames = /** @type {any} */ (globalThis).FRAMES[el.id];
      for (const [name, data] of Object.entries(frames)) model.decode(name, data);
      resolve();
    });
    script.src = file;
    document.head.append(script);
  });
}

/** Let a widget's script take over what Python drew. @param {Widget} widget */
async function start(widget) {
  const { el, model, script, file } = widget;
  /** @type {Record<string, Script>} */
  const scripts = /** @type {any} */ (globalThis).widgetScripts;
  if (!scripts?.[script]) throw new Error("its script did not load");
  if (file) await loadFrames(widget);
  await scripts[script].render({ model, el: el.querySelector(".widget-any") });
  addSliders(widget);
  Object.assign(el, { model }); // for who looks into the page
  el.removeAttribute("aria-busy");
}

/** Start each widget when the reader comes near. @param {Widget[]} widgets */
function startLater(widgets) {
  const near = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        const widget = widgets.find(({ el }) => el === target);
        attempt(widget.el, () => start(widget));
      }
    },
    { rootMargin: "1000px" },
  );
  for (const { el } of widgets) {
    el.setAttribute("aria-busy", "true");
    near.observe(el);
  }
}

/** Put sliders and menus into the rows that Python drew for them. @param {Widget} widget */
function addSliders({ el, model, sliders }) {
  const rows = el.querySelectorAll(".widget-slider");
  const shown = Object.entries(sliders).filter(([, slider]) => slider.shown);
  shown.forEach(([name, { first, step, labels, words, menu }], number) => {
    const readout = rows[number].querySelector(".widget-value");
    const control = menu ? menuOf(words) : document.createElement("input");
    if (!menu) Object.assign(control, { type: "range", min: first, max: first + step * (labels.length - 1), step });
    const show = () => {
      const word = words[(model.get(name) - first) / step];
      const isBlocked = model.get("blocked")?.[name]?.includes((model.get(name) - first) / step);
      control.value = model.get(name);
      if (!menu) control.setAttribute("aria-valuetext", isBlocked ? `${word}, impossible` : word);
      readout.textContent = word;
    };
    readout.setAttribute("aria-hidden", "true"); // the slider itself says it
    control.addEventListener("input", () => model.set(name, Number(control.value)));
    model.on(`change:${name}`, show);
    const mark = () => {
      control.style.background = marks(model.get("blocked")?.[name] ?? [], labels.length);
      show();
    };
    model.on("change:blocked", mark);
    mark();
    rows[number].querySelector("i").replaceWith(control);
    if (menu) readout.remove();
  });
}

/** @param {string[]} words */
function menuOf(words) {
  const select = document.createElement("select");
  select.append(...words.map((word, position) => new Option(word, String(position))));
  return select;
}

/** Return a background that marks positions of a slider which are impossible. @param {number[]} positions @param {number} length */
function marks(positions, length) {
  const thumb = 16, each = `calc((100% - ${thumb}px) / ${Math.max(length - 1, 1)})`;
  const gradients = positions.map((position) => {
    const middle = `calc(${thumb / 2}px + ${position} * (100% - ${thumb}px) / ${Math.max(length - 1, 1)})`;
    const [from, to] = ["-", "+"].map((sign) => `calc(${middle} ${sign} ${each} / 2)`);
    return `linear-gradient(90deg, transparent ${from}, var(--blocked) ${from} ${to}, transparent ${to}) bottom / 100% 5px no-repeat`;
  });
  return gradients.join(", ");
}

/** The section that the address names before any setting. */
function sectionOfAddress() {
  const [place] = location.hash.slice(1).split("&");
  return place && document.getElementById(decoded(place)) ? place : "";
}

/** Keep in the address what differs from the start: #explorer-layer.stride=2&explorer-gates.gate_bias=1
 * A section that the address names stays in front: #claim-1-1-b&explorer-layer.stride=2
 * @param {Widget[]} widgets */
function keepInAddress(widgets) {
  const kept = new URLSearchParams();
  for (const { el, model, sliders } of widgets) {
    for (const [name, { start, first, step, labels }] of Object.entries(sliders)) {
      const value = model.get(name);
      if (value !== start) kept.set(`${el.id}.${name}`, labels[(value - first) / step]);
    }
  }
  const fragment = [sectionOfAddress(), String(kept)].filter(Boolean).join("&");
  history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
}

/** Return what an address says after its #, as this page wrote it or as a program for mail or chat has encoded it again.
 * @param {string} hash */
function parseAddress(hash) {
  let text = hash.slice(1).replace(/&amp;|&#38;|&#x26;/gi, "&").replace(/=3D/g, "="); // of HTML, of quoted-printable
  while (!text.includes("=") && /%(25|3D)/i.test(text)) text = decoded(text);
  return new URLSearchParams(text);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%/g, ""); // no encoding of anything
  }
}

/** Return the position of a value that an address names; a sentence may have ended behind it. Else −1.
 * @param {string[]} labels @param {string | null} value */
function positionOf(labels, value) {
  if (value === null) return -1;
  const texts = [value, decoded(value)].flatMap((text) => [text, text.replace(/[\s.,;:!?)\]>}"'»”’…]+$/, "")]);
  return Math.max(...texts.map((text) => labels.indexOf(text.trim())));
}

/** Take from the address what it says of a widget; where it says nothing, or nothing that can be, the start.
 * @param {Widget[]} widgets @returns the first that it names */
function takeFromAddress(widgets) {
  const kept = parseAddress(location.hash);
  const named = widgets.find(({ el }) => [...kept.keys()].some((key) => key.startsWith(`${el.id}.`)));
  if (!named) return undefined; // the address of a heading, say
  for (const { el, model, sliders } of widgets) {
    for (const [name, { start, first, step, labels }] of Object.entries(sliders)) {
      const position = positionOf(labels, kept.get(`${el.id}.${name}`));
      model.set(name, position < 0 ? start : first + step * position);
    }
  }
  return named;
}

async function mount() {
  /** @type {Saved[]} */
  const saved = JSON.parse(document.getElementById("widgets").textContent);
  const made = await Promise.all(
    saved.map((one) => {
      const el = document.getElementById(one.state.place);
      if (!el) return undefined; // a notebook may make a widget and not show it
      return attempt(el, () => ({ el, model: new Model(one), sliders: { ...one.state.sliders }, script: one.script, file: one.file }));
    }),
  );
  const widgets = made.filter(Boolean);
  const first = takeFromAddress(widgets);
  const atOnce = widgets.filter((widget) => !widget.file || widget === first);
  await Promise.all(atOnce.map((widget) => attempt(widget.el, () => start(widget))));
  startLater(widgets.filter((widget) => !atOnce.includes(widget)));
  document.getElementById("still")?.remove();
  const section = document.getElementById(decoded(sectionOfAddress()));
  if (first && section) section.scrollIntoView();
  else first?.el.scrollIntoView({ block: "center" });

  /** @type {ReturnType<typeof setTimeout>} */
  let soon;
  const keep = () => {
    clearTimeout(soon);
    soon = setTimeout(keepInAddress, 300, widgets); // a browser refuses to change it at every step
  };
  for (const { model, sliders } of widgets) for (const name in sliders) model.on(`change:${name}`, keep);
  addEventListener("hashchange", () => takeFromAddress(widgets));
}

// A classic script, deferred: a module would not load on a page opened from a file.
mount()
  .then(() => document.fonts?.ready)
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => {
    document.documentElement.dataset.explorers = "drawn"; // book.css and the tests wait for it
  });
