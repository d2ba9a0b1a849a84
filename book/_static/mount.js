// Brings the widgets of a page to life, which has no kernel: puts the browser's own sliders into the HTML that Python
// drew, and lets each widget's script take that over, with the state that the build saved.

/** @typedef {import("../../src/helpers/explorers/drawing.js").Sliders} Sliders */
/** @typedef {{ script: number, state: Record<string, any>, buffers: { path: string[], data: string }[], file?: string }} Saved */
/** @typedef {{ el: HTMLElement, model: Model, sliders: Sliders, module: Promise<any>, file?: string }} Widget */

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

/** @returns {Widget[]} */
function savedWidgets() {
  /** @type {{ scripts: string[], widgets: Saved[] }} */
  const { scripts, widgets } = JSON.parse(document.getElementById("widgets").textContent);
  const modules = scripts.map((script) => import(URL.createObjectURL(new Blob([script], { type: "text/javascript" }))));
  return widgets
    .filter(({ state }) => document.getElementById(state.place)) // a notebook may make a widget and not show it
    .map((saved) => {
      const { place, sliders } = saved.state;
      return { el: document.getElementById(place), model: new Model(saved), sliders, module: modules[saved.script], file: saved.file };
    });
}

/** Put sliders into the rows that Python drew for them. @param {Widget} widget */
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

/** The section that the address names before any setting. */
function sectionOfAddress() {
  const [place] = location.hash.slice(1).split("&");
  return place.includes("=") ? "" : place;
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

/** Take from the address what it says of a widget; where it says nothing, or nothing that can be, the start.
 * @param {Widget[]} widgets @returns the first that it names */
function takeFromAddress(widgets) {
  const kept = new URLSearchParams(location.hash.slice(1));
  const named = widgets.find(({ el }) => [...kept.keys()].some((key) => key.startsWith(`${el.id}.`)));
  if (!named) return undefined; // the address of a heading, say
  for (const { el, model, sliders } of widgets) {
    for (const [name, { start, first, step, labels }] of Object.entries(sliders)) {
      const position = labels.indexOf(kept.get(`${el.id}.${name}`));
      model.set(name, position < 0 ? start : first + step * position);
    }
  }
  return named;
}

/** Load the frames that stand in a file of their own. @param {Widget} widget @returns {Promise<void>} */
function loadFrames({ el, model, file }) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: file, onerror: reject });
    script.addEventListener("load", () => {
      /** @type {Record<string, string>} */
      const frames = /** @type {any} */ (globalThis).FRAMES[el.id];
      for (const [name, data] of Object.entries(frames)) model.decode(name, data);
      resolve();
    });
    document.head.append(script);
  });
}

/** @param {Widget} widget */
async function render(widget) {
  const { el, model, module, file } = widget;
  if (file) await loadFrames(widget);
  await (await module).default.render({ model, el: el.querySelector(".widget-any") });
  addSliders(widget);
  el.removeAttribute("aria-busy");
}

/** Render each widget when the reader comes near. @param {Widget[]} widgets */
function renderLater(widgets) {
  const near = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        render(widgets.find(({ el }) => el === target));
      }
    },
    { rootMargin: "1000px" },
  );
  for (const { el } of widgets) {
    el.setAttribute("aria-busy", "true");
    near.observe(el);
  }
}

async function mount() {
  const widgets = savedWidgets();
  const first = takeFromAddress(widgets);
  const atOnce = widgets.filter((widget) => !widget.file || widget === first);
  await Promise.all(atOnce.map(render));
  renderLater(widgets.filter((widget) => !atOnce.includes(widget)));
  const section = document.getElementById(sectionOfAddress());
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
  .then(() => document.fonts.ready)
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => {
    document.documentElement.dataset.explorers = "drawn"; // book.css and the tests wait for it
  });
