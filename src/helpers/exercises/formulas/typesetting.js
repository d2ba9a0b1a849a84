// A tree as MathML, which browsers draw by themselves.
import { CLOSING } from "./parser.js";

/** @typedef {import("./parser.js").Node} Node */

/** @param {Node} tree */
export function mathml(tree) {
  return `<math display="inline">${row(typeset(tree))}</math>`;
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
  sum: ({ index, from, to, body }) =>
    row(
      `<munderover>${mo("∑", ' movablelimits="false"')}${row(symbol(index), mo("="), typeset(from))}${typeset(to)}</munderover>`,
      typeset(body),
    ),
};
