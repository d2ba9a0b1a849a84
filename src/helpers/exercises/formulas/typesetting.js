// A tree as MathML, which browsers draw by themselves.
import { CLOSING } from "./parser.js";

export function mathml(tree) {
  return `<math display="inline">${row(typeset(tree))}</math>`;
}

export const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const typeset = (node) => TYPESET[node.type](node);
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
const mo = (sign, more = "") => `<mo${more}>${sign}</mo>`;
const mi = (name) => `<mi mathvariant="normal"${name.length === 1 ? ' class="variable"' : ""}>${name}</mi>`;
const space = '<mspace width="0.15em"></mspace>';
const withoutBrackets = (node) => typeset(node.type === "group" ? node.of : node);
const rounded = (name, inside) => (name === "floor" ? row(mo("⌊"), inside, mo("⌋")) : row(mo("⌈"), inside, mo("⌉")));
const fraction = (above, below) => `<mfrac>${withoutBrackets(above)}${withoutBrackets(below)}</mfrac>`;

function symbol(name) {
  const [base, lowered] = name.split("_");
  return lowered ? `<msub>${mi(base)}${/^\d/.test(lowered) ? `<mn>${lowered}</mn>` : mi(lowered)}</msub>` : mi(base);
}

const BINARY = {
  "/": fraction,
  "//": (left, right) => rounded("floor", fraction(left, right)),
  "^": (left, right) => `<msup>${typeset(left)}${withoutBrackets(right)}</msup>`,
  "": (left, right) => row(typeset(left), space, typeset(right)),
  min: (left, right) => row(mi("min"), mo("("), typeset(left), mo(","), typeset(right), mo(")")),
  max: (left, right) => row(mi("max"), mo("("), typeset(left), mo(","), typeset(right), mo(")")),
};

const TYPESET = {
  number: ({ value, written }) => (written ? mi(written) : `<mn>${String(value).replace("-", "−")}</mn>`),
  name: ({ name }) => symbol(name),
  group: ({ of, open }) => (open === "{" ? typeset(of) : row(mo(open), typeset(of), mo(CLOSING[open]))),
  index: ({ of, indices }) => row(typeset(of), mo("[", ' stretchy="false"'), indices.map(typeset).join(mo(",")), mo("]", ' stretchy="false"')),
  minus: ({ of }) => row(mo("−", ' form="prefix"'), typeset(of)),
  transposed: ({ of }) => `<msup>${typeset(of)}<mo class="transposed">⊤</mo></msup>`,
  binary: ({ sign, left, right }) => BINARY[sign]?.(left, right) ?? row(typeset(left), mo(sign), typeset(right)),
  call({ name, of }) {
    if (name === "sqrt") return `<msqrt>${withoutBrackets(of)}</msqrt>`;
    if (name === "floor" || name === "ceil") return rounded(name, withoutBrackets(of));
    return row(mi(name), of.type === "group" ? row(mo("("), typeset(of.of), mo(")")) : space + typeset(of));
  },
  sum: ({ index, from, to, body }) =>
    row(`<munderover>${mo("∑", ' movablelimits="false"')}${row(symbol(index), mo("="), typeset(from))}${typeset(to)}</munderover>`, typeset(body)),
};
