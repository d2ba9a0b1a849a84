// Small matrices: { rows, columns, data }. A number is 1 × 1, a vector a column.

/** Two parts that do not fit together, such as a product of 3 × 1 and 3 × 3, with that product as it was typed. */
export class Misfit extends Error {
  constructor(message, product = "") {
    super(message);
    this.product = product;
  }
}

export const scalar = (value) => ({ rows: 1, columns: 1, data: [value] });
export const isScalar = ({ data }) => data.length === 1;
export const isSquare = ({ rows, columns }) => rows === columns;
export const sizeOf = ({ rows, columns }) => `${rows} × ${columns}`;
export const sameSize = (one, other) => one.rows === other.rows && one.columns === other.columns;
export const each = (matrix, f) => ({ ...matrix, data: matrix.data.map(f) });
export const transposed = ({ rows, columns, data }) => ({
  rows: columns, columns: rows, data: data.map((_, place) => data[(place % rows) * columns + Math.floor(place / rows)]),
});

export function product(left, right) {
  const data = [];
  for (let row = 0; row < left.rows; row++) {
    for (let column = 0; column < right.columns; column++) {
      let sum = 0;
      for (let k = 0; k < left.columns; k++) sum += left.data[row * left.columns + k] * right.data[k * right.columns + column];
      data.push(sum);
    }
  }
  return { rows: left.rows, columns: right.columns, data };
}

/** A diagonal matrix of a vector, or the diagonal of a matrix. */
export function diag({ rows, columns, data }) {
  const size = Math.max(rows, columns), along = Array.from({ length: size }, (_, place) => place);
  if (rows > 1 && columns > 1) return { rows, columns: 1, data: along.map((place) => data[place * (size + 1)]) };
  return { rows: size, columns: size, data: along.flatMap((row) => along.map((column) => (row === column ? data[row] : 0))) };
}

export function softargmax(vector) {
  const largest = Math.max(...vector.data), powers = each(vector, (entry) => Math.exp(entry - largest));
  return each(powers, (entry) => entry / sum(powers));
}

export const sum = ({ data }) => data.reduce((total, entry) => total + entry);

/** An array, { shape, data }, of nested lists. */
export function arrayOf(nested) {
  const shape = [];
  for (let part = nested; Array.isArray(part); part = part[0]) shape.push(part.length);
  return { shape, data: [nested].flat(Infinity) };
}

/** An array of at most two axes as a matrix. */
export function matrixOf({ shape, data }, name = "It") {
  if (shape.length > 2) throw new Misfit(`${name} has ${shape.length} axes, ${shape.join(" × ")}: give it its indices, ${name}[…].`);
  return { rows: shape[0] ?? 1, columns: shape[1] ?? 1, data };
}
