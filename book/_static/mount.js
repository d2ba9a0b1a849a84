// Mounts the ipywidgets of a page that has no kernel, from the state that the build saved in it.
//
// It knows the few kinds of widget that helpers.explorers makes: sliders, boxes, links and anywidgets. The
// sliders become the browser's own, which the keyboard and screen readers know. Anything else is an error.

class Model {
  constructor({ model_name, state, buffers = [] }) {
    this.kind = model_name;
    this.state = { ...state };
    for (const { path, data } of buffers) this.state[path[0]] = decode(data);
    this.listeners = {};
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    for (const listener of this.listeners[`change:${name}`] ?? []) listener();
  }
  save_changes() {} // there is no kernel to tell
  on(event, listener) {
    (this.listeners[event] ??= []).push(listener);
  }
}

function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new DataView(bytes.buffer);
}

const VIEWS = {
  VBoxModel(model, models) {
    const box = element("div", { className: "widget-box" });
    for (const child of model.get("children")) box.append(view(referred(child, models), models));
    return box;
  },

  IntSliderModel(model) {
    const { min, max, step } = model.state;
    return slider(model, { min, max, step }, "value", [min, max], String);
  },

  SelectionSliderModel(model) {
    const labels = model.get("_options_labels");
    return slider(model, { min: 0, max: labels.length - 1, step: 1 }, "index", labels, (index) => labels[index]);
  },

  AnyModel(model) {
    const el = element("div", { className: "widget-any" });
    style(model.get("_css"));
    model.drawn = moduleOf(model.get("_esm")).then((module) => module.default.render({ model, el }));
    return el;
  },
};

function view(model, models) {
  const make = VIEWS[model.kind];
  if (!make) throw new Error(`mount.js does not know the widget ${model.kind}`);
  return make(model, models);
}

function slider(model, range, trait, longest, written) {
  const row = element("label", { className: "widget-slider" });
  const name = element("span", { textContent: model.get("description") });
  const input = element("input", { type: "range", ...range, value: model.get(trait) });
  const readout = element("span", { className: "widget-value", ariaHidden: "true" }); // the slider itself says it
  readout.style.minWidth = `${Math.max(...longest.map((text) => String(text).length))}ch`; // so that the slider keeps its length
  const show = () => {
    const text = written(model.get(trait));
    input.value = model.get(trait);
    input.setAttribute("aria-valuetext", text);
    readout.textContent = text;
  };
  input.addEventListener("input", () => model.set(trait, Number(input.value)));
  model.on(`change:${trait}`, show);
  show();
  row.append(name, input, readout);
  return row;
}

function link(model, models) {
  const [source, target] = ["source", "target"].map((end) => {
    const [reference, trait] = model.get(end);
    return { model: referred(reference, models), trait };
  });
  const follow = (from, to) => () => to.model.set(to.trait, from.model.get(from.trait));
  source.model.on(`change:${source.trait}`, follow(source, target));
  target.model.on(`change:${target.trait}`, follow(target, source));
  follow(source, target)();
}

function referred(reference, models) {
  return models[reference.replace("IPY_MODEL_", "")];
}

const modules = new Map(); // one for each source text, however many explorers share it
function moduleOf(source) {
  if (!modules.has(source)) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    modules.set(source, import(address));
  }
  return modules.get(source);
}

const styles = new Set();
function style(text) {
  if (styles.has(text)) return;
  styles.add(text);
  document.head.append(element("style", { textContent: text }));
}

function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

function savedModels() {
  const models = {};
  for (const script of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
    const { state } = JSON.parse(script.textContent);
    for (const [id, entry] of Object.entries(state)) {
      for (const [name, value] of Object.entries(entry.state)) { // postprocess.py leaves a long text once
        if (value?.same_as) entry.state[name] = state[value.same_as].state[name];
      }
      models[id] = new Model(entry);
    }
  }
  for (const model of Object.values(models)) if (model.kind === "LinkModel") link(model, models);
  return models;
}

// The page's address keeps what differs from the start: #explorer-layer.stride=2&explorer-gates.gate_bias=1
function keepInAddress(drawings) {
  const kept = new URLSearchParams();
  for (const drawing of drawings) {
    for (const { name, start, first, step, written } of drawing.get("sliders")) {
      const value = drawing.get(name);
      if (value !== start) kept.set(`${drawing.get("place")}.${name}`, written[(value - first) / step]);
    }
  }
  history.replaceState(null, "", String(kept) ? `#${kept}` : location.pathname + location.search);
}

// What the address says of an explorer; where it says nothing, or nothing that can be, the start. Returns which it names.
function takeFromAddress(drawings) {
  const kept = new URLSearchParams(location.hash.slice(1));
  const names = (number) => [...kept.keys()].some((key) => key.startsWith(`${drawings[number].get("place")}.`));
  const named = [...drawings.keys()].filter(names);
  if (named.length === 0) return named; // the address of a heading, say
  for (const drawing of drawings) {
    for (const { name, start, first, step, written } of drawing.get("sliders")) {
      const position = written.indexOf(kept.get(`${drawing.get("place")}.${name}`));
      drawing.set(name, position < 0 ? start : first + step * position);
    }
  }
  return named;
}

// An answer box is on the page already; its module listens to it.
function listen(place, model) {
  style(model.get("_css"));
  const el = place.parentElement;
  place.remove();
  return moduleOf(model.get("_esm")).then((module) => module.default.render({ model, el }));
}

async function mount() {
  const models = savedModels();
  const outputs = [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')];
  const modelOf = (place) => models[JSON.parse(place.textContent).model_id];
  const boxes = outputs.filter((place) => modelOf(place).kind === "AnyModel");
  for (const place of boxes) listen(place, modelOf(place));
  const places = outputs.filter((place) => !boxes.includes(place));
  const explorers = places.map(modelOf);
  const drawings = explorers.map((explorer) =>
    explorer.get("children").map((child) => referred(child, models)).find((child) => child.kind === "AnyModel"));
  const [first] = takeFromAddress(drawings);
  const views = explorers.map((explorer) => view(explorer, models));
  await Promise.all(drawings.map((drawing) => drawing.drawn)); // until then, its still picture is in its place
  places.forEach((place, number) => {
    views[number].classList.add("explorer");
    views[number].id = drawings[number].get("place");
    place.parentElement.querySelector(".explorer.still").replaceWith(views[number]);
    place.remove();
  });
  views[first]?.scrollIntoView({ block: "center" });

  let soon;
  const keep = () => {
    clearTimeout(soon);
    soon = setTimeout(keepInAddress, 300, drawings); // a browser refuses to change it at every step
  };
  for (const drawing of drawings) for (const { name } of drawing.get("sliders")) drawing.on(`change:${name}`, keep);
  addEventListener("hashchange", () => takeFromAddress(drawings));
}

// A classic script, deferred: a module would not load on a page opened from a file.
mount()
  .then(() => document.fonts.ready)
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => {
    document.documentElement.dataset.explorers = "drawn"; // book.css and the tests wait for it
  });
