// A tree as MathML, which browsers draw by themselves.
import { CLOSING } from "./parser.js";

/** @typedef {import("./parser.js").Node} Node */

/** A tree in pieces, between which a line may end: terms, the factors of products, and those in long brackets. @param {Node} tree */
export function mathml(tree) {
  return pieces(tree)
    .map((piece) => `<math display="inline">${row(piece)}</math>`)
    .join(" ");
}

const DRAWN = ["sqrt", "floor", "ceil"]; // with signs of their own around what they are taken of

/** @param {Node} node @returns {string[]} */
function pieces(node) {
  const { type, sign, name, left, right, body, of, open } = node;
  if (type === "group") {
    if (node.end - node.start < 16) return [typeset(node)];
    const inside = pieces(of);
    const bracket = (/** @type {string} */ one) => (open === "{" ? "" : mo(one, ' stretchy="false"'));
    inside[0] = bracket(open) + inside[0];
    inside.push(inside.pop() + bracket(CLOSING[open]));
    return inside;
  }
  if (type === "binary" && ["+", "−", "⊙"].includes(sign)) {
    const [first, ...others] = pieces(right);
    return [...pieces(left), mo(sign, ' form="infix"') + first, ...others];
  }
  if (type === "binary" && ["", "·"].includes(sign)) return [...pieces(left), ...pieces(right)];
  if (type === "call" && of.type === "group" && of.open !== "{" && !DRAWN.includes(name)) {
    const [first, ...others] = pieces(of);
    return [mi(name) + first, ...others];
  }
  if (type === "sum") {
    const [first, ...others] = pieces(body);
    return [summation(node) + first, ...others];
  }
  return [typeset(node)];
}

/** @param {string} text */
export const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
/** @param {Node} node @returns {string} */
const typeset = (node) => TYPESET[node.type](node);
/** @param {...string} parts */
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
/** @param {string} sign */
const mo = (sign, more = "") => `<mo${more}>${sign}</mo>`;
/** @param {string} name */
const mi = (name) => `<mi mathvariant="normal"${name.length === 1 ? ' class="variable"' : ""}>${name}</mi>`;
const space = '<mspace width="0.15em"></mspace>';
/** @param {Node} node */
const withoutBrackets = (node) => typeset(node.type === "group" ? node.of : node);
/** @param {string} name @param {string} inside */
const rounded = (name, inside) => (name === "floor" ? row(mo("⌊"), inside, mo("⌋")) : row(mo("⌈"), inside, mo("⌉")));
/** @param {Node} above @param {Node} below */
const fraction = (above, below) => `<mfrac>${withoutBrackets(above)}${withoutBrackets(below)}</mfrac>`;

/** @param {string} name */
function symbol(name) {
  const [base, lowered] = name.split("_");
  return lowered ? `<msub>${mi(base)}${/^\d/.test(lowered) ? `<mn>${lowered}</mn>` : mi(lowered)}</msub>` : mi(base);
}

/** @type {Record<string, (left: Node, right: Node) => string>} */
const BINARY = {
  "/": fraction,
  "//": (left, right) => rounded("floor", fraction(left, right)),
  "^": (left, right) => `<msup>${typeset(left)}${withoutBrackets(right)}</msup>`,
  "": (left, right) => row(typeset(left), space, typeset(right)),
  min: (left, right) => row(mi("min"), mo("("), typeset(left), mo(","), typeset(right), mo(")")),
  max: (left, right) => row(mi("max"), mo("("), typeset(left), mo(","), typeset(right), mo(")")),
};

/** @param {Node} node */
const summation = ({ index, from, to }) =>
  `<munderover>${mo("∑", ' movablelimits="false"')}${row(symbol(index), mo("="), typeset(from))}${typeset(to)}</munderover>`;

/** @type {Record<string, (node: Node) => string>} */
const TYPESET = {
  number: ({ value, written }) => (written ? mi(written) : `<mn>${String(value).replace("-", "−")}</mn>`),
  name: ({ name }) => symbol(name),
  group: ({ of, open }) => (open === "{" ? typeset(of) : row(mo(open), typeset(of), mo(CLOSING[open]))),
  index: ({ of, indices }) =>
    row(typeset(of), mo("[", ' stretchy="false"'), indices.map(typeset).join(mo(",")), mo("]", ' stretchy="false"')),
  minus: ({ of }) => row(mo("−", ' form="prefix"'), typeset(of)),
  transposed: ({ of }) => `<msup>${typeset(of)}<mo class="transposed">⊤</mo></msup>`,
  binary: ({ sign, left, right }) => BINARY[sign]?.(left, right) ?? row(typeset(left), mo(sign), typeset(right)),
  call({ name, of }) {
    if (name === "sqrt") return `<msqrt>${withoutBrackets(of)}</msqrt>`;
    if (name === "floor" || name === "ceil") return rounded(name, withoutBrackets(of));
    return row(mi(name), of.type === "group" ? row(mo("("), typeset(of.of), mo(")")) : space + typeset(of));
  },
  sum: (node) => row(summation(node), typeset(node.body)),
};
