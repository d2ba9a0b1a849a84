// The value of a tree: a small matrix, or words on what does not fit.
import {
  Misfit,
  diag,
  each,
  isScalar,
  isSquare,
  matrixOf,
  product,
  sameSize,
  scalar,
  sizeOf,
  softargmax,
  sum,
  transposed,
} from "./matrices.js";
import { ENTRYWISE } from "./parser.js";
import { Unreadable } from "./tokens.js";

/** @typedef {import("./matrices.js").Matrix} Matrix */
/** @typedef {import("./matrices.js").ArrayOfNumbers} ArrayOfNumbers */
/** @typedef {import("./parser.js").Node} Node */
/** @typedef {{ text: string, inputs: Record<string, ArrayOfNumbers>, first?: Record<string, number>, budget?: Budget }} Setting */

const MOST_OPERATIONS = 1e6; // a fifth of a second; by the clock, a slow machine would refuse what is right
/** @type {Record<string, (a: number, b: number) => number>} */
const ENTRIES = {
  "+": (a, b) => a + b,
  "−": (a, b) => a - b,
  "⊙": (a, b) => a * b,
  "⊘": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  ".^": Math.pow,
  min: Math.min,
  max: Math.max,
};
/** @type {Record<string, string>} */
const DO_NOT = { "+": "they do not add", "−": "they do not subtract", "⊙": "they do not multiply entry by entry" };
const ORDINALS = ["first", "second", "third", "fourth"];

/** How much may be calculated for one answer. */
export class Budget {
  left = MOST_OPERATIONS;

  /** @param {number} operations */
  spend(operations) {
    this.left -= operations;
    if (this.left < 0) throw new Unreadable("This takes too long to compute. A sum here needs about ten terms.");
  }
}

/** The value of a tree. `inputs` are arrays by name; `first` says from which number the first index of a name counts, if not from 0.
 * @param {Node} tree @param {Setting} setting */
export function evaluate(tree, { text, inputs, first = {}, budget = new Budget() }) {
  return new Evaluator(text, inputs, first, budget).value(tree);
}

class Evaluator {
  /** @param {string} text @param {Setting["inputs"]} inputs @param {Setting["first"]} first @param {Budget} budget */
  constructor(text, inputs, first, budget) {
    this.text = text;
    this.inputs = inputs;
    this.first = first;
    this.budget = budget;
    /** @type {Map<string, number>} */
    this.indices = new Map(); // of the sums around, with their present values
  }

  /** @param {Node} node @returns {Matrix} */
  value(node) {
    this.budget.spend(1);
    switch (node.type) {
      case "number":
        return scalar(node.value);
      case "group":
        return this.value(node.of);
      case "minus":
        return each(this.value(node.of), (entry) => -entry);
      case "transposed":
        return transposed(this.value(node.of));
      case "name":
      case "index":
        return matrixOf(this.array(node), this.source(node));
      default:
        return this[/** @type {"binary" | "call" | "sum"} */ (node.type)](node);
    }
  }

  /** @param {Node} node */
  binary(node) {
    const left = this.value(node.left),
      right = this.value(node.right);
    if (node.sign === "" || node.sign === "·") return this.product(node, left, right);
    if (node.sign === "/") return this.quotient(node, left, right);
    if (node.sign === "^") return this.power(node, left, right);
    return this.entries(node, left, right, node.sign);
  }

  /** @param {Pick<Node, "left" | "right">} node @param {Matrix} left @param {Matrix} right @param {string} sign */
  entries(node, left, right, sign) {
    this.budget.spend(Math.max(left.data.length, right.data.length));
    const f = ENTRIES[sign];
    if (isScalar(right)) return each(left, (entry) => f(entry, right.data[0]));
    if (isScalar(left)) return each(right, (entry) => f(left.data[0], entry));
    if (sameSize(left, right)) return each(left, (entry, place) => f(entry, right.data[place]));
    const instead = sameSize(left, transposed(right)) ? `; with ${this.turned(node.right)} they do` : "";
    throw this.misfit(node, left, right, `${DO_NOT[sign] ?? "they do not fit entry by entry"}${instead}`);
  }

  /** @param {Node} node @param {Matrix} left @param {Matrix} right @returns {Matrix} */
  product(node, left, right) {
    if (isScalar(left) || isScalar(right)) return this.entries(node, left, right, "⊙");
    this.budget.spend(left.rows * left.columns * right.columns);
    if (left.columns === right.rows) return product(left, right);
    const a = this.bracketed(node.left),
      b = this.bracketed(node.right);
    const instead = [
      [left.rows === right.rows, `${this.turned(node.left)} ${b} does`],
      [left.columns === right.columns, `${a} ${this.turned(node.right)} does`],
      [right.columns === left.rows, `${b} ${a} does`],
    ].find(([fits]) => fits);
    const words = [instead?.[1], sameSize(left, right) && `entry by entry ${a} ⊙ ${b}`].filter(Boolean).join(", and ");
    throw this.misfit(node, left, right, `they do not multiply in this order${words && `; ${words}`}`);
  }

  /** @param {Node} node @param {Matrix} left @param {Matrix} right */
  quotient(node, left, right) {
    if (isScalar(left) || isScalar(right)) return this.entries(node, left, right, "⊘");
    throw this.misfit(node, left, right, "one is not divided by the other; entry by entry it is “./”");
  }

  /** @param {Node} node @param {Matrix} base @param {Matrix} exponent */
  power(node, base, exponent) {
    if (isScalar(base)) return each(exponent, (entry) => base.data[0] ** entry);
    const [times] = exponent.data,
      is = `${this.source(node.left)} is ${sizeOf(base)}`;
    if (!isSquare(base)) throw new Misfit(`${is}, and has no power; entry by entry it is “.^”.`);
    if (!isScalar(exponent) || !Number.isInteger(times) || times < 1)
      throw new Misfit(`${is}: its power must be a whole number, 1 or more.`);
    let result = base;
    for (let k = 1; k < times; k++) result = this.product(node, result, base);
    return result;
  }

  /** @param {Node} node */
  call(node) {
    const of = this.value(node.of),
      f = ENTRYWISE[node.name];
    this.budget.spend(of.data.length);
    if (f) return each(of, (entry) => f(entry));
    if (node.name === "norm") return scalar(Math.hypot(...of.data));
    if (node.name === "sum") return scalar(sum(of));
    if (node.name === "min" || node.name === "max") return scalar(Math[node.name](...of.data));
    if (node.name === "diag" && isSquare(of)) return diag(of);
    if (of.rows > 1 && of.columns > 1)
      throw new Misfit(`${node.name} is taken of a vector, and ${this.source(node.of)} is ${sizeOf(of)}.`);
    return node.name === "diag" ? diag(of) : softargmax(of);
  }

  /** @param {Node} node */
  sum(node) {
    const from = this.whole(node.from),
      to = this.whole(node.to),
      around = this.indices.get(node.index);
    let total = scalar(0);
    for (let index = from; index <= to; index++) {
      this.indices.set(node.index, index);
      total = this.entries({ left: node.body, right: node.body }, total, this.value(node.body), "+");
    }
    if (around === undefined) this.indices.delete(node.index);
    else this.indices.set(node.index, around);
    return total;
  }

  /** @param {Node} node */
  whole(node) {
    const { data } = this.value(node);
    if (data.length > 1) throw new Misfit(`${this.source(node)} must be a whole number here, and is a vector.`);
    if (!Number.isInteger(data[0]))
      throw new Misfit(`${this.source(node)} must be a whole number here, and is ${data[0]}.`);
    return data[0];
  }

  /** What a name stands for, or a part of it, with all of its axes. @param {Node} node @returns {ArrayOfNumbers} */
  array(node) {
    if (node.type === "group") return this.array(node.of);
    if (node.type === "index") return this.part(node, this.array(node.of));
    if (node.type === "name")
      return this.indices.has(node.name) ? { shape: [], data: [this.indices.get(node.name)] } : this.inputs[node.name];
    const { rows, columns, data } = this.value(node);
    return { shape: columns === 1 ? [rows] : rows === 1 ? [columns] : [rows, columns], data };
  }

  /** @param {Node} node @param {ArrayOfNumbers} array */
  part(node, { shape, data }) {
    const { of, indices } = node;
    if (indices.length > shape.length)
      throw new Misfit(
        `${this.source(of)} has ${shape.length || "no"} ${shape.length === 1 ? "axis" : "axes"}, and ${this.source(node)} gives it ${indices.length} indices.`,
      );
    let offset = 0,
      size = data.length;
    indices.forEach((index, axis) => {
      const from = (axis === 0 && of.type === "name" && this.first[of.name]) || 0;
      const place = this.whole(index) - from;
      if (place < 0 || place >= shape[axis]) throw this.outside(node, axis, place + from, from, from + shape[axis] - 1);
      size /= shape[axis];
      offset += place * size;
    });
    return { shape: shape.slice(indices.length), data: data.slice(offset, offset + size) };
  }

  /** @param {Node} node @param {number} axis @param {number} place @param {number} from @param {number} to */
  outside(node, axis, place, from, to) {
    const where = [...this.indices].map(([name, value]) => `${name} = ${value}`).join(", ");
    const counted = place < from ? ` Indices count from ${from} here.` : "";
    const words = `reads position ${place}${where && ` where ${where}`}; the ${ORDINALS[axis]} index of ${this.source(node.of)} goes from ${from} to ${to}.${counted}`;
    return new Misfit(`${this.source(node)} ${words.replaceAll("-", "−")}`);
  }

  /** @param {Pick<Node, "left" | "right">} node @param {Matrix} left @param {Matrix} right @param {string} words */
  misfit(node, left, right, words) {
    const [a, b] = [this.source(node.left), this.source(node.right)];
    const isProduct = node.left.type === "binary" && ["", "·"].includes(node.left.sign);
    const product = `${isProduct ? this.source(node.left.right) : a}${b}`.replace(/\s/g, "");
    return new Misfit(`${a} is ${sizeOf(left)} and ${b} is ${sizeOf(right)}: ${words}.`, product);
  }

  /** A part as it was typed. @param {Node} node */
  source({ start, end }) {
    const typed = this.text
      .slice(start, end)
      .replace(/['’′]|\^\s*\{?T\}?/gu, "ᵀ")
      .replaceAll("-", "−");
    return typed.length > 40 ? `${typed.slice(0, 18)} … ${typed.slice(-18)}` : typed;
  }

  /** @param {Node} node @returns {string} */
  bracketed(node) {
    return ["binary", "minus"].includes(node.type) ? `(${this.source(node)})` : this.source(node);
  }
  /** @param {Node} node */
  turned(node) {
    return node.type === "transposed" ? this.bracketed(node.of) : `${this.bracketed(node)}ᵀ`;
  }
}
