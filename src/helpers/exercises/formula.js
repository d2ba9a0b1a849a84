// Reads, evaluates and typesets a formula that a reader typed. Nothing of it is run as a program: text becomes a tree of the few
// nodes below, a tree becomes small matrices, and both have a limit. A vector is a column; indices count from 0.

const LONGEST = 2000, DEEPEST = 60, MOST_OPERATIONS = 1e6, MILLISECONDS = 250;

/** The text cannot be read, or asks for too much. */
export class Unreadable extends Error {
  constructor(message, at = 0) {
    super(message);
    this.at = at;
  }
}

/** Two parts that do not fit together, such as a product of 3 × 1 and 3 × 3. */
export class Misfit extends Error {
  constructor(message, product = "") {
    super(message);
    this.product = product;
  }
}

// ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const BLANK = /(?:[\s\u200b\u2060-\u2064\ufeff]|\\left(?![a-z])|\\right(?![a-z])|\\[,;!: ]|(?:np|numpy|math)\.(?=[a-z]))+/uy;
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-−]?\d+)?/uy;
const FRACTIONS = { "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5, "⅙": 1 / 6, "⅛": 1 / 8, "⅑": 1 / 9 };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹", LOWERED = "₀₁₂₃₄₅₆₇₈₉";
const LOWERED_LETTERS = { "ₕ": "h", "ₓ": "x", "ₜ": "t", "ₖ": "k", "ᵢ": "i" };
const LETTER = "[\\p{Lu}\\p{Ll}\\p{Lo}∂∇]";
const NAME = new RegExp(`\\\\?${LETTER}+\\d*(?:_(?:\\d+|${LETTER}+|\\{[\\p{L}\\d]+\\})|[${LOWERED}]+|[${Object.keys(LOWERED_LETTERS).join("")}])?`, "uy");
const TRANSPOSED = "(?:T|⊤|ᵀ|\\\\top|\\\\intercal)";
const SIGNS = [
  ["'", new RegExp(`\\^\\s*(?:${TRANSPOSED}|[({]\\s*${TRANSPOSED}\\s*[)}])|\\.T(?![\\p{Lu}\\p{Ll}\\d_])|[ᵀ⊤'’′]`, "uy")],
  [".^", /\.\^|\.\*\*/y], ["⊙", /\.\*|[⊙∘◦]|\\odot(?![a-z])/y], ["⊘", /\.\/|⊘/y],
  ["^", /\*\*|\^/y], ["//", /\/\//y], ["/", /[/÷∕]/y], ["·", /[*·⋅∙×@]|\\(?:cdot|times)(?![a-z])/y],
  ["−", /[-−–—]/y], ["+", /[+]/y], ["…", /\.{2,3}|…/y],
  ...["(", ")", "[", "]", "{", "}", ",", ";", "=", "⌊", "⌋", "⌈", "⌉", "√", "_", "%"].map((sign) => [sign, new RegExp(`\\${sign}`, "y")]),
];
const GREEK = { __proto__: null, alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", zeta: "ζ", eta: "η", theta: "θ", lambda: "λ", mu: "μ", pi: "π", rho: "ρ",
  sigma: "σ", tau: "τ", phi: "φ", omega: "ω", ell: "ℓ", partial: "∂" };
const plain = (name) => name.replace(/^\\/, "").replace(/[{}]/g, "")
  .replace(new RegExp(`[${LOWERED}]+`, "u"), (digits) => `_${[...digits].map((digit) => LOWERED.indexOf(digit)).join("")}`)
  .replace(/[ₕₓₜₖᵢ]/u, (letter) => `_${LOWERED_LETTERS[letter]}`);

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A pattern for a name that is more than letters, as h[t−1]: its blanks and its minus may be typed in any way. */
const literally = (name) => new RegExp([...name.replace(/\s/g, "")]
  .map((letter) => (/[-−]/.test(letter) ? "[-−–]" : letter.replace(/[^\p{L}\d]/u, "\\$&"))).join("\\s*"), "y");

function tokens(text, aliases) {
  if (text.length > LONGEST) throw new Unreadable(`This is too long to be read: ${text.length} characters, of at most ${LONGEST}.`);
  const literals = Object.keys(aliases).map((name) => [name, literally(name)]);
  const found = [];
  let at = 0;
  const take = (kind, taken, more) => {
    found.push({ kind, start: at, end: at + taken.length, text: taken, ...more });
    at += taken.length;
  };
  while (at < text.length) {
    const blank = matchAt(BLANK, text, at);
    if (blank) { at += blank.length; continue; }
    const literal = literals.map(([name, pattern]) => [name, matchAt(pattern, text, at)]).find(([, taken]) => taken);
    const number = matchAt(NUMBER, text, at);
    const letter = String.fromCodePoint(text.codePointAt(at));
    const sign = SIGNS.map(([sign, pattern]) => [sign, matchAt(pattern, text, at)]).find(([, taken]) => taken);
    if (literal) take("name", literal[1], { name: literal[0] });
    else if (number) take("number", number, { value: Number(number.replace("−", "-")) });
    else if (FRACTIONS[letter]) {
      const before = found.at(-1);
      if (before?.kind === "number" && before.end === at) { before.value += FRACTIONS[letter]; before.end = at += 1; } // 1½
      else take("number", letter, { value: FRACTIONS[letter] });
    } else if (RAISED.includes(letter) || letter === "⁻") {
      const raised = matchAt(/⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/uy, text, at);
      if (!raised) throw stopped(text, at, "a number");
      const value = Number([...raised].map((digit) => (digit === "⁻" ? "-" : RAISED.indexOf(digit))).join(""));
      take("power", raised, { value });
    } else if (sign) take(sign[0], sign[1]);
    else {
      let name = matchAt(/[∑Σ√](?![\p{L}\d])/uy, text, at) ?? matchAt(/sum(?=_)/y, text, at) ?? matchAt(NAME, text, at);
      if (!name) throw new Unreadable(`“${letter}” has no meaning here${after(text, at)}.`, at);
      name = name.replace(/^(\\?(?:ln|exp|sqrt))\d+$/, "$1"); // ln2
      for (let cut = at + 1; cut < at + name.length; cut++) { // W_x x[t] without its blank
        if (literals.some(([, pattern]) => matchAt(pattern, text, cut))) name = name.slice(0, cut - at);
      }
      take("name", name, { name: plain(name) });
    }
  }
  found.push({ kind: "end", start: text.length, end: text.length, text: "" });
  return found;
}

const tail = (text, at) => {
  const before = text.slice(0, at).trim();
  return before.length > 24 ? `…${before.slice(-24)}` : before;
};
const after = (text, at) => (tail(text, at) ? `, after “${tail(text, at)}”` : "");

function stopped(text, at, expected) {
  const rest = text.slice(at).trim();
  const there = rest ? `“${String.fromCodePoint(rest.codePointAt(0))}” stands there` : "it ends there";
  return new Unreadable(tail(text, at) ? `After “${tail(text, at)}” ${expected} is expected, and ${there}.` : `${expected[0].toUpperCase()}${expected.slice(1)} is expected, and ${there}.`, at);
}

// ── The tree ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const ENTRYWISE = {
  __proto__: null,
  exp: Math.exp, ln: Math.log, sqrt: Math.sqrt, tanh: Math.tanh, abs: Math.abs, floor: Math.floor, ceil: Math.ceil, round: Math.round,
  relu: (value) => Math.max(0, value), "σ": (value) => 1 / (1 + Math.exp(-value)), log2: Math.log2, log10: Math.log10,
};
const OF_MATRICES = ["diag", "softargmax", "norm", "sum", "min", "max"];
const SPELLED = { __proto__: null, log: "ln", sigmoid: "σ", softmax: "softargmax", "√": "sqrt", "∑": "sum", "Σ": "sum", log_e: "ln" };
/** The functions that a formula may have, as they are listed to the reader. */
export const FUNCTIONS = [...Object.keys(ENTRYWISE).filter((name) => !/\d/.test(name)), ...OF_MATRICES];
const CONSTANTS = { __proto__: null, e: Math.E, "π": Math.PI };
const CLOSED_BY = { "(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉" };
const BEGIN_A_FACTOR = ["number", "name", "(", "{", "⌊", "⌈", "√"];

/** Read a formula; of an equation, its last side. `names` are those of the inputs, `aliases` other spellings of them, `over` free indices. */
export function parse(text, { names = [], aliases = {}, over = [] } = {}) {
  return new Parser(text, names, aliases, over).formula();
}

/** Read a list of formulas, as sizes are written: 5 × 2, (5, 2), [17/4] + 1 × [7/4] + 1 = 5 × 2. */
export function parseList(text, { several }) {
  const as = (sign) => (words) => sign.padEnd(words.length); // so that places stay
  const written = text.replace(/^\s*(?:≈|~|about|ca\.)/u, as(" ")).replace(/(?<=\d\s*)per ?cent\b/g, as("%"));
  return new Parser(several ? written.replace(/(?<=[\d)\]]\s*)[xX](?=\s*[\d(\[])/g, "×") : written.replace(/(?<=\d\s*)(?:in|out of|:)(?=\s*\d)/g, as("/"))).list(several);
}

class Parser {
  constructor(text, names = [], aliases = {}, over = []) {
    Object.assign(this, { text, names, aliases, bound: [...over], at: 0, depth: 0, commaSeparates: false });
    this.tokens = tokens(text, aliases);
  }

  get token() { return this.tokens[this.at]; }
  is(...kinds) { return kinds.includes(this.token.kind); }
  isWord(...words) { return this.is("name") && words.includes(this.token.name); }
  next() { return this.tokens[this.at++]; }
  take(kind) { return this.is(kind) ? this.next() : null; }
  fail(expected) { return stopped(this.text, this.token.start, expected); }
  expect(kind, words = `“${kind}”`) {
    if (!this.is(kind)) throw this.fail(words);
    return this.next();
  }
  node(type, start, parts) { return { type, start, end: this.tokens[this.at - 1].end, ...parts }; }

  formula() {
    this.toLastSide();
    const read = this.expression();
    if (!this.is("end")) throw this.fail(this.is(")", "]", "}") ? "no closing bracket" : "a sign of calculation");
    return read;
  }

  toLastSide() {
    let depth = 0;
    this.tokens.forEach(({ kind }, place) => {
      if (CLOSED_BY[kind]) depth++;
      if ([")", "]", "}", "⌋", "⌉"].includes(kind)) depth--;
      if (kind === "=" && depth === 0) this.at = place + 1;
    });
  }

  list(several) {
    this.toLastSide();
    const parts = [];
    if (several && this.isWord("R", "ℝ")) { this.next(); this.take("^"); }
    this.listed = several;
    while (!this.is("end")) {
      const open = several && this.take(this.is("(") ? "(" : "[");
      this.commaSeparates = several;
      parts.push(this.expression());
      if (this.isWord("nat", "nats")) this.next();
      if (open && parts.length === 1 && !this.is(",", ";", "·") && !this.isWord("x", "X", "by")) this.take(CLOSED_BY[open.kind]);
      while (several && (this.is(",", ";", "·", ")", "]", "(") || this.isWord("x", "X", "by"))) this.next();
      if (!several && !this.is("end")) throw this.fail("the end");
    }
    return parts;
  }

  deeper(read) {
    if (++this.depth > DEEPEST) throw new Unreadable(`This is nested more than ${DEEPEST} deep. Write it in a simpler way.`, this.token.start);
    const node = read();
    this.depth--;
    return node;
  }

  expression() { return this.deeper(() => this.chain(["+", "−"], () => this.entrywise())); }
  entrywise() { return this.chain(["⊙", "⊘"], () => this.product()); }

  chain(signs, part) {
    const start = this.token.start;
    let left = part();
    while (this.is(...signs)) {
      const sign = this.next().kind;
      left = this.node("binary", start, { sign, left, right: part() });
    }
    return left;
  }

  product() {
    const start = this.token.start;
    let left = this.unary();
    while (true) {
      const listing = this.listed && this.depth === 1;
      if (this.is("·", "/", "//") && !(listing && this.is("·"))) {
        const sign = this.next().kind;
        left = this.node("binary", start, { sign, left, right: this.unary() });
      } else if (this.is(...BEGIN_A_FACTOR) && !this.isWord("to", "nat", "nats") && !(listing && (this.is("(") || this.isWord("x", "X", "by")))) {
        if (this.is("number") && this.tokens[this.at - 1].kind === "number") throw this.fail("a sign of calculation");
        left = this.node("binary", start, { sign: "", left, right: this.power() });
      } else return left;
    }
  }

  unary() {
    const { start, kind } = this.token;
    if (!this.is("−", "+")) return this.power();
    this.next();
    const of = this.deeper(() => this.unary());
    return kind === "+" ? of : this.node("minus", start, { of });
  }

  power() {
    const start = this.token.start;
    let base = this.primary();
    while (true) {
      const raised = this.take("power");
      if (raised) base = this.node("binary", start, { sign: "^", left: base, right: this.node("number", raised.start, { value: raised.value }) });
      else if (this.is("^", ".^")) {
        const sign = this.next().kind;
        base = this.node("binary", start, { sign, left: base, right: this.deeper(() => this.unary()) });
      } else if (this.take("'")) base = this.node("transposed", start, { of: base });
      else if (this.take("%")) base = this.node("binary", start, { sign: "/", left: base, right: { type: "number", value: 100, start, end: start } });
      else if (this.is("[") && base.type !== "number") base = this.index(start, base, "[");
      else if (this.is("_") && this.tokens[this.at + 1].kind === "{") { this.next(); base = this.index(start, base, "{"); }
      else return base;
    }
  }

  index(start, of, open) {
    this.expect(open);
    const indices = this.separated(() => this.listUpTo(CLOSED_BY[open]));
    this.expect(CLOSED_BY[open], `“,” or “${CLOSED_BY[open]}”`);
    return this.node("index", start, { of, indices });
  }

  listUpTo(close) {
    const parts = [this.expression()];
    while (!this.is(close) && this.take(",")) parts.push(this.expression());
    return parts;
  }

  separated(read) {
    const before = this.commaSeparates;
    this.commaSeparates = true;
    const result = read();
    this.commaSeparates = before;
    return result;
  }

  group(open) {
    const start = this.next().start;
    const before = this.commaSeparates;
    this.commaSeparates = false;
    const of = this.expression();
    this.commaSeparates = before;
    this.expect(CLOSED_BY[open], `“${CLOSED_BY[open]}”`);
    return this.node("group", start, { of, open });
  }

  primary() {
    const { kind, start } = this.token;
    if (kind === "number") return this.number();
    if (kind === "name") return this.named();
    if (kind === "√") { this.next(); return this.call(start, "sqrt"); }
    if (!CLOSED_BY[kind]) throw this.fail("a name, a number or “(”");
    const group = this.group(kind);
    const rounded = { "⌊": "floor", "⌈": "ceil" }[kind];
    return rounded ? this.node("call", start, { name: rounded, of: group }) : group;
  }

  number() {
    const whole = this.next(), [comma, digits] = this.tokens.slice(this.at);
    const decimal = !this.commaSeparates && comma.kind === "," && comma.start === whole.end && digits?.start === comma.end && /^\d+$/.test(digits.text);
    if (!decimal) return this.node("number", whole.start, { value: whole.value });
    this.at += 2;
    return this.node("number", whole.start, { value: Number(`${whole.text}.${digits.text}`) });
  }

  known(name) {
    if (Object.hasOwn(this.aliases, name)) return this.aliases[name];
    const spellings = [name, GREEK[name], name.replace(/^(\D+)(\d+)$/, "$1_$2"), name.replace(/^([a-z]+)(?=_|$)/, (word) => GREEK[word] ?? word)];
    return spellings.find((spelled) => this.bound.includes(spelled) || this.names.includes(spelled));
  }

  named() {
    const { name, start } = this.next();
    const known = this.known(name);
    if (known) return this.node("name", start, { name: known });
    const [, base, lowered] = name.match(/^(.+)_(.+)$/u) ?? [];
    if (base && this.known(base) && (this.bound.includes(lowered) || /^\d+$/.test(lowered))) { // λ_i for λ[i]
      const index = /^\d/.test(lowered) ? this.node("number", start, { value: Number(lowered) }) : this.node("name", start, { name: lowered });
      return this.node("index", start, { of: this.node("name", start, { name: this.known(base) }), indices: [index] });
    }
    if (name === "frac" && this.is("{")) {
      const left = this.group("{"), right = this.is("{") ? this.group("{") : this.primary();
      return this.node("binary", start, { sign: "/", left, right });
    }
    const called = SPELLED[name] ?? GREEK[name] ?? name;
    if (called === "sum") return this.sum(start);
    if (ENTRYWISE[called] || OF_MATRICES.includes(called)) return this.call(start, called);
    if (called in CONSTANTS) return this.node("number", start, { value: CONSTANTS[called], written: called });
    const parts = this.split(name);
    if (!parts) throw this.unknown(name, start);
    let end = start, product;
    for (const part of parts) {
      const named = { type: "name", name: this.known(part), start: end, end: (end += part.length) };
      product = product ? { type: "binary", sign: "", left: product, right: named, start, end } : named;
    }
    return product;
  }

  /** Names that stand side by side without a blank: Dk, W_hh. */
  split(name) {
    const ways = Array(name.length + 1);
    ways[name.length] = [];
    for (let from = name.length - 1; from >= 0; from--) {
      for (let to = name.length; to > from && !ways[from]; to--) {
        if (ways[to] && this.known(name.slice(from, to))) ways[from] = [name.slice(from, to), ...ways[to]];
      }
    }
    return ways[0];
  }

  unknown(name, at) {
    const there = [...new Set([...this.bound, ...this.names])];
    const near = there.find((other) => other.toLowerCase() === name.toLowerCase()) ?? there.find((other) => other.replace(/_.*/, "") === name);
    const short = name.length > 24 ? `${name.slice(0, 24)}…` : name;
    return new Unreadable(`“${short}” is no name here.${near ? ` Did you mean ${near}?` : ""} There ${there.length ? `are ${there.join(", ")}, and ` : "are "}the functions ${FUNCTIONS.join(", ")}.`, at);
  }

  call(start, name) {
    if (this.is("(", "[", "{")) {
      const open = this.token.kind;
      if (name === "min" || name === "max") return this.extreme(start, name, open);
      return this.node("call", start, { name, of: this.group(open) });
    }
    if (!this.is("number", "name")) throw this.fail(`“(” and what ${name} is taken of`);
    const of = this.deeper(() => this.power());
    if (this.is("/")) throw new Unreadable(`Write ${name}(…) with brackets: “${this.text.slice(start, this.token.end)}” can be read in two ways.`, this.token.start);
    return this.node("call", start, { name, of });
  }

  /** min(w) of all entries, or min(1, a). */
  extreme(start, name, open) {
    this.next();
    const parts = this.separated(() => this.listUpTo(CLOSED_BY[open]));
    this.expect(CLOSED_BY[open], `“,” or “${CLOSED_BY[open]}”`);
    if (parts.length === 1) return this.node("call", start, { name, of: { type: "group", of: parts[0], open: "(", start, end: this.token.start } });
    return parts.reduce((left, right) => this.node("binary", start, { sign: name, left, right }));
  }

  /** sum(r, 0, 2, x[r]), sum(r = 0 to 2) x[r], Σ_{r=0}^2 x[r], and the sum of all entries, sum(w). */
  sum(start) {
    const lowered = this.take("_");
    const open = this.token.kind;
    const begins = this.tokens[this.at + 1];
    const runs = begins?.kind === "name" && [",", "="].includes(this.tokens[this.at + 2]?.kind);
    if (!lowered && !runs) return this.call(start, "sum");
    if (!CLOSED_BY[open]) throw this.fail("“(”");
    this.next();
    const index = this.expect("name", "the name of an index").name;
    if (!this.take("=")) this.expect(",", "“=” and the first value");
    const from = this.separated(() => this.expression());
    let to, body;
    const upTo = () => {
      if (this.isWord(index) && this.tokens[this.at + 1].kind === "=") this.at += 2;
      return this.separated(() => this.expression());
    };
    const bodyOf = (read) => {
      this.bound.push(index);
      const read_ = this.deeper(read);
      this.bound.pop();
      return read_;
    };
    if (lowered) {
      this.expect(CLOSED_BY[open]);
      const raised = this.take("power");
      if (!raised) this.expect("^", "“^” and the last value");
      to = raised ? { type: "number", value: raised.value, start: raised.start, end: raised.end } : this.primary();
    } else if (this.isWord("to") || this.is("…")) {
      this.next();
      to = upTo();
      if (this.take(",")) body = bodyOf(() => this.separated(() => this.expression()));
      this.expect(CLOSED_BY[open]);
    } else {
      this.expect(",", "“,” and the last value");
      to = upTo();
      if (!this.is(CLOSED_BY[open])) {
        this.expect(",", "“,” and what is added up");
        body = bodyOf(() => this.separated(() => this.expression()));
      }
      this.expect(CLOSED_BY[open]);
    }
    body ??= bodyOf(() => this.product());
    return this.node("sum", start, { index, from, to, body });
  }
}

// ── Values ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How much one answer may be calculated. */
export class Budget {
  constructor() {
    this.left = MOST_OPERATIONS;
    this.until = Date.now() + MILLISECONDS;
    this.calls = 0;
  }
  spend(operations) {
    this.left -= operations;
    if (this.left < 0 || (++this.calls % 256 === 0 && Date.now() > this.until)) {
      throw new Unreadable("This takes too much calculation. A sum here needs some ten terms.");
    }
  }
}

const scalar = (value) => ({ rows: 1, columns: 1, data: [value] });
const isScalar = ({ data }) => data.length === 1;
const each = (value, f) => ({ ...value, data: value.data.map(f) });
export const sizeOf = ({ rows, columns }) => `${rows} × ${columns}`;
export const sameSize = (one, other) => one.rows === other.rows && one.columns === other.columns;
export const transposed = ({ rows, columns, data }) => ({
  rows: columns, columns: rows, data: data.map((_, place) => data[(place % rows) * columns + Math.floor(place / rows)]),
});

/** An array of nested lists. */
export function arrayOf(nested) {
  const shape = [];
  for (let part = nested; Array.isArray(part); part = part[0]) shape.push(part.length);
  return { shape, data: [nested].flat(Infinity) };
}

/** An array of at most two axes as a matrix; a vector is a column. */
export function matrixOf({ shape, data }, source = "It") {
  if (shape.length > 2) throw new Misfit(`${source} has ${shape.length} axes, ${shape.join(" × ")}: give it its indices, ${source}[…].`);
  return { rows: shape[0] ?? 1, columns: shape[1] ?? 1, data };
}

/** The value of a tree. `inputs` are arrays by name; `first` says from which number the index of a name counts. */
export function evaluate(tree, { text, inputs, first = {}, budget = new Budget() }) {
  const source = ({ start, end }) => {
    const written = text.slice(start, end).trim().replace(/['’′]|\^\s*\{?T\}?(?![\p{L}\d_])/gu, "ᵀ").replace(/-/g, "−");
    return written.length > 40 ? `${written.slice(0, 18)} … ${written.slice(-18)}` : written;
  };
  const indices = new Map();

  const value = (node) => {
    budget.spend(1);
    return VALUE[node.type](node);
  };
  const whole = (node) => {
    const { data } = value(node);
    if (data.length !== 1 || !Number.isInteger(data[0])) throw new Misfit(`${source(node)} is to be a whole number here, and is ${data.length === 1 ? data[0] : "a vector"}.`);
    return data[0];
  };

  const array = (node) => {
    if (node.type === "group") return array(node.of);
    if (node.type === "name" && !indices.has(node.name)) return inputs[node.name];
    if (node.type !== "index") {
      const { rows, columns, data } = value(node);
      return { shape: columns === 1 ? [rows] : rows === 1 ? [columns] : [rows, columns], data };
    }
    const { shape, data } = array(node.of);
    if (node.indices.length > shape.length) throw new Misfit(`${source(node.of)} has ${shape.length || "no"} ${shape.length === 1 ? "axis" : "axes"}, and ${source(node)} gives it ${node.indices.length} indices.`);
    let offset = 0, size = data.length;
    node.indices.forEach((index, axis) => {
      const from = axis === 0 && node.of.type === "name" ? (first[node.of.name] ?? 0) : 0;
      const place = whole(index);
      if (place < from || place >= from + shape[axis]) {
        const where = [...indices].map(([name, number]) => `${name} = ${number}`).join(", ");
        throw new Misfit(`${source(node)} reads place ${place}${where ? ` where ${where}` : ""}; ${["the first", "the second", "the third", "the fourth"][axis]} index of ${source(node.of)} goes from ${from} to ${from + shape[axis] - 1}.${place < from ? ` Indices count from ${from} here.` : ""}`.replace(/-(?=\d)/g, "−"));
      }
      size /= shape[axis];
      offset += (place - from) * size;
    });
    return { shape: shape.slice(node.indices.length), data: data.slice(offset, offset + size) };
  };

  const unlike = (node, left, right, words) => {
    const [a, b] = [source(node.left), source(node.right)];
    const product = `${node.left.type === "binary" && ["", "·"].includes(node.left.sign) ? source(node.left.right) : a} ${b}`;
    return new Misfit(`${a} is ${sizeOf(left)} and ${b} is ${sizeOf(right)}: ${words}.`, product.replace(/\s/g, ""));
  };
  const turned = (node) => (node.type === "transposed" ? bracketed(node.of) : `${bracketed(node)}ᵀ`);
  const bracketed = (node) => (["binary", "minus"].includes(node.type) ? `(${source(node)})` : source(node));

  const ENTRIES = { "+": (a, b) => a + b, "−": (a, b) => a - b, "⊙": (a, b) => a * b, "⊘": (a, b) => a / b, ".^": Math.pow, "//": (a, b) => Math.floor(a / b), min: Math.min, max: Math.max };
  const WORDS = { "+": "they do not add", "−": "they do not subtract", "⊙": "they do not multiply entry by entry", "⊘": "they do not divide entry by entry" };
  const entries = (node, left, right, sign = node.sign) => {
    budget.spend(Math.max(left.data.length, right.data.length));
    const f = ENTRIES[sign];
    if (isScalar(right)) return each(left, (a) => f(a, right.data[0]));
    if (isScalar(left)) return each(right, (b) => f(left.data[0], b));
    if (sameSize(left, right)) return each(left, (a, place) => f(a, right.data[place]));
    const instead = sameSize(left, transposed(right)) ? `; with ${turned(node.right)} they do` : "";
    throw unlike(node, left, right, `${WORDS[sign] ?? "they do not fit"}${instead}`);
  };

  const multiply = (node, left, right) => {
    if (isScalar(left) || isScalar(right)) return entries(node, left, right, "⊙");
    if (left.columns !== right.rows) {
      const [a, b] = [bracketed(node.left), bracketed(node.right)];
      const fits = left.rows === right.rows ? `${turned(node.left)} ${b} does` : left.columns === right.columns ? `${a} ${turned(node.right)} does`
        : right.columns === left.rows ? `${b} ${a} does` : "";
      const alike = sameSize(left, right) ? `, and entry by entry ${a} ⊙ ${b}` : "";
      throw unlike(node, left, right, `they do not multiply in this order${fits && `; ${fits}`}${alike}`);
    }
    budget.spend(left.rows * left.columns * right.columns);
    const data = [];
    for (let row = 0; row < left.rows; row++) {
      for (let column = 0; column < right.columns; column++) {
        let sum = 0;
        for (let k = 0; k < left.columns; k++) sum += left.data[row * left.columns + k] * right.data[k * right.columns + column];
        data.push(sum);
      }
    }
    return { rows: left.rows, columns: right.columns, data };
  };

  const divide = (node, left, right) => {
    if (isScalar(left) || isScalar(right)) return entries(node, left, right, "⊘");
    throw unlike(node, left, right, "one is not divided by the other; entry by entry it is “./”");
  };

  const power = (node, base, exponent) => {
    if (isScalar(base)) return each(exponent, (b) => base.data[0] ** b);
    const times = exponent.data[0];
    if (base.rows !== base.columns) throw new Misfit(`${source(node.left)} is ${sizeOf(base)}, and has no power; entry by entry it is “.^”.`);
    if (!(isScalar(exponent) && Number.isInteger(times) && times >= 1)) throw new Misfit(`${source(node.left)} is ${sizeOf(base)}: its power has to be a whole number from 1 on.`);
    let result = base;
    for (let k = 1; k < times; k++) result = multiply(node, result, base);
    return result;
  };

  const BINARY = { "": multiply, "·": multiply, "/": divide, "^": power };
  const VALUE = {
    number: (node) => scalar(node.value),
    name: (node) => (indices.has(node.name) ? scalar(indices.get(node.name)) : matrixOf(inputs[node.name], node.name)),
    group: (node) => value(node.of),
    index: (node) => matrixOf(array(node), source(node)),
    minus: (node) => each(value(node.of), (entry) => -entry),
    transposed: (node) => transposed(value(node.of)),
    binary: (node) => (BINARY[node.sign] ?? entries)(node, value(node.left), value(node.right)),
    call(node) {
      const of = value(node.of);
      budget.spend(of.data.length);
      return ENTRYWISE[node.name] ? each(of, (entry) => ENTRYWISE[node.name](entry)) : MATRIX[node.name](of, node);
    },
    sum(node) {
      const [from, to] = [whole(node.from), whole(node.to)];
      const hidden = indices.get(node.index);
      let total = scalar(0);
      for (let index = from; index <= to; index++) {
        indices.set(node.index, index);
        total = index === from ? value(node.body) : entries({ sign: "+", left: node.body, right: node.body }, total, value(node.body));
      }
      if (hidden === undefined) indices.delete(node.index);
      else indices.set(node.index, hidden);
      return total;
    },
  };

  const vector = ({ rows, columns }, node) => {
    if (rows > 1 && columns > 1) throw new Misfit(`${node.name} is taken of a vector, and ${source(node.of)} is ${rows} × ${columns}.`);
  };
  const MATRIX = {
    diag({ rows, columns, data }, node) {
      if (rows === columns && rows > 1) return { rows, columns: 1, data: Array.from({ length: rows }, (_, k) => data[k * columns + k]) };
      vector({ rows, columns }, node);
      const size = data.length;
      return { rows: size, columns: size, data: Array.from({ length: size * size }, (_, place) => (place % (size + 1) ? 0 : data[place / (size + 1)])) };
    },
    softargmax(of, node) {
      vector(of, node);
      const largest = Math.max(...of.data), powers = of.data.map((entry) => Math.exp(entry - largest));
      const sum = powers.reduce((a, b) => a + b);
      return { ...of, data: powers.map((entry) => entry / sum) };
    },
    norm: ({ data }) => scalar(Math.hypot(...data)),
    sum: ({ data }) => scalar(data.reduce((a, b) => a + b)),
    min: ({ data }) => scalar(Math.min(...data)),
    max: ({ data }) => scalar(Math.max(...data)),
  };

  return value(tree);
}

// ── Typeset ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const mi = (name) => `<mi mathvariant="normal"${name.length === 1 ? ' class="variable"' : ""}>${name}</mi>`;
const mo = (sign, more = "") => `<mo${more}>${sign}</mo>`;
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;

function symbol(name) {
  const [, base, lowered] = name.match(/^([^_]*)_?(.*)$/u);
  return lowered ? `<msub>${mi(base)}${/^\d/.test(lowered) ? `<mn>${lowered}</mn>` : mi(lowered)}</msub>` : mi(base);
}

const TYPESET = {
  number: ({ value, written }) => (written ? mi(written) : `<mn>${String(value).replace("-", "−")}</mn>`),
  name: ({ name }) => symbol(name),
  group: ({ of, open }) => (open === "{" ? typeset(of) : row(mo(open), typeset(of), mo(CLOSED_BY[open]))),
  index: ({ of, indices }) => row(typeset(of), mo("[", ' stretchy="false"'), indices.map(typeset).join(mo(",")), mo("]", ' stretchy="false"')),
  minus: ({ of }) => row(mo("−", ' form="prefix"'), typeset(of)),
  transposed: ({ of }) => `<msup>${typeset(of)}<mo class="transposed">⊤</mo></msup>`,
  binary({ sign, left, right }) {
    const inner = (node) => typeset(node.type === "group" && node.open !== "⌊" ? node.of : node);
    if (sign === "/") return `<mfrac>${inner(left)}${inner(right)}</mfrac>`;
    if (sign === "//") return row(mo("⌊"), `<mfrac>${inner(left)}${inner(right)}</mfrac>`, mo("⌋"));
    if (sign === "^" || sign === ".^") return `<msup>${typeset(left)}${inner(right)}</msup>`;
    if (sign === "min" || sign === "max") return row(mi(sign), mo("("), typeset(left), mo(","), typeset(right), mo(")"));
    if (sign === "") return row(typeset(left), '<mspace width="0.15em"></mspace>', typeset(right));
    return row(typeset(left), mo(sign), typeset(right));
  },
  call({ name, of }) {
    const inner = of.type === "group" ? of.of : of;
    if (name === "sqrt") return `<msqrt>${typeset(inner)}</msqrt>`;
    if (name === "floor" || name === "ceil") return row(mo(name === "floor" ? "⌊" : "⌈"), typeset(inner), mo(name === "floor" ? "⌋" : "⌉"));
    return row(mi(name), of.type === "group" ? row(mo("("), typeset(inner), mo(")")) : `<mspace width="0.2em"></mspace>${typeset(of)}`);
  },
  sum: ({ index, from, to, body }) =>
    row(`<munderover>${mo("∑", ' movablelimits="false"')}${row(symbol(index), mo("="), typeset(from))}${typeset(to)}</munderover>`, typeset(body)),
};
const typeset = (node) => TYPESET[node.type](node);

/** A tree as MathML, which browsers draw by themselves. */
export function mathml(tree) {
  return `<math display="inline">${row(typeset(tree))}</math>`;
}
