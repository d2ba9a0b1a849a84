// Updates the drawing that Python made, from the frames that Python computed. Nothing is calculated here but where on
// the screen a thing goes.

/** A view's model: anywidget's, or mount.js's. @typedef {{
 *   get(name: string): any, set(name: string, value: unknown): void, save_changes(): void,
 *   on(event: string, listener: () => void): void, off(event: string, listener: () => void): void }} Model */
/** @typedef {Record<string, { first: number, step: number, start: number, labels: string[] }>} Sliders by name */
/** @typedef {(name: string) => number} Setting of the sliders, by name */
/** @typedef {{ shape: number[], data: ArrayLike<number> }} Matrix row by row */
/** @typedef {{ name: string, sliders: string[], values: any[], index: ArrayLike<number> }} Column */
/** @typedef {Record<string, any>} Frame arrays, matrices of texts, and sentences, by name */
/** @typedef {(frame: Frame) => void} Update */
/** @typedef {{ low: number, high: number, logarithmic: boolean, label: string }} Axis */
/** @typedef {{ title: string, legend: string[], unnumbered: string[], unit: number,
 *   [part: string]: any }} Grid with the names of the parts of a frame: roles, numbers, marked_rows, marked_columns */
/** @typedef {{ title: string, x: string, lines: { values: string, label: string, x: string | null }[],
 *   x_axis: Axis, y_axis: Axis, width: number, height: number }} Lines */

export default {
  /** @param {{ model: Model, el: HTMLElement }} view */
  async render({ model, el }) {
    if (!el.firstElementChild) el.innerHTML = model.get("html"); // on a page it is there
    const columns = await unpack(model.get("frames"));
    /** @type {Sliders} */
    const sliders = model.get("sliders");
    const [figure, tip, reset] = [".gc-panels", ".gc-tip", ".gc-reset"].map((part) => find(el, part));
    const boxes = /** @type {NodeListOf<HTMLElement>} */ (el.querySelectorAll(".gc-panel"));
    /** @type {({ kind: string } & (Grid | Lines))[]} */
    const panels = model.get("panels");
    const updates = panels.map((panel, i) => PANELS[panel.kind](boxes[i], panel, tip));

    /** @param {Setting} setting */
    const draw = (setting) => {
      const frame = lookUp(columns, sliders, setting);
      figure.classList.toggle("gc-impossible", Boolean(frame.impossible));
      for (const update of updates) update(frame);
    };
    const update = () => {
      tip.textContent = "";
      draw((name) => model.get(name));
    };
    draw((name) => sliders[name].start); // what stays if the present setting is impossible
    update();
    describe(figure);
    reset.disabled = false;
    reset.addEventListener("click", () => {
      for (const name in sliders) model.set(name, sliders[name].start);
      model.save_changes();
    });
    for (const name in sliders) model.on(`change:${name}`, update);
    return () => {
      for (const name in sliders) model.off(`change:${name}`, update);
    };
  },
};

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
 * @type {Record<string, (box: HTMLElement, panel: any, tip: HTMLElement) => Update>} */
const PANELS = {
  Text(box, /** @type {{ sentences: string[] }} */ { sentences }) {
    const words = find(box, ".gc-words"), isFirst = find(box.parentElement, ".gc-words") === words;
    return ({ impossible, ...frame }) => {
      const excuse = isFirst ? [impossible, "The faded picture is of the last possible one."] : [];
      const texts = impossible ? excuse : sentences.map((name) => frame[name]);
      words.replaceChildren(...texts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
    };
  },

  Grid(box, /** @type {Grid} */ panel, tip) {
    const span = find(box, ".span");
    const cells = [...box.querySelectorAll("g")].map((cell) => {
      const [left, top] = String(cell.getAttribute("transform")).match(/\d+/g).map(Number);
      return { cell, text: find(cell, "text"), row: top / panel.unit, column: left / panel.unit };
    });
    let rows = 0, columns = 0; // a frame's own; the others are absent
    /** @param {Element} [current] */
    const mark = (current) => cells.forEach(({ cell }) => cell.toggleAttribute("data-current", cell === current));
    readable(find(box, ".gc-grid"), tip, {
      title: panel.title,
      under: (event) => cells.find(({ cell }) => cell.contains(/** @type {Node} */ (event.target))),
      next(at, across, down) {
        const row = clamp(at ? at.row + down : 0, rows), column = clamp(at ? at.column + across : 0, columns);
        return cells.find((cell) => cell.row === row && cell.column === column);
      },
      words({ row, column, cell, text }) {
        return `row ${row}, column ${column}: ${cell.classList[1].replaceAll("-", " ")} ${text.textContent}`;
      },
      place({ cell }) {
        mark(cell);
        return cell.getBoundingClientRect();
      },
      leave: mark,
    });

    return (frame) => {
      if (frame.impossible) return;
      const roles = frame[panel.roles], numbers = frame[panel.numbers];
      [rows, columns] = roles?.shape ?? [numbers.length, numbers[0].length];
      const markedRows = marked(frame[panel.marked_rows], rows, panel.marked_columns);
      const markedColumns = marked(frame[panel.marked_columns], columns, panel.marked_rows);
      for (const { cell, text, row, column } of cells) {
        const exists = row < rows && column < columns;
        const role = exists ? panel.legend[roles?.data[row * columns + column] ?? 0] : "absent";
        const look = `cell ${role}${markedRows.has(row) && markedColumns.has(column) ? " marked" : ""}`;
        const number = exists && numbers && !panel.unnumbered.includes(role) ? numbers[row][column] : "";
        if (cell.getAttribute("class") !== look) cell.setAttribute("class", look); // what stays as it is costs nothing
        if (text.textContent !== number) text.textContent = number;
      }
      span.setAttribute("d", outline([...markedRows], [...markedColumns], panel.unit));
    };
  },

  Lines(box, /** @type {Lines} */ panel, tip) {
    const { width, height, x_axis: xAxis, y_axis: yAxis } = panel;
    const plot = find(box, ".gc-plot"), paths = box.querySelectorAll(".stroke");
    const cursor = Object.assign(document.createElement("i"), { className: "gc-cursor" });
    /** @type {number[]} */
    let x = [];
    /** @type {{ label: string, x: number[], y: number[] }[]} */
    let curves = [];
    /** @param {number} i */
    const across = (i) => place(xAxis, x[i], width) / width;
    const present = () => [...x.keys()].filter((i) => Number.isFinite(x[i]));
    readable(plot, tip, {
      title: panel.title,
      under(event) {
        const { left, width: wide } = plot.getBoundingClientRect();
        return nearest(present(), (i) => across(i) - (event.clientX - left) / wide);
      },
      next(/** @type {number | undefined} */ at, steps) {
        const places = present();
        return places[clamp(at === undefined ? 0 : places.indexOf(at) + steps, places.length)];
      },
      words(i) {
        const values = curves.map(({ label, x: its, y }) => {
          const there = its === x ? i : nearest([...its.keys()], (j) => its[j] - x[i]);
          return `${label} ${Number.isNaN(y[there]) ? "none" : formatNumber(y[there])}`;
        });
        return `${xAxis.label} = ${formatNumber(x[i])}: ${values.join("; ")}`;
      },
      place(i) {
        cursor.style.left = `${100 * across(i)}%`;
        plot.append(cursor);
        return cursor.getBoundingClientRect();
      },
      leave: () => cursor.remove(),
    });

    return (frame) => {
      if (frame.impossible) return;
      x = frame[panel.x].data;
      curves = panel.lines.map(({ label, x, values }) => ({ label, x: frame[x ?? panel.x].data, y: frame[values].data }));
      curves.forEach(({ x, y }, number) => {
        let d = "", command = "M";
        for (let i = 0; i < y.length; i++) {
          const finite = Number.isFinite(x[i]) && Number.isFinite(y[i]);
          if (finite) d += `${command}${place(xAxis, x[i], width)} ${height - place(yAxis, y[i], height)}`;
          command = finite ? "L" : "M";
        }
        paths[number].setAttribute("d", d);
      });
    };
  },
};

/** Let the numbers of a drawing be read: under the pointer or, once it has the focus, with the arrow keys.
 * @template Place
 * @param {HTMLElement} drawing @param {HTMLElement} tip
 * @param {{ title: string, under(event: PointerEvent): Place | undefined,
 *   next(at: Place | undefined, across: number, down: number): Place | undefined,
 *   words(at: Place): string, place(at: Place): DOMRect, leave?(): void }} reading */
function readable(drawing, tip, { title, under, next, words, place, leave = () => {} }) {
  /** @type {Place | undefined} */
  let at;
  /** @param {Place | undefined} found */
  const show = (found) => {
    at = found;
    if (at === undefined) {
      tip.textContent = "";
      leave();
      return;
    }
    const figure = tip.parentElement.getBoundingClientRect(), spot = place(at);
    tip.textContent = words(at);
    tip.style.left = `${Math.max(0, Math.min(spot.left - figure.left, figure.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.min(spot.bottom, drawing.getBoundingClientRect().bottom) - figure.top + 4}px`;
  };
  /** @type {Record<string, [number, number]>} */
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  drawing.tabIndex = 0;
  drawing.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes letters for commands, and x cuts the cell
  drawing.setAttribute("aria-label", `${title}. The arrow keys read its numbers.`);
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
    show(next(at, ...STEPS[event.key]));
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
