// Updates the drawing that Python made, from the frames that Python computed. Nothing is calculated here but where on
// the screen a thing goes.

/** A view's model: anywidget's, or mount.js's. @typedef {{
 *   get(name: string): any, set(name: string, value: unknown): void, save_changes(): void,
 *   on(event: string, listener: () => void): void, off(event: string, listener: () => void): void }} Model */
/** @typedef {{ first: number, step: number, start: number, labels: string[], words: string[], shown: boolean,
 *   menu: boolean, play: number }} Slider */
/** @typedef {Record<string, Slider>} Sliders by name */
/** @typedef {(name: string) => number} Setting of the sliders, by name */
/** @typedef {{ shape: number[], data: ArrayLike<number> }} Matrix row by row */
/** @typedef {{ name: string, sliders: string[], values: any[], index: ArrayLike<number> }} Column */
/** @typedef {Record<string, any>} Frame arrays, matrices of texts, and sentences, by name */
/** @typedef {(frame: Frame) => void} Update */
/** @typedef {{ low: number, high: number, logarithmic: boolean, label: string }} Axis */
/** @typedef {{ title: string, legend: string[], legend_words: string[], unnumbered: string[], unit: number, play: number,
 *   row_names: string[] | string, column_names: string[] | string, row_slider: string | null, column_slider: string | null,
 *   [part: string]: any }} Grid with the names of the parts of a frame: roles, numbers, marked_rows, row_positions, … */
/** @typedef {{ values: string, label: string, x: string | null, role: string, steps: boolean, dots: boolean }} Line */
/** @typedef {{ title: string, x: string, lines: Line[], x_axis: Axis, y_axis: Axis, width: number, height: number,
 *   label_width: number, cursor: string | null, x_slider: string | null, y_slider: string | null, surface: string | null }} Lines */
/** What panels share, and the first of sentences, which say what is impossible. @typedef {{ tip: HTMLElement, first: HTMLElement, sliders: Sliders, set(positions: Record<string, number>): void,
 *   position(name: string): number, readings: ((key: Reading | undefined) => void)[] }} Shared */
/** A place on an axis that several panels may have. @typedef {{ axis: string, at: number }} Reading */

export default {
  /** @param {{ model: Model, el: HTMLElement }} view */
  async render({ model, el }) {
    if (!el.firstElementChild) el.innerHTML = model.get("html"); // on a page it is there
    /** @type {Column[]} */
    const columns = await unpack(model.get("frames")), excuses = columns.filter(({ name }) => name === "impossible");
    /** @type {Sliders} */
    const sliders = model.get("sliders");
    const [figure, tip, reset] = [".gc-panels", ".gc-tip", ".gc-reset"].map((part) => find(el, part));
    const boxes = /** @type {NodeListOf<HTMLElement>} */ (el.querySelectorAll(".gc-panel"));
    /** @type {({ kind: string } & (Grid | Lines))[]} */
    const panels = model.get("panels");
    let setting = false;
    /** @type {Shared} */
    const shared = {
      tip, sliders,
      first: boxes[panels.findIndex(({ kind }) => kind === "Text")],
      set(positions) {
        setting = true; // several at once are drawn once
        for (const [name, position] of Object.entries(positions)) {
          const { first, step, labels } = sliders[name];
          model.set(name, first + step * clamp(position, labels.length));
        }
        setting = false;
        model.save_changes();
        update();
      },
      position: (name) => Math.round((model.get(name) - sliders[name].first) / sliders[name].step),
      readings: [],
    };
    const updates = panels.map((panel, i) => PANELS[panel.kind](boxes[i], panel, shared));

    /** @param {Setting} setting */
    const draw = (setting) => {
      const frame = lookUp(columns, sliders, setting);
      figure.classList.toggle("gc-impossible", Boolean(frame.impossible));
      for (const update of updates) update(frame);
    };
    const update = () => {
      if (setting) return;
      draw((name) => model.get(name));
      if (excuses.length) model.set("blocked", blocked(excuses, sliders, (name) => model.get(name)));
    };
    const atStart = () => Object.keys(sliders).every((name) => model.get(name) === sliders[name].start);
    const follow = () => {
      tip.textContent = "";
      figure.classList.toggle("gc-moved", !atStart()); // what was answered is true of the start
      update();
    };
    draw((name) => sliders[name].start); // what stays if the present setting is impossible
    update();
    describe(figure);
    predict(figure, atStart());
    const stop = play(figure, panels, boxes, shared);
    reset.disabled = false;
    reset.addEventListener("click", () => {
      stop();
      shared.set(Object.fromEntries(Object.entries(sliders).map(([name, { start, first, step }]) => [name, (start - first) / step])));
    });
    for (const name in sliders) model.on(`change:${name}`, follow);
    return () => {
      stop();
      for (const name in sliders) model.off(`change:${name}`, follow);
    };
  },
};

/** Veil what a question asks for until the reader has answered it. @param {HTMLElement} figure @param {boolean} atStart */
function predict(figure, atStart) {
  const box = figure.querySelector(".gc-predict");
  if (!box) return;
  const [asked, ...verdicts] = /** @type {HTMLElement[]} */ ([...box.children]);
  figure.classList.add(atStart ? "gc-unasked" : "gc-asked"); // who sends a setting wants it seen
  asked.querySelectorAll("button").forEach((button, answer) => {
    button.disabled = false;
    button.addEventListener("click", () => {
      asked.hidden = true;
      verdicts[answer].hidden = false;
      figure.classList.replace("gc-unasked", "gc-asked");
      verdicts[answer].focus({ preventScroll: true });
    });
  });
}

/** Let the button that plays go through the values of time, or the cells of a grid. Return what ends that.
 * @param {HTMLElement} figure @param {any[]} panels @param {ArrayLike<HTMLElement>} boxes @param {Shared} shared */
function play(figure, panels, boxes, { sliders, set, position }) {
  const button = figure.querySelector(".gc-play");
  if (!(button instanceof HTMLButtonElement)) return () => {};
  const name = Object.keys(sliders).find((slider) => sliders[slider].play);
  const grid = panels.findIndex((panel) => panel.play);
  const pace = name ? sliders[name].play : panels[grid].play;
  /** Whether there is another step; from the last, the first follows only where playing begins. @param {boolean} begins */
  const next = (begins) => {
    if (!name) return boxes[grid].dispatchEvent(new CustomEvent("next", { detail: begins, cancelable: true }));
    const last = sliders[name].labels.length - 1, at = position(name);
    if (at === last && !begins) return false;
    set({ [name]: at === last ? 0 : at + 1 });
    return true;
  };
  let frame = 0;
  const step = matchMedia("(prefers-reduced-motion: reduce)");
  const rest = () => (button.textContent = step.matches ? "Next step" : "▶ Play");
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    rest();
  };
  const start = () => {
    let then = performance.now();
    next(true);
    const go = (/** @type {number} */ now) => {
      let more = true;
      for (; more && now - then >= 1000 / pace; then += 1000 / pace) more = next(false);
      if (more) frame = requestAnimationFrame(go);
      else stop();
    };
    frame = requestAnimationFrame(go);
    button.textContent = "❚❚ Pause";
  };
  const explorer = figure.closest(".gc-explorer") ?? figure;
  for (const kind of ["pointerdown", "keydown", "input"]) {
    explorer.addEventListener(kind, (event) => event.target !== button && frame && stop(), { capture: true });
  }
  button.addEventListener("click", () => (step.matches ? next(true) : frame ? stop() : start()));
  step.addEventListener("change", stop);
  button.disabled = false;
  rest();
  return stop;
}

/** Return which positions of each slider are impossible, the others being where they are.
 * @param {Column[]} excuses @param {Sliders} sliders @param {Setting} setting @returns {Record<string, number[]>} */
function blocked(excuses, sliders, setting) {
  /** @type {Record<string, number[]>} */
  const found = {};
  for (const name of new Set(excuses.flatMap(({ sliders: its }) => its))) {
    const { first, step, labels } = sliders[name];
    found[name] = [...labels.keys()].filter((position) =>
      lookUp(excuses, sliders, (other) => (other === name ? first + step * position : setting(other))).impossible);
  }
  return found;
}

/** Read the bytes that helpers/explorers/packing.py describes. @param {BlobPart} packed */
async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = await new Response(stream).arrayBuffer();
  const bodyStart = 4 + new DataView(bytes).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, bodyStart - 4)));
  const TYPES = { int8: Int8Array, int16: Int16Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array };
  /** @param {{ type: keyof typeof TYPES, shape: number[], start: number }} entry @returns {Matrix} */
  const array = ({ type, shape, start }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return { shape, data: new TYPES[type](bytes, bodyStart + start, size) };
  };
  return header.columns.map((/** @type {any} */ column) => ({
    ...column,
    index: array(column.index).data,
    values: column.values.map((/** @type {any} */ value) => (value?.type ? array(value) : value)),
  }));
}

/** @param {Column[]} columns @param {Sliders} sliders @param {Setting} setting */
function lookUp(columns, sliders, setting) {
  /** @type {Frame} */
  const frame = {};
  for (const { name, sliders: its, values, index } of columns) {
    const point = its.reduce((flat, name) => {
      const { first, step, labels } = sliders[name];
      return flat * labels.length + Math.round((setting(name) - first) / step);
    }, 0);
    if (values[index[point]] !== null) frame[name] = values[index[point]];
  }
  return frame;
}

/** For each kind of panel, a function that takes its element and returns what draws a frame in it.
 * @type {Record<string, (box: HTMLElement, panel: any, shared: Shared) => Update>} */
const PANELS = {
  Text(box, /** @type {{ sentences: string[] }} */ { sentences }, { first }) {
    const words = find(box, ".gc-words"), isFirst = box === first;
    return ({ impossible, ...frame }) => {
      const excuse = isFirst ? [impossible, "The faded picture is of the last possible one."] : [];
      const texts = impossible ? excuse : sentences.map((name) => frame[name]);
      words.replaceChildren(...texts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
    };
  },

  Products(box, /** @type {{ symbol: string, at: string[], [part: string]: any }} */ panel) {
    const words = find(box, ".gc-words");
    /** @param {string} number */
    const signed = (number) => (number.startsWith("−") ? `(${number})` : number);
    return (frame) => {
      if (frame.impossible) return void words.replaceChildren();
      const [rows, columns] = [panel.rows, panel.columns].map((name) => Array.from(frame[name].data));
      const left = rows.flatMap((row) => columns.map((column) => frame[panel.left][row][column])), right = frame[panel.right].flat();
      const products = left.map((number, i) => `${signed(number)}·${signed(right[i])}`);
      if (products.length > ALL_PRODUCTS) products.splice(3, products.length - 4, "…");
      const at = panel.at.map((name) => frame[name].data[0]);
      const text = `${panel.symbol}[${at.join(", ")}] = ${products.join(" + ")} = ${frame[panel.result][at[0]][at[1]]}`;
      words.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
    };
  },

  Grid(box, /** @type {Grid} */ panel, shared) {
    const span = find(box, ".span"), drawing = find(box, ".gc-grid");
    const cells = [...box.querySelectorAll("g")].map((cell) => {
      const [left, top] = String(cell.getAttribute("transform")).match(/\d+/g).map(Number);
      return { cell, text: find(cell, "text"), row: top / panel.unit, column: left / panel.unit };
    });
    /** @typedef {typeof cells[number]} Cell */
    const headings = [
      { texts: [...box.querySelectorAll(".row-name")], names: panel.row_names },
      { texts: [...box.querySelectorAll(".column-name")], names: panel.column_names },
    ];
    let rows = 0, columns = 0; // a frame's own; the others are absent
    /** @type {Frame} */
    let frame = {};
    const sets = [panel.row_slider, panel.column_slider, panel.cell_slider].some((name) => name !== null);
    drawing.classList.toggle("gc-sets", sets);
    /** @param {Cell} cell */
    const choose = ({ row, column }) => {
      /** @type {Record<string, number>} */
      const positions = {};
      if (panel.row_slider) positions[panel.row_slider] = frame[panel.row_positions]?.data[row] ?? row;
      if (panel.column_slider) positions[panel.column_slider] = frame[panel.column_positions]?.data[column] ?? column;
      const ofCell = frame[panel.cell_positions]?.data[row * columns + column] ?? -1;
      if (ofCell >= 0) positions[panel.cell_slider] = ofCell;
      if (Object.entries(positions).some(([name, position]) => shared.position(name) !== position)) shared.set(positions);
    };
    /** @param {number} row @param {number} column */
    const cellAt = (row, column) => cells.find((cell) => cell.row === row && cell.column === column);
    const chosen = () => cells.find(({ cell }) => cell.classList.contains("marked"));
    /** @param {Element} [current] */
    const mark = (current) => cells.forEach(({ cell }) => cell.toggleAttribute("data-current", cell === current));
    /** @param {number} place @param {0 | 1} axis */
    const heading = (place, axis) => headings[axis].texts[place]?.textContent || `${["row", "column"][axis]} ${place}`;
    readable(drawing, shared, {
      title: panel.title,
      under: (event) => cells.find(({ cell }) => cell.contains(/** @type {Node} */ (event.target))),
      next(at, across, down) {
        at ??= sets ? chosen() : undefined;
        return cellAt(clamp(at ? at.row + down : 0, rows), clamp(at ? at.column + across : 0, columns));
      },
      words({ row, column, cell, text }) {
        const role = cell.classList[1], word = panel.legend_words[panel.legend.indexOf(role)] ?? role.replaceAll("-", " ");
        return `${heading(row, 0)}, ${heading(column, 1)}: ${[word, text.textContent].filter(Boolean).join(" ")}`;
      },
      place({ cell }) {
        mark(cell);
        return cell.getBoundingClientRect();
      },
      leave: mark,
      choose: sets ? choose : undefined,
    });
    box.addEventListener("next", (event) => {
      const at = chosen() ?? cells[0], number = at.row * columns + at.column + 1, begins = /** @type {CustomEvent} */ (event).detail;
      if (number === rows * columns && !begins) event.preventDefault();
      else choose(cellAt(Math.floor(number / columns) % rows, number % columns));
    });

    return (now) => {
      if (now.impossible) return;
      frame = now;
      const roles = frame[panel.roles], numbers = frame[panel.numbers];
      [rows, columns] = roles?.shape ?? [numbers.length, numbers[0].length];
      const markedRows = marked(frame[panel.marked_rows], rows, panel.marked_columns);
      const markedColumns = marked(frame[panel.marked_columns], columns, panel.marked_rows), mask = frame[panel.marked]?.data;
      for (const { cell, text, row, column } of cells) {
        const exists = row < rows && column < columns;
        const role = exists ? panel.legend[roles?.data[row * columns + column] ?? 0] : "absent";
        const isMarked = exists && (mask?.[row * columns + column] || (markedRows.has(row) && markedColumns.has(column)));
        const look = `cell ${role}${isMarked ? " marked" : ""}`;
        const number = exists && numbers && !panel.unnumbered.includes(role) ? numbers[row][column] : "";
        if (cell.getAttribute("class") !== look) cell.setAttribute("class", look); // what stays as it is costs nothing
        if (text.textContent !== number) text.textContent = number;
      }
      headings.forEach(({ texts, names }, axis) => texts.forEach((text, place) => {
        if (typeof names === "string") text.textContent = frame[names][place] ?? "";
        text.toggleAttribute("data-absent", place >= [rows, columns][axis]);
      }));
      span.setAttribute("d", outline([...markedRows], [...markedColumns], panel.unit));
    };
  },

  Lines(box, /** @type {Lines} */ panel, shared) {
    const { width, height, x_axis: xAxis, y_axis: yAxis, surface, x_slider: xSlider, y_slider: ySlider } = panel;
    const plot = find(box, ".gc-plot"), paths = box.querySelectorAll(".stroke"), ends = /** @type {HTMLElement[]} */ ([...box.querySelectorAll(".gc-end")]);
    const now = box.querySelector(".gc-now"), sets = xSlider !== null || ySlider !== null;
    plot.classList.toggle("gc-sets", sets);
    const cursor = Object.assign(document.createElement("i"), { className: "gc-cursor" });
    /** @type {number[]} */
    let x = [];
    /** @type {{ label: string, role: string, x: number[], y: number[] }[]} */
    let curves = [];
    /** @param {number} value */
    const across = (value) => place(xAxis, value, width) / width;
    /** @param {number} value */
    const down = (value) => 1 - place(yAxis, value, height) / height;
    const present = () => [...x.keys()].filter((i) => Number.isFinite(x[i]));
    /** The value of each line where the first has its i-th. @param {number} i */
    const values = (i) => curves.map(({ label, role, x: its, y }) => {
      const there = its === x ? i : nearest([...its.keys()], (j) => its[j] - x[i]);
      return { label, role, y: y[there] };
    });
    /** Where the pointer is, as shares of the width and of the height. @param {PointerEvent} event @returns {[number, number]} */
    const pointed = (event) => {
      const { left, top, width: wide, height: high } = plot.getBoundingClientRect();
      return [(event.clientX - left) / wide, (event.clientY - top) / high];
    };
    /** @param {number} i */
    const show = (i) => {
      cursor.style.left = `${100 * across(x[i])}%`;
      cursor.classList.toggle("gc-right", across(x[i]) > 0.6);
      const seen = (surface ? values(i).slice(0, 1) : values(i)).filter(({ y }) => Number.isFinite(y));
      const tops = spread(seen.map(({ y }) => down(y) * height), END_LABEL, height);
      cursor.replaceChildren(...seen.map(({ y, role }, number) => {
        const value = Object.assign(document.createElement("b"), { className: role });
        value.textContent = surface ? `${surface} ${i}` : formatNumber(y);
        value.style.top = `${tops[number]}px`;
        return value;
      }));
      plot.append(cursor);
    };
    const axis = surface ?? xAxis.label;
    shared.readings.push((reading) => {
      const i = reading?.axis === axis ? (surface ? reading.at : nearest(present(), (j) => x[j] - reading.at)) : undefined;
      if (i === undefined || !Number.isFinite(x[i])) cursor.remove();
      else show(i);
    });
    /** Set the sliders to the values that are nearest to a place. @param {number} share across @param {number} low down */
    const choose = (share, low) => {
      /** @type {Record<string, number>} */
      const positions = {};
      if (xSlider) positions[xSlider] = nearestPosition(shared.sliders[xSlider], (value) => across(value) - share);
      if (ySlider) positions[ySlider] = nearestPosition(shared.sliders[ySlider], (value) => down(value) - low);
      shared.set(positions);
    };
    plot.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (!sets || hidden(plot)) return;
      plot.setPointerCapture(event.pointerId);
      choose(...pointed(event));
    });
    plot.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (sets && plot.hasPointerCapture(event.pointerId)) choose(...pointed(event));
    });
    readable(plot, shared, {
      title: panel.title,
      under(event) {
        const [share, low] = pointed(event);
        return nearest(present(), (i) => (surface ? Math.hypot(across(x[i]) - share, down(curves[0].y[i]) - low) : across(x[i]) - share));
      },
      next(/** @type {number | undefined} */ at, steps) {
        const places = present();
        return places[clamp(at === undefined ? 0 : places.indexOf(at) + steps, places.length)];
      },
      words(i) {
        const spoken = values(i).map(({ label, y }) => `${label} ${Number.isNaN(y) ? "none" : formatNumber(y)}`);
        const at = `${xAxis.label} = ${formatNumber(x[i])}`;
        return surface ? `${surface} ${i}: ${at}, ${yAxis.label} = ${formatNumber(curves[0].y[i])}` : `${at}: ${spoken.join("; ")}`;
      },
      place(i) {
        for (const read of shared.readings) read({ axis, at: surface ? i : x[i] });
        return cursor.getBoundingClientRect();
      },
      leave() {
        for (const read of shared.readings) read(undefined);
      },
      heard: true,
      move: sets
        ? (right, low) => {
            /** @type {Record<string, number>} */
            const positions = {};
            if (xSlider) positions[xSlider] = shared.position(xSlider) + right;
            if (ySlider) positions[ySlider] = shared.position(ySlider) - low;
            shared.set(positions);
            const at = xSlider ? Number(shared.sliders[xSlider].labels[shared.position(xSlider)]) : NaN;
            return surface ? present()[0] : nearest(present(), (i) => x[i] - at);
          }
        : undefined,
    });

    return (frame) => {
      if (frame.impossible) return;
      x = frame[panel.x].data;
      curves = panel.lines.map(({ label, role, x, values }) => ({ label, role, x: frame[x ?? panel.x].data, y: frame[values].data }));
      const heights = curves.map(({ x, y }, number) => {
        const { steps, dots } = panel.lines[number];
        let d = "", command = "M", points = "", last = NaN;
        for (let i = 0; i < y.length; i++) {
          const finite = Number.isFinite(x[i]) && Number.isFinite(y[i]);
          if (finite) {
            const left = place(xAxis, x[i], width), top = Math.round((height - place(yAxis, y[i], height)) * 100) / 100;
            if (steps && command === "L") d += `L${left} ${last}`;
            d += `${command}${left} ${top}`;
            if (dots) points += `M${left} ${top}h0`;
            last = top;
          }
          command = finite ? "L" : "M";
        }
        paths[number].setAttribute("d", d);
        if (dots) find(box, `.dots[data-line="${number}"]`).setAttribute("d", points);
        return last;
      });
      if (now instanceof HTMLElement) now.style.left = `${100 * across(frame[panel.cursor])}%`;
      if (ends.length) spread(heights, END_LABEL, height).forEach((top, number) => {
        ends[number].hidden = Number.isNaN(top);
        ends[number].style.top = `${top}px`;
      });
    };
  },
};

const ALL_PRODUCTS = 9; // as in drawings/svg.py
const END_LABEL = 14; // as in drawings/svg.py

/** Return places for labels near those wanted, so far apart that none covers another; drawings/svg.py does the same.
 * @param {number[]} wanted @param {number} height @param {number} lowest */
function spread(wanted, height, lowest) {
  const places = [...wanted], order = [...wanted.keys()].filter((i) => !Number.isNaN(wanted[i])).sort((i, j) => wanted[i] - wanted[j]);
  for (let k = 1; k < order.length; k++) places[order[k]] = Math.max(places[order[k]], places[order[k - 1]] + height);
  for (const i of order.reverse()) {
    places[i] = Math.min(places[i], lowest);
    lowest = places[i] - height;
  }
  return places;
}

/** Return the position of the slider's value that is nearest. @param {Slider} slider @param {(value: number) => number} difference */
function nearestPosition({ labels }, difference) {
  return nearest([...labels.keys()], (position) => difference(Number(labels[position])));
}

/** Whether a question still veils a drawing. @param {HTMLElement} drawing */
const hidden = (drawing) => Boolean(drawing.closest(".gc-unasked") && drawing.closest("[data-veiled]"));

/** Let the numbers of a drawing be read: under the pointer or, once it has the focus, with the arrow keys.
 * @template Place
 * @param {HTMLElement} drawing @param {Shared} shared
 * @param {{ title: string, under(event: PointerEvent): Place | undefined,
 *   next(at: Place | undefined, across: number, down: number): Place | undefined,
 *   words(at: Place): string, place(at: Place): DOMRect, leave?(): void, heard?: boolean,
 *   choose?(at: Place): void, move?(across: number, down: number): Place | undefined }} reading */
function readable(drawing, { tip }, { title, under, next, words, place, leave = () => {}, heard = false, choose, move }) {
  /** @type {Place | undefined} */
  let at;
  /** @param {Place | undefined} found */
  const show = (found) => {
    at = hidden(drawing) ? undefined : found;
    if (at === undefined) {
      tip.textContent = "";
      leave();
      return;
    }
    choose?.(at);
    tip.classList.toggle("gc-heard", heard); // where values stand beside the lines
    const figure = tip.parentElement.getBoundingClientRect(), spot = place(at);
    tip.textContent = words(at);
    tip.style.left = `${Math.max(0, Math.min(spot.left - figure.left, figure.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.min(spot.bottom, drawing.getBoundingClientRect().bottom) - figure.top + 4}px`;
  };
  /** @type {Record<string, [number, number]>} */
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  drawing.tabIndex = 0;
  drawing.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes letters for commands, and x cuts the cell
  drawing.setAttribute("aria-label", `${title}. The arrow keys ${choose || move ? "move in it" : "read its numbers"}.`);
  drawing.addEventListener("pointermove", (event) => show(under(event)));
  drawing.addEventListener("pointerdown", (event) => show(under(event)));
  drawing.addEventListener("pointerleave", () => show(undefined));
  drawing.addEventListener("blur", () => show(undefined));
  drawing.addEventListener("focus", () => drawing.matches(":focus-visible") && show(next(at, 0, 0)));
  drawing.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(undefined);
    if (!STEPS[event.key]) return;
    event.preventDefault();
    event.stopPropagation(); // a notebook would go to another cell
    const step = move && !hidden(drawing) ? move : (/** @type {number} */ across, /** @type {number} */ down) => next(at, across, down);
    show(step(...STEPS[event.key]));
  });
}

/** Tell a screen reader that the sentences say in words what the drawings show. @param {HTMLElement} figure */
function describe(figure) {
  const ids = [...figure.querySelectorAll(".gc-words")].map((words) => {
    words.setAttribute("aria-live", "polite");
    words.id = `gc-${Math.random().toString(36).slice(2)}`;
    return words.id;
  });
  for (const drawing of figure.querySelectorAll("[role=img]")) drawing.setAttribute("aria-describedby", ids.join(" "));
}

/** Write a number as numerics/formatting.py does. @param {number} x */
export function formatNumber(x) {
  if (!Number.isFinite(x) || (Number.isInteger(x) && Math.abs(x) < 1e15)) return typeset(String(x));
  const [factor, exponent] = x.toExponential(2).split("e").map(Number);
  if (-5 < exponent && exponent <= 3) return typeset(String(Number(x.toPrecision(3))));
  const power = String(exponent).replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "⁻");
  return `${typeset(Math.abs(factor) === 1 ? String(factor).replace("1", "") : `${factor} · `)}10${power}`;
}

/** @param {string} text */
const typeset = (text) => text.replace("-", "−").replace("Infinity", "∞");

/** Return the index at which a difference is smallest. @param {number[]} indices @param {(i: number) => number} difference */
function nearest(indices, difference) {
  /** @param {number} i */
  const away = (i) => Math.abs(difference(i));
  const numbers = indices.filter((i) => !Number.isNaN(away(i)));
  return numbers.reduce((best, i) => (away(i) < away(best) ? i : best), numbers[0]);
}

/** @param {number} index @param {number} length */
const clamp = (index, length) => Math.min(Math.max(index, 0), length - 1);

/** Return where a value stands along an axis, in pixels; one beyond its ends stands just outside.
 * @param {Axis} axis @param {number} value @param {number} length */
function place({ low, high, logarithmic }, value, length) {
  const scale = logarithmic ? Math.log : Number;
  const share = (scale(value) - scale(low)) / (scale(high) - scale(low));
  return Math.round(Math.min(Math.max(share, -0.01), 1.01) * length * 100) / 100;
}

/** Return the rows or columns that are marked: those named; all, where only the other axis is named; else none.
 * @param {Matrix | undefined} named @param {number} length @param {string | null} other @returns {Set<number>} */
function marked(named, length, other) {
  return new Set(named ? Array.from(named.data) : other ? Array(length).keys() : []);
}

/** Return the path around all marked cells. @param {number[]} rows @param {number[]} columns @param {number} unit */
function outline(rows, columns, unit) {
  if (rows.length === 0 || columns.length === 0) return "";
  const [top, left] = [rows, columns].map((places) => Math.min(...places) * unit - 1);
  const [bottom, right] = [rows, columns].map((places) => Math.max(...places) * unit + unit + 1);
  return `M${left} ${top}H${right}V${bottom}H${left}z`;
}

/** @type {(node: ParentNode, selector: string) => any} */
const find = (node, selector) => node.querySelector(selector);
