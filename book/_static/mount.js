// Brings the explorers of a page to life, which has no kernel: puts the browser's own sliders into the HTML that Python
// drew, and lets drawing.js update it, from the state of its widget that the build saved.

/** @typedef {import("../../src/helpers/explorers/drawing.js").Model} DrawingModel */
/** @typedef {import("../../src/helpers/explorers/drawing.js").Sliders} Sliders */
/** @typedef {{ el: HTMLElement, model: Model, sliders: Sliders }} Explorer */

/** The state of a drawing, as anywidget's model is for JupyterLab. @implements {DrawingModel} */
class Model {
  /** @param {{ state: Record<string, any>, buffers?: { path: string[], data: string }[] }} saved */
  constructor({ state, buffers = [] }) {
    this.state = { ...state };
    for (const { path, data } of buffers) {
      this.state[path[0]] = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    }
    /** @type {Record<string, (() => void)[]>} */
    this.listeners = {};
  }
  /** @param {string} name */
  get(name) {
    return this.state[name];
  }
  /** @param {string} name @param {unknown} value */
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    for (const listener of this.listeners[`change:${name}`] ?? []) listener();
  }
  save_changes() {} // there is no kernel to tell
  /** @param {string} event @param {() => void} listener */
  on(event, listener) {
    (this.listeners[event] ??= []).push(listener);
  }
  off() {} // an explorer stays as long as its page
}

/** @returns {Explorer[]} */
function savedExplorers() {
  if (document.querySelector('[type="application/vnd.jupyter.widget-view+json"]')) {
    throw new Error("a widget that is not an explorer needs a kernel");
  }
  const saved = document.querySelector('[type="application/vnd.jupyter.widget-state+json"]');
  const models = Object.values(JSON.parse(saved.textContent).state).map((entry) => new Model(entry));
  return models.map((model) => ({ model, el: document.getElementById(model.get("place")), sliders: model.get("sliders") }));
}

/** Put sliders into the rows that Python drew for them. @param {Explorer} explorer */
function addSliders({ el, model, sliders }) {
  const rows = el.querySelectorAll(".widget-slider");
  Object.entries(sliders).forEach(([name, { first, step, labels }], number) => {
    const readout = rows[number].querySelector(".widget-value");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: first, max: first + step * (labels.length - 1), step });
    const show = () => {
      const label = labels[(model.get(name) - first) / step];
      input.value = model.get(name);
      input.setAttribute("aria-valuetext", label);
      readout.textContent = label;
    };
    readout.setAttribute("aria-hidden", "true"); // the slider itself says it
    input.addEventListener("input", () => model.set(name, Number(input.value)));
    model.on(`change:${name}`, show);
    show();
    rows[number].querySelector("i").replaceWith(input);
  });
}

/** @type {Map<string, Promise<any>>} */
const modules = new Map(); // one for each source text, however many explorers share it
/** @param {string} source */
function moduleOf(source) {
  if (!modules.has(source)) {
    modules.set(source, import(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))));
  }
  return modules.get(source);
}

/** Keep in the address what differs from the start: #explorer-layer.stride=2&explorer-gates.gate_bias=1
 * @param {Explorer[]} explorers */
function keepInAddress(explorers) {
  const kept = new URLSearchParams();
  for (const { el, model, sliders } of explorers) {
    for (const [name, { start, first, step, labels }] of Object.entries(sliders)) {
      const value = model.get(name);
      if (value !== start) kept.set(`${el.id}.${name}`, labels[(value - first) / step]);
    }
  }
  history.replaceState(null, "", String(kept) ? `#${kept}` : location.pathname + location.search);
}

/** Take from the address what it says of an explorer; where it says nothing, or nothing that can be, the start.
 * @param {Explorer[]} explorers @returns the first that it names */
function takeFromAddress(explorers) {
  const kept = new URLSearchParams(location.hash.slice(1));
  const named = explorers.find(({ el }) => [...kept.keys()].some((key) => key.startsWith(`${el.id}.`)));
  if (!named) return undefined; // the address of a heading, say
  for (const { el, model, sliders } of explorers) {
    for (const [name, { start, first, step, labels }] of Object.entries(sliders)) {
      const position = labels.indexOf(kept.get(`${el.id}.${name}`));
      model.set(name, position < 0 ? start : first + step * position);
    }
  }
  return named;
}

async function mount() {
  const explorers = savedExplorers();
  const first = takeFromAddress(explorers);
  const drawn = explorers.map(async ({ el, model }) => {
    const module = await moduleOf(model.get("_esm"));
    await module.default.render({ model, el: el.querySelector(".widget-any") });
  });
  await Promise.all(drawn);
  explorers.forEach(addSliders);
  first?.el.scrollIntoView({ block: "center" });

  /** @type {ReturnType<typeof setTimeout>} */
  let soon;
  const keep = () => {
    clearTimeout(soon);
    soon = setTimeout(keepInAddress, 300, explorers); // a browser refuses to change it at every step
  };
  for (const { model, sliders } of explorers) for (const name in sliders) model.on(`change:${name}`, keep);
  addEventListener("hashchange", () => takeFromAddress(explorers));
}

// A classic script, deferred: a module would not load on a page opened from a file.
mount()
  .then(() => document.fonts.ready)
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => {
    document.documentElement.dataset.explorers = "drawn"; // book.css and the tests wait for it
  });
