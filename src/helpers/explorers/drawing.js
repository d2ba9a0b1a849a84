// Draws the frames that Python computed. Nothing is calculated here but where on the screen a thing goes.

export default {
  async render({ model, el }) {
    const columns = await unpack(model.get("frames"));
    const sliders = model.get("sliders");
    const figure = element("div", "gc gc-panels");
    const tools = element("div", "gc-tools");
    const reset = element("button", "gc-reset", "Reset");
    const tip = element("div", "gc-tip");
    tip.setAttribute("role", "status");
    reset.type = "button";
    tools.append(reset);
    figure.append(tools);
    const drawn = model.get("panels").map((panel) => PANELS[panel.kind](panel, figure, tip));
    describe(figure);
    figure.append(tip);

    const draw = (valueOf) => {
      const frame = lookUp(columns, sliders, valueOf);
      figure.classList.toggle("gc-impossible", Boolean(frame.impossible));
      for (const drawPanel of drawn) drawPanel(frame);
    };
    const update = () => {
      tip.textContent = "";
      draw((name) => model.get(name));
    };
    reset.addEventListener("click", () => {
      for (const { name, start } of sliders) model.set(name, start);
      model.save_changes();
    });
    for (const { name } of sliders) model.on(`change:${name}`, update);
    draw((name) => sliders.find((slider) => slider.name === name).start); // what stays if the present setting is impossible
    update();
    el.replaceChildren(figure);
    return () => {
      for (const { name } of sliders) model.off(`change:${name}`, update);
    };
  },
};

// The bytes that helpers/explorers/packing.py describes.
async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = await new Response(stream).arrayBuffer();
  const bodyStart = 4 + new DataView(bytes).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, bodyStart - 4)));
  const TYPES = { int8: Int8Array, int16: Int16Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array };
  const array = ({ type, shape, start }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return { shape, data: new TYPES[type](bytes, bodyStart + start, size) };
  };
  return header.columns.map((column) => ({
    ...column,
    index: array(column.index).data,
    values: column.values.map((value) => (value?.type ? array(value) : value)),
  }));
}

function lookUp(columns, sliders, valueOf) {
  const position = {}, size = {};
  for (const { name, first, step, size: count } of sliders) {
    position[name] = Math.round((valueOf(name) - first) / step);
    size[name] = count;
  }
  const frame = {};
  for (const column of columns) {
    const point = column.sliders.reduce((flat, name) => flat * size[name] + position[name], 0);
    const value = column.values[column.index[point]];
    if (value !== null) frame[column.name] = value;
  }
  return frame;
}

// One function for each kind of panel: it adds the panel to the figure, and returns what draws a frame in it.
const PANELS = {
  text(panel, figure) {
    const box = element("div", "gc-panel gc-text");
    for (const sentences of panel.room.sentences) {
      const room = element("div", "gc-room");
      room.setAttribute("aria-hidden", "true");
      room.append(...sentences.map((sentence) => element("span", "", sentence)));
      box.append(room);
    }
    const words = element("div", "gc-words");
    words.setAttribute("aria-live", "polite");
    box.append(words);
    const isFirst = !figure.querySelector(".gc-words");
    figure.append(box);
    return ({ impossible, ...frame }) => {
      const excuse = isFirst ? [impossible, "The faded picture is of the last possible one."] : [];
      const sentences = impossible ? excuse : panel.sentences.map((name) => frame[name]);
      words.replaceChildren(...sentences.map((sentence) => element("span", "", sentence)));
    };
  },

  cells(panel, figure, tip) {
    const { unit, room } = panel;
    const box = element("div", "gc-panel");
    const grid = element("div", "gc-grid");
    const width = room.columns * unit + 4, height = room.rows * unit + 4; // of the largest grid, so that all keep their places
    const svg = shape("svg", { viewBox: `-2 -2 ${width} ${height}`, width, height, "aria-hidden": "true" });
    box.style.width = `${width}px`;
    grid.append(svg);
    box.append(element("div", "gc-title", panel.title), legend(panel.legend), grid);
    figure.append(box);

    const cells = []; // of the largest grid there is; a smaller one shows some of them
    for (let row = 0; row < room.rows; row++) {
      for (let column = 0; column < room.columns; column++) {
        const cell = shape("g", { transform: `translate(${column * unit} ${row * unit})` });
        const number = shape("text", { x: unit / 2, y: unit / 2 });
        cell.append(shape("rect", { x: 0.5, y: 0.5, width: unit - 1, height: unit - 1 }), number);
        svg.append(cell);
        cells.push({ cell, number, row, column });
      }
    }
    const span = shape("rect", { class: "span" });
    svg.append(span);

    let rows, columns;
    readable(grid, tip, {
      title: panel.title,
      under: (event) => cells.find(({ cell }) => cell.contains(event.target)),
      next(at, across, down) {
        const row = clamp(at ? at.row + down : 0, rows), column = clamp(at ? at.column + across : 0, columns);
        return cells[row * room.columns + column];
      },
      words: ({ row, column, role, number }) => `row ${row}, column ${column}: ${spoken(role)} ${number.textContent}`,
      place: ({ cell }) => cell.getBoundingClientRect(),
    });

    return (frame) => {
      if (frame.impossible) return;
      const roles = frame[panel.roles], numbers = frame[panel.numbers];
      [rows, columns] = roles.shape;
      const markedRows = marks(frame[panel.marked_rows], rows, panel.marked_columns);
      const markedColumns = marks(frame[panel.marked_columns], columns, panel.marked_rows);
      for (const entry of cells) {
        const { cell, number, row, column } = entry;
        const exists = row < rows && column < columns;
        const role = exists ? panel.legend[roles.data[row * columns + column]] : "absent";
        const marked = markedRows.has(row) && markedColumns.has(column);
        const look = `cell ${role}${exists && marked ? " marked" : ""}`;
        const text = exists && numbers && !panel.empty_roles.includes(role) ? numbers[row][column] : "";
        if (entry.look !== look) cell.setAttribute("class", look); // what stays as it is costs nothing
        if (entry.text !== text) number.textContent = text;
        Object.assign(entry, { role, look, text });
      }
      outline(span, markedRows, markedColumns, unit);
    };
  },

  lines(panel, figure, tip) {
    const { width, height, x_axis: xAxis, y_axis: yAxis } = panel;
    const box = element("div", "gc-panel");
    const plot = element("div", "gc-plot");
    // The lines are stretched to the width there is; the labels, which are no part of the SVG, keep their size.
    const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    box.style.width = `${width + BESIDE_PLOT}px`;
    plot.style.height = `${height}px`;
    plot.append(svg);
    xAxis.ticks.forEach((tick, number) => {
      const at = place(xAxis, tick, width);
      svg.append(shape("line", { class: "tick", x1: at, x2: at, y1: 0, y2: height }));
      plot.append(label("x", panel.x_ticks[number], { left: `${(100 * at) / width}%` }));
    });
    yAxis.ticks.forEach((tick, number) => {
      const at = height - place(yAxis, tick, height);
      svg.append(shape("line", { class: "tick", y1: at, y2: at, x1: 0, x2: width }));
      plot.append(label("y", panel.y_ticks[number], { top: `${(100 * at) / height}%` }));
    });
    plot.append(label("x name", xAxis.label), label("y name", yAxis.label));
    const keys = element("div", "gc-legend");
    const paths = panel.lines.map((line) => {
      const entry = element("span", "");
      entry.append(element("i", `swatch ${line.role}`), line.label);
      keys.append(entry);
      const path = shape("path", { class: `stroke ${line.role}` });
      svg.append(path);
      return { path, line };
    });
    box.append(element("div", "gc-title", panel.title), keys, plot);
    figure.append(box);

    const cursor = element("i", "gc-cursor");
    let x = [], curves = [];
    const across = (i) => place(xAxis, x[i], width) / width;
    const present = () => [...x.keys()].filter((i) => Number.isFinite(x[i]));
    readable(plot, tip, {
      title: panel.title,
      under(event) {
        const { left, width: wide } = plot.getBoundingClientRect();
        return nearest(present(), (i) => across(i) - (event.clientX - left) / wide);
      },
      next(at, steps) {
        const places = present();
        return places[clamp(at === undefined ? 0 : places.indexOf(at) + steps, places.length)];
      },
      words(i) {
        const values = curves.map(({ line, x: itsX, y }) => {
          const there = itsX === x ? i : nearest([...itsX.keys()], (j) => itsX[j] - x[i]);
          return `${line.label} ${written(y[there])}`;
        });
        return `${xAxis.label} = ${written(x[i])}: ${values.join("; ")}`;
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
      curves = paths.map(({ path, line }) => ({ path, line, x: frame[line.x ?? panel.x].data, y: frame[line.values].data }));
      for (const { path, x, y } of curves) {
        let d = "", down = false;
        for (let i = 0; i < y.length; i++) {
          const finite = Number.isFinite(x[i]) && Number.isFinite(y[i]);
          if (finite) d += `${down ? "L" : "M"}${place(xAxis, x[i], width)} ${height - place(yAxis, y[i], height)}`;
          down = finite;
        }
        path.setAttribute("d", d);
      }
    };
  },
};

const BESIDE_PLOT = 54; // the width that the labels of a vertical axis need

// Lets the numbers of a drawing be read: under the pointer or, once it has the focus, with the arrow keys.
function readable(drawing, tip, { title, under, next, words, place, leave = () => {} }) {
  let at;
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
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  drawing.tabIndex = 0;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `${title}. The arrow keys read its numbers.`);
  for (const moved of ["pointermove", "pointerdown"]) drawing.addEventListener(moved, (event) => show(under(event)));
  for (const left of ["pointerleave", "blur"]) drawing.addEventListener(left, () => show(undefined));
  drawing.addEventListener("focus", () => drawing.matches(":focus-visible") && show(next(at, 0, 0)));
  drawing.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(undefined);
    if (!STEPS[event.key]) return;
    event.preventDefault();
    event.stopPropagation(); // the page would turn to the next chapter
    show(next(at, ...STEPS[event.key]));
  });
}

// The sentences say in words what the drawings show: a screen reader is told so.
function describe(figure) {
  const ids = [...figure.querySelectorAll(".gc-words")].map((words) => {
    words.id = `gc-${Math.random().toString(36).slice(2)}`;
    return words.id;
  });
  for (const drawing of figure.querySelectorAll("[role=img]")) drawing.setAttribute("aria-describedby", ids.join(" "));
}

function spoken(role) {
  return role.replaceAll("-", " ");
}

function written(number) {
  if (Number.isNaN(number)) return "none";
  const rounded = Number.isInteger(number) ? number : Number(number.toPrecision(3));
  return String(rounded).replaceAll("-", "−").replace("Infinity", "∞");
}

// Of some indices, the one where a difference is smallest.
function nearest(indices, difference) {
  const away = (i) => Math.abs(difference(i));
  const numbers = indices.filter((i) => !Number.isNaN(away(i)));
  return numbers.reduce((best, i) => (best === undefined || away(i) < away(best) ? i : best), undefined);
}

function clamp(index, length) {
  return Math.min(Math.max(index, 0), length - 1);
}

// Where a value stands along an axis of so many pixels; one beyond its ends stands just outside.
function place({ low, high, logarithmic }, value, length) {
  const scale = logarithmic ? Math.log : Number;
  const share = (scale(value) - scale(low)) / (scale(high) - scale(low));
  return Math.round(Math.min(Math.max(share, -0.01), 1.01) * length * 100) / 100;
}

function label(side, text, style = {}) {
  const node = element("span", `gc-label ${side}`, text);
  Object.assign(node.style, style);
  return node;
}

// The rows or columns that are marked: those named; all, where only the other axis is named; else none.
function marks(named, length, other) {
  if (named) return new Set(named.data);
  return new Set(other ? Array(length).keys() : []);
}

function outline(span, rows, columns, unit) {
  const visible = rows.size > 0 && columns.size > 0;
  span.style.display = visible ? "" : "none";
  if (!visible) return;
  const top = Math.min(...rows), left = Math.min(...columns);
  span.setAttribute("x", left * unit - 1);
  span.setAttribute("y", top * unit - 1);
  span.setAttribute("width", (Math.max(...columns) - left + 1) * unit + 2);
  span.setAttribute("height", (Math.max(...rows) - top + 1) * unit + 2);
}

function legend(roles) {
  const list = element("div", "gc-legend");
  if (roles.length < 2) return list;
  for (const role of roles) {
    const entry = element("span", "");
    entry.append(element("i", `key ${role}`), spoken(role));
    list.append(entry);
  }
  return list;
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function shape(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
