// From text to a tree. Lowest first: + −, then ⊙, then products, which may have no sign; then ^ and transposes.
import { Unreadable, letterAt, tail, tokens } from "./tokens.js";

/** @typedef {{ type: string, start: number, end: number, sign?: string, left?: Node, right?: Node, of?: Node, name?: string, open?: string,
 *   value?: number, written?: string, sideBySide?: boolean, indices?: Node[], index?: string, from?: Node, to?: Node, body?: Node }} Node of the tree */
/** @typedef {{ names?: string[], aliases?: Record<string, string>, over?: string[] }} Vocabulary */
/** @typedef {() => Node} Read */

const DEEPEST = 60;

/** Functions of one number, which of a matrix are taken entry by entry. @type {Record<string, (value: number) => number>} */
export const ENTRYWISE = {
  __proto__: null,
  exp: Math.exp,
  ln: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  relu: (value) => Math.max(0, value),
  σ: (value) => 1 / (1 + Math.exp(-value)),
  log2: Math.log2,
  log10: Math.log10,
};
const OF_MATRICES = ["diag", "softargmax", "norm", "sum", "min", "max"];
const FUNCTIONS = [...Object.keys(ENTRYWISE).filter((name) => !/\d/.test(name)), ...OF_MATRICES];
/** @param {string} pairs @returns {Record<string, string>} */
const byName = (pairs) => ({ __proto__: null, ...Object.fromEntries(pairs.split(", ").map((pair) => pair.split(" "))) });
const SYNONYMS = byName(
  "log ln, log_e ln, sigmoid σ, sigma σ, softmax softargmax, √ sqrt, ∑ sum, Σ sum, pi π, inf ∞, infinity ∞",
);
/** @type {Record<string, number>} */
const CONSTANTS = { __proto__: null, e: Math.E, π: Math.PI, "∞": Infinity };
const GREEK = byName(
  "alpha α, beta β, gamma γ, delta δ, epsilon ε, zeta ζ, eta η, theta θ, lambda λ, mu μ, rho ρ, sigma σ, tau τ, phi φ, omega ω",
);
/** The closing bracket of each opening one. @type {Record<string, string>} */
export const CLOSING = { __proto__: null, "(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉" };
const BEGIN_A_FACTOR = ["number", "name", "(", "{", "⌊", "⌈"];

/**
 * Read a formula; of an equation, its last side.
 * `names` are those of the inputs, `aliases` other spellings of them, `over` free indices.
 * @param {string} text @param {Vocabulary} vocabulary
 */
export function parse(text, { names = [], aliases = {}, over = [] } = {}) {
  return new Parser(text, names, aliases, over).formula();
}

const LONGEST_NAME = 24; // of one that stands beside another without a blank

class Parser {
  /** @param {string} text @param {string[]} names @param {Record<string, string>} aliases @param {string[]} over */
  constructor(text, names, aliases, over) {
    this.text = text;
    this.names = names;
    this.aliases = aliases;
    this.indices = [...over]; // and those of the sums around
    this.tokens = tokens(text, Object.keys(aliases));
    this.at = 0;
    this.depth = 0;
    this.commaSeparates = false; // or it is a decimal one
  }

  get token() {
    return this.tokens[this.at];
  }
  /** @param {...string} kinds */
  is(...kinds) {
    return kinds.includes(this.token.kind);
  }
  /** @param {string} word */
  isWord(word) {
    return this.token.name === word;
  }
  next() {
    return this.tokens[this.at++];
  }
  /** @param {string} kind */
  take(kind) {
    return this.is(kind) ? this.next() : null;
  }

  /** @param {string} kind @param {string} [words] */
  expect(kind, words = `“${kind}”`) {
    if (!this.is(kind)) throw this.stopped(words);
    return this.next();
  }

  /** @param {string} expected */
  stopped(expected) {
    const { start, kind } = this.token,
      before = tail(this.text, start);
    const there = kind === "end" ? "it ends there" : `there is “${letterAt(this.text, start)}”`;
    const what = before ? `After “${before}” ${expected}` : `${expected[0].toUpperCase()}${expected.slice(1)}`;
    return new Unreadable(`${what} is expected, but ${there}.`, start);
  }

  /** A node that ends with the token before.
   * @param {string} type @param {number} start @param {Partial<Node>} parts @returns {Node} */
  node(type, start, parts) {
    return { type, start, end: this.tokens[this.at - 1].end, ...parts };
  }

  /** @param {Read} read */
  deeper(read) {
    if (++this.depth > DEEPEST)
      throw new Unreadable(`This is nested more than ${DEEPEST} deep. Write it in a simpler way.`, this.token.start);
    const node = read();
    this.depth--;
    return node;
  }

  /** Read with a comma as a separator, or as a decimal comma.
   * @template T @param {boolean} separates @param {() => T} read */
  withComma(separates, read) {
    const before = this.commaSeparates;
    this.commaSeparates = separates;
    const node = read();
    this.commaSeparates = before;
    return node;
  }

  formula() {
    let depth = 0;
    this.tokens.forEach(({ kind }, place) => {
      depth += Number(kind in CLOSING) - Number(Object.values(CLOSING).includes(kind));
      if (kind === "=" && depth === 0) this.at = place + 1;
    });
    const tree = this.expression();
    if (!this.is("end"))
      throw this.stopped(
        Object.values(CLOSING).includes(this.token.kind) ? "no closing bracket" : "an operator",
      );
    return tree;
  }

  expression() {
    return this.deeper(() => this.chain(["+", "−"], () => this.chain(["⊙", "⊘"], () => this.product())));
  }

  /** @param {string[]} signs @param {Read} part */
  chain(signs, part) {
    const { start } = this.token;
    let left = part();
    while (this.is(...signs)) {
      const sign = this.next().kind;
      left = this.node("binary", start, { sign, left, right: part() });
    }
    return left;
  }

  product() {
    const { start } = this.token;
    let left = this.unary();
    while (true) {
      if (this.is("·", "/", "//")) {
        const sign = this.next().kind;
        left = this.node("binary", start, { sign, left, right: this.unary() });
      } else if (this.is(...BEGIN_A_FACTOR) && !this.isWord("to")) {
        if (this.is("number") && this.tokens[this.at - 1].kind === "number")
          throw this.stopped("an operator");
        left = this.node("binary", start, { sign: "", left, right: this.power() });
      } else return left;
    }
  }

  /** @returns {Node} */
  unary() {
    const { start, kind } = this.token;
    if (!this.is("−", "+")) return this.power();
    this.next();
    const of = this.deeper(() => this.unary());
    return kind === "+" ? of : this.node("minus", start, { of });
  }

  power() {
    let base = this.primary();
    while (true) {
      const raised = this.raised(base.sideBySide ? base.right : base); // km² is k m²
      if (!raised) return base;
      base = base.sideBySide ? { ...base, right: raised, end: raised.end } : raised;
    }
  }

  /** A factor with the exponent, transpose or indices that follow it; null where none does. @param {Node} base */
  raised(base) {
    const { kind, value } = this.token,
      { start } = base;
    if (kind === "power") return this.node("binary", start, { sign: "^", left: base, right: this.constant(value) });
    if (kind === "%") return this.node("binary", start, { sign: "/", left: base, right: this.constant(100) });
    if (kind === "^" || kind === ".^") {
      this.next();
      return this.node("binary", start, { sign: kind, left: base, right: this.deeper(() => this.unary()) });
    }
    if (this.take("'")) return this.node("transposed", start, { of: base });
    const isLowered = kind === "_" && this.tokens[this.at + 1].kind === "{";
    if (isLowered) this.next();
    else if (kind !== "[" || base.type === "number") return null;
    return this.node("index", start, { of: base, indices: this.list() });
  }

  /** @param {number} value */
  constant(value) {
    const { start } = this.next();
    return this.node("number", start, { value });
  }

  /** @returns {Node} */
  primary() {
    const { kind } = this.token;
    if (kind === "number") return this.number();
    if (kind === "name") return this.named();
    if (!(kind in CLOSING)) throw this.stopped("a name, a number or “(”");
    return this.group();
  }

  number() {
    const { start, end, text, value } = this.next(),
      [comma, digits] = this.tokens.slice(this.at);
    const isDecimal =
      !this.commaSeparates &&
      comma.kind === "," &&
      comma.start === end &&
      digits?.start === comma.end &&
      /^\d+$/.test(digits.text);
    if (isDecimal) this.at += 2;
    return this.node("number", start, { value: isDecimal ? Number(`${text}.${digits.text}`) : value });
  }

  /** @returns {Node} */
  group() {
    const { start, kind: open } = this.next();
    const of = this.withComma(false, () => this.expression());
    this.expect(CLOSING[open]);
    const group = this.node("group", start, { of, open });
    const name = { "⌊": "floor", "⌈": "ceil" }[open];
    return name ? { ...group, type: "call", name, of: group } : group;
  }

  /** What stands in brackets, separated by commas. */
  list() {
    const close = CLOSING[this.next().kind];
    return this.withComma(true, () => {
      const parts = [this.expression()];
      while (this.take(",")) parts.push(this.expression());
      this.expect(close, `“,” or “${close}”`);
      return parts;
    });
  }

  /** The input or index that a name stands for, in one of its spellings. @param {string} name */
  known(name) {
    if (Object.hasOwn(this.aliases, name)) return this.aliases[name];
    const there = [...this.indices, ...this.names];
    return [
      name,
      name.replace(/^(\D+)(\d+)$/, "$1_$2"),
      name.replace(/^[a-z]+(?=_|$)/, (word) => GREEK[word] ?? word),
    ].find((spelling) => there.includes(spelling));
  }

  named() {
    const { name, start } = this.next();
    const known = this.known(name),
      called = SYNONYMS[name] ?? name;
    if (known) return this.node("name", start, { name: known });
    if (name === "frac" && this.is("{")) return this.fraction(start);
    if (called === "sum") return this.sum(start);
    if (called in ENTRYWISE || OF_MATRICES.includes(called)) return this.call(start, called);
    if (called in CONSTANTS) return this.node("number", start, { value: CONSTANTS[called], written: called });
    return this.lowered(name, start) ?? this.adjacent(name, start) ?? this.unknown(name, start);
  }

  /** λ_i, which is λ[i]. @param {string} name @param {number} start */
  lowered(name, start) {
    const [, base, index] = name.match(/^(.+)_(.+)$/u) ?? [];
    const of = base && this.known(base),
      isNumber = /^\d+$/.test(index);
    if (!of || !(isNumber || this.indices.includes(index))) return null;
    const place = isNumber
      ? this.node("number", start, { value: Number(index) })
      : this.node("name", start, { name: index });
    return this.node("index", start, { of: this.node("name", start, { name: of }), indices: [place] });
  }

  /** Names side by side without a blank: Dk, W_hh.
   * @param {string} name @param {number} start @returns {Node | undefined} */
  adjacent(name, start) {
    /** @type {string[][]} */
    const ways = [...Array(name.length), []]; // for each place, the names from there to the end
    for (let from = name.length - 1; from >= 0; from--) {
      for (let to = Math.min(name.length, from + LONGEST_NAME); to > from && !ways[from]; to--) {
        if (ways[to] && this.known(name.slice(from, to))) ways[from] = [name.slice(from, to), ...ways[to]];
      }
    }
    let end = start;
    /** @type {Node[]} */
    const factors = ways[0]?.map((part) => ({
      type: "name",
      name: this.known(part),
      start: end,
      end: (end += part.length),
    }));
    return factors?.reduce((left, right) => ({
      type: "binary",
      sign: "",
      left,
      right,
      start,
      end: right.end,
      sideBySide: true,
    }));
  }

  /** @param {string} name @param {number} at @returns {never} */
  unknown(name, at) {
    const there = [...new Set([...this.indices, ...this.names])];
    const near =
      there.find((other) => other.toLowerCase() === name.toLowerCase()) ??
      there.find((other) => other.replace(/_.*/, "") === name);
    const short = name.length > 24 ? `${name.slice(0, 24)}…` : name;
    const names = there.length ? `the names ${there.join(", ")}, and ` : "";
    throw new Unreadable(
      `“${short}” is not a name here.${near ? ` Did you mean ${near}?` : ""} You can use ${names}the functions ${FUNCTIONS.join(", ")}.`,
      at,
    );
  }

  /** @param {number} start */
  fraction(start) {
    const left = this.group(),
      right = this.primary();
    return this.node("binary", start, { sign: "/", left, right });
  }

  /** @param {number} start @param {string} name */
  call(start, name) {
    const bracket = this.is("(", "[", "{");
    if (bracket && (name === "min" || name === "max")) return this.extreme(start, name);
    if (bracket) return this.node("call", start, { name, of: this.group() });
    if (!this.is("number", "name")) throw this.stopped(`“(” and what ${name} is taken of`);
    const of = this.deeper(() => this.power());
    if (this.is("/"))
      throw new Unreadable(
        `Write ${name}(…) with brackets: “${this.text.slice(start, this.token.end)}” can be read in two ways.`,
        this.token.start,
      );
    return this.node("call", start, { name, of });
  }

  /** min(w), of all entries, or min(1, a). @param {number} start @param {string} name */
  extreme(start, name) {
    const parts = this.list();
    if (parts.length === 1)
      return this.node("call", start, { name, of: { ...parts[0], type: "group", of: parts[0], open: "(" } });
    return parts.reduce((left, right) => this.node("binary", start, { sign: name, left, right }));
  }

  /** sum(r, 0, 2, x[r]), sum(r = 0 to 2) x[r], Σ_{r=0}^2 x[r], and sum(w), of all entries.
   * @param {number} start @returns {Node} */
  sum(start) {
    const lowered = this.take("_");
    const [, name, sign] = this.tokens.slice(this.at);
    if (!lowered && !(name?.kind === "name" && [",", "="].includes(sign?.kind))) return this.call(start, "sum");
    if (!(this.token.kind in CLOSING)) throw this.stopped("“(”");
    const close = CLOSING[this.next().kind];
    const index = this.expect("name", "the name of an index").name;
    if (!this.take("=")) this.expect(",", "“=” and the first value");
    const from = this.part();
    if (lowered) {
      this.expect(close);
      return this.node("sum", start, {
        index,
        from,
        to: this.upper(),
        body: this.summand(index, () => this.product()),
      });
    }
    if (this.isWord("to") || this.is("…")) this.next();
    else this.expect(",", "“,” and the last value");
    if (this.isWord(index) && this.tokens[this.at + 1].kind === "=") this.at += 2; // to k = 2
    const to = this.part();
    const inside = this.take(",") && this.summand(index, () => this.part());
    this.expect(close, `“,” and what is added up, or “${close}”`);
    return this.node("sum", start, { index, from, to, body: inside ?? this.summand(index, () => this.product()) });
  }

  part() {
    return this.withComma(true, () => this.expression());
  }

  upper() {
    const T = this.known("T");
    if (this.is("'") && this.token.text.includes("T") && T) return this.node("name", this.next().start, { name: T }); // Σ_{t=1}^T
    if (this.is("power")) return this.constant(this.token.value);
    this.expect("^", "“^” and the last value");
    return this.primary();
  }

  /** @param {string} index @param {Read} read */
  summand(index, read) {
    this.indices.push(index);
    const body = this.deeper(read);
    this.indices.pop();
    return body;
  }
}
