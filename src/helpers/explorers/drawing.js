// Draws the frames that Python computed. Nothing is calculated here but where on the screen a thing goes.

export default {
  async render({ model, el }) {
    const columns = await unpack(model.get("frames"));
    const sliders = model.get("sliders");
    const figure = element("div", "gc gc-panels");
    const drawn = model.get("panels").map((panel) => PANELS[panel.kind](panel, figure));
    const update = () => {
      const frame = lookUp(columns, sliders, (name) => model.get(name));
      for (const draw of drawn) draw(frame);
    };
    for (const { name } of sliders) model.on(`change:${name}`, update);
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

const PANELS = {
  text(panel, figure) {
    const box = element("div", "gc-panel gc-text");
    box.setAttribute("aria-live", "polite");
    box.style.minHeight = `${1.5 * (panel.sentences.length + 1)}em`; // room for a line that wraps, so that nothing jumps
    figure.append(box);
    return (frame) => {
      const sentences = frame.impossible ? [frame.impossible] : panel.sentences.map((name) => frame[name]);
      box.replaceChildren(...sentences.map((sentence) => element("span", "", sentence)));
    };
  },

  cells(panel, figure) {
    const { unit } = panel;
    const box = element("div", "gc-panel");
    const svg = shape("svg", { role: "img", "aria-label": panel.title });
    const width = panel.columns * unit + 4; // of the widest grid, so that the panels keep their places
    box.style.width = svg.style.width = `${width}px`;
    box.append(element("div", "gc-title", panel.title), svg, legend(panel.legend));
    figure.append(box);

    const cells = []; // of the largest grid there is; a smaller one shows some of them
    for (let row = 0; row < panel.rows; row++) {
      for (let column = 0; column < panel.columns; column++) {
        const cell = shape("g", { transform: `translate(${column * unit} ${row * unit})` });
        const number = shape("text", { x: unit / 2, y: unit / 2 });
        cell.append(shape("rect", { x: 0.5, y: 0.5, width: unit - 1, height: unit - 1 }), number);
        svg.append(cell);
        cells.push({ cell, number, row, column });
      }
    }
    const span = shape("rect", { class: "span" });
    svg.append(span);

    return (frame) => {
      const roles = frame.impossible ? undefined : frame[panel.roles];
      box.style.visibility = roles ? "visible" : "hidden";
      if (!roles) return;
      const [rows, columns] = roles.shape;
      const numbers = frame[panel.numbers];
      const markedRows = marks(frame[panel.marked_rows], rows, panel.marked_columns);
      const markedColumns = marks(frame[panel.marked_columns], columns, panel.marked_rows);
      for (const { cell, number, row, column } of cells) {
        const exists = row < rows && column < columns;
        cell.style.display = exists ? "" : "none";
        if (!exists) continue;
        const role = panel.legend[roles.data[row * columns + column]];
        const marked = markedRows.has(row) && markedColumns.has(column);
        cell.setAttribute("class", `cell ${role}${marked ? " marked" : ""}`);
        number.textContent = numbers && !panel.empty_roles.includes(role) ? numbers[row][column] : "";
      }
      outline(span, markedRows, markedColumns, unit);
      svg.setAttribute("viewBox", `-2 -2 ${width} ${rows * unit + 4}`);
    };
  },

  lines(panel, figure) {
    const { width, height, x_axis: xAxis, y_axis: yAxis } = panel;
    const box = element("div", "gc-panel");
    const view = `${-MARGIN_LEFT} -20 ${width + MARGIN_LEFT + 10} ${height + 20 + MARGIN_BOTTOM}`;
    const svg = shape("svg", { viewBox: view, role: "img", "aria-label": panel.title });
    box.style.width = svg.style.width = `${width + MARGIN_LEFT + 10}px`;
    xAxis.ticks.forEach((tick, number) => {
      const at = place(xAxis, tick, width);
      svg.append(shape("line", { class: "tick", x1: at, x2: at, y1: 0, y2: height }));
      svg.append(label(panel.x_ticks[number], at, height + 12));
    });
    yAxis.ticks.forEach((tick, number) => {
      const at = height - place(yAxis, tick, height);
      svg.append(shape("line", { class: "tick", y1: at, y2: at, x1: 0, x2: width }));
      svg.append(label(panel.y_ticks[number], -6, at, "end"));
    });
    svg.append(label(xAxis.label, width / 2, height + 28), label(yAxis.label, 0, -10, "start"));
    const keys = element("div", "gc-legend");
    const paths = panel.lines.map((line) => {
      const entry = element("span", "");
      entry.append(element("i", `swatch ${line.role}`), line.label);
      keys.append(entry);
      const path = shape("path", { class: `stroke ${line.role}` });
      svg.append(path);
      return { path, line };
    });
    box.append(element("div", "gc-title", panel.title), svg, keys);
    figure.append(box);
    return (frame) => {
      box.style.visibility = frame.impossible ? "hidden" : "visible";
      if (frame.impossible) return;
      for (const { path, line } of paths) {
        const x = frame[line.x ?? panel.x].data, y = frame[line.values].data;
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

const MARGIN_LEFT = 44, MARGIN_BOTTOM = 34;

// Where a value stands along an axis of so many pixels; one beyond its ends stands just outside.
function place({ low, high, logarithmic }, value, length) {
  const scale = logarithmic ? Math.log : Number;
  const share = (scale(value) - scale(low)) / (scale(high) - scale(low));
  return Math.round(Math.min(Math.max(share, -0.01), 1.01) * length * 100) / 100;
}

function label(text, x, y, anchor = "") {
  const node = shape("text", { class: `label ${anchor}`, x, y });
  node.textContent = text;
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
    entry.append(element("i", `key ${role}`), role.replace("-", " "));
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
