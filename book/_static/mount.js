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
  on(event, listener) {
    (this.listeners[event] ??= []).push(listener);
  }
  off(event, listener) {
    this.listeners[event] = (this.listeners[event] ?? []).filter((other) => listener && other !== listener);
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
    return slider(model, { min, max, step }, "value", String);
  },

  SelectionSliderModel(model) {
    const labels = model.get("_options_labels");
    return slider(model, { min: 0, max: labels.length - 1, step: 1 }, "index", (index) => labels[index]);
  },

  AnyModel(model) {
    const el = element("div", { className: "widget-any" });
    style(model.get("_css"));
    drawn.push(moduleOf(model.get("_esm")).then((module) => module.default.render({ model, el })));
    return el;
  },
};

function view(model, models) {
  const make = VIEWS[model.kind];
  if (!make) throw new Error(`mount.js does not know the widget ${model.kind}`);
  return make(model, models);
}

function slider(model, range, trait, written) {
  const row = element("label", { className: "widget-slider" });
  const name = element("span", { textContent: model.get("description") });
  const input = element("input", { type: "range", ...range, value: model.get(trait) });
  const readout = element("output");
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

const drawn = [];

function mount() {
  for (const script of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
    const { state } = JSON.parse(script.textContent);
    const models = Object.fromEntries(Object.entries(state).map(([id, entry]) => [id, new Model(entry)]));
    for (const model of Object.values(models)) if (model.kind === "LinkModel") link(model, models);
    for (const place of document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')) {
      const model = models[JSON.parse(place.textContent).model_id];
      if (model) place.replaceWith(Object.assign(view(model, models), { className: "explorer" }));
    }
  }
  return Promise.all(drawn);
}

// A classic script, deferred: a module would not load on a page opened from a file.
mount().then(() => {
  document.documentElement.dataset.explorers = "drawn"; // the tests wait for it
});
