// Small matrices: { rows, columns, data }. A number is 1 × 1, a vector a column.

/** @typedef {{ rows: number, columns: number, data: number[] }} Matrix row by row */
/** @typedef {{ shape: number[], data: number[] }} ArrayOfNumbers of any number of axes */
/** @typedef {number | any[]} Nested lists of numbers */

/** Two parts that do not fit together, such as a product of 3 × 1 and 3 × 3, with that product as it was typed. */
export class Misfit extends Error {
  /** @param {string} message */
  constructor(message, product = "") {
    super(message);
    this.product = product;
  }
}

/** @param {number} value @returns {Matrix} */
export const scalar = (value) => ({ rows: 1, columns: 1, data: [value] });
/** @param {Matrix} matrix */
export const isScalar = ({ data }) => data.length === 1;
/** @param {Matrix} matrix */
export const isSquare = ({ rows, columns }) => rows === columns;
/** @param {Matrix} matrix */
export const sizeOf = ({ rows, columns }) => `${rows} × ${columns}`;
/** @param {Matrix} one @param {Matrix} other */
export const sameSize = (one, other) => one.rows === other.rows && one.columns === other.columns;
/** @param {Matrix} matrix @param {(entry: number, place: number) => number} f @returns {Matrix} */
export const each = (matrix, f) => ({ ...matrix, data: matrix.data.map(f) });
/** @param {Matrix} matrix @returns {Matrix} */
export const transposed = ({ rows, columns, data }) => ({
  rows: columns,
  columns: rows,
  data: data.map((_, place) => data[(place % rows) * columns + Math.floor(place / rows)]),
});

/** @param {Matrix} left @param {Matrix} right @returns {Matrix} */
export function product(left, right) {
  const data = [];
  for (let row = 0; row < left.rows; row++) {
    for (let column = 0; column < right.columns; column++) {
      let sum = 0;
      for (let k = 0; k < left.columns; k++)
        sum += left.data[row * left.columns + k] * right.data[k * right.columns + column];
      data.push(sum);
    }
  }
  return { rows: left.rows, columns: right.columns, data };
}

/** A diagonal matrix of a vector, or the diagonal of a matrix. @param {Matrix} matrix @returns {Matrix} */
export function diag({ rows, columns, data }) {
  const size = Math.max(rows, columns),
    along = Array.from({ length: size }, (_, place) => place);
  if (rows > 1 && columns > 1) return { rows, columns: 1, data: along.map((place) => data[place * (size + 1)]) };
  return {
    rows: size,
    columns: size,
    data: along.flatMap((row) => along.map((column) => (row === column ? data[row] : 0))),
  };
}

/** @param {Matrix} vector */
export function softargmax(vector) {
  const largest = Math.max(...vector.data),
    powers = each(vector, (entry) => Math.exp(entry - largest));
  return each(powers, (entry) => entry / sum(powers));
}

/** @param {Matrix} matrix */
export const sum = ({ data }) => data.reduce((total, entry) => total + entry);

/** An array, { shape, data }, of nested lists. @param {Nested} nested @returns {ArrayOfNumbers} */
export function arrayOf(nested) {
  const shape = [];
  for (/** @type {any} */ let part = nested; Array.isArray(part); part = part[0]) shape.push(part.length);
  return { shape, data: /** @type {number[]} */ ([nested].flat(Infinity)) };
}

/** An array of at most two axes as a matrix. @param {ArrayOfNumbers} array @returns {Matrix} */
export function matrixOf({ shape, data }, name = "It") {
  if (shape.length > 2)
    throw new Misfit(`${name} has ${shape.length} axes, ${shape.join(" × ")}: give it its indices, ${name}[…].`);
  return { rows: shape[0] ?? 1, columns: shape[1] ?? 1, data };
}
