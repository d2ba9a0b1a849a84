// The words and signs of a formula, each with its place in the text.

/** @typedef {{ kind: string, start: number, end: number, text: string, name?: string, value?: number, fraction?: boolean }} Token */
/** @typedef {(at: number) => [string, string] | undefined} AliasAt */

export const LONGEST = 2000;

/** The text cannot be read, from the place `at` on; or it asks for too much. */
export class Unreadable extends Error {
  /** @param {string} message */
  constructor(message, at = 0) {
    super(message);
    this.at = at;
    /** @type {string | undefined} */
    this.text = undefined; // what was read, where that is not what was typed
  }
}

const LETTER = "[\\p{Lu}\\p{Ll}\\p{Lo}∂∇]"; // not ᵀ, which is a letter to Unicode
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹",
  LOWERED = "₀₁₂₃₄₅₆₇₈₉";
/** @type {Record<string, string>} */
const LOWERED_LETTERS = { ₕ: "h", ₓ: "x", ₜ: "t", ₖ: "k", ᵢ: "i" };
const T = "(?:T|⊤|ᵀ|\\\\top|\\\\intercal)";

const BLANK = /(?:[\s\u200b\u2060-\u2064\ufeff]|\\(?:left|right)(?![a-z])|\\[,;!: ]|(?:np|numpy|math)\.(?=[a-z]))+/uy;
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+−]?\d+)?/uy;
const FRACTION = /[½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒]/uy;
const POWER = new RegExp(`⁻?[${RAISED}]+`, "uy");
const NAME = new RegExp(
  "[√∞]|[∑Σ](?![\\p{L}\\d])|sum(?=_)|(?:ln|exp|sqrt)(?=\\d)" + // what a number or an index may follow
    `|\\\\?${LETTER}+\\d*(?:_(?:\\d+|${LETTER}+|\\{[\\p{L}\\d]+\\})|[${LOWERED}]+|[${Object.keys(LOWERED_LETTERS).join("")}])?`,
  "uy",
);
/** @type {[string, RegExp][]} */
const SIGNS = [
  ["'", new RegExp(`\\^\\s*(?:${T}|[({]\\s*${T}\\s*[)}])|\\.T(?![\\p{Lu}\\p{Ll}\\d_])|[ᵀ⊤'’′]`, "uy")],
  [".^", /\.(?:\^|\*\*)/y],
  ["⊙", /\.\*|[⊙∘◦]|\\odot(?![a-z])/y],
  ["⊘", /\.\/|⊘/y],
  ["^", /\*\*|\^/y],
  ["//", /\/\//y],
  ["/", /[/÷∕]/y],
  ["·", /[*·⋅∙×@]|\\(?:cdot|times)(?![a-z])/y],
  ["−", /[-−–—]/y],
  ["…", /\.{2,3}|…/y],
  ...[..."+()[]{},;=⌊⌋⌈⌉_%"].map((sign) => /** @type {[string, RegExp]} */ ([sign, new RegExp(`\\${sign}`, "y")])),
];

/** @param {RegExp} pattern @param {string} text @param {number} at */
function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The pattern of a name that is more than letters, such as h[t−1]: blanks do not count, and any minus will do.
 * @param {string} name */
const patternOf = (name) =>
  new RegExp(
    [...name.replace(/\s/g, "")]
      .map((letter) => (/[-−]/.test(letter) ? "[-−–]" : letter.replace(/[^\p{L}\d]/u, "\\$&")))
      .join("\\s*"),
    "y",
  );

/** A name as it is listed: A_n for A_{n} and Aₙ. @param {string} name */
const listed = (name) =>
  name
    .replace(/[\\{}]/g, "")
    .replace(
      new RegExp(`[${LOWERED}]+`, "u"),
      (digits) => `_${[...digits].map((digit) => LOWERED.indexOf(digit)).join("")}`,
    )
    .replace(/[ₕₓₜₖᵢ]/u, (letter) => `_${LOWERED_LETTERS[letter]}`);

/** ½ is 1⁄2 to Unicode. @param {string} fraction */
function valueOf(fraction) {
  const [above, below] = fraction.normalize("NFKC").split("⁄");
  return Number(above) / Number(below);
}

/** @param {string} raised */
const numberOf = (raised) => Number([...raised].map((digit) => (digit === "⁻" ? "-" : RAISED.indexOf(digit))).join(""));

/** The tokens of a text, up to the one of kind "end". `aliases` are names that are more than letters.
 * @param {string} text @param {string[]} aliases @returns {Token[]} */
export function tokens(text, aliases) {
  if (text.length > LONGEST)
    throw new Unreadable(`This is too long to be read: ${text.length} characters, of at most ${LONGEST}.`);
  /** @type {[string, RegExp][]} */
  const patterns = aliases.map((name) => [name, patternOf(name)]);
  /** @type {AliasAt} */
  const aliasAt = (at) => {
    const [name, pattern] = patterns.find(([, pattern]) => matchAt(pattern, text, at)) ?? [];
    return name && [name, matchAt(pattern, text, at)];
  };
  /** @type {Token[]} */
  const found = [];
  let at = matchAt(BLANK, text, 0)?.length ?? 0;
  while (at < text.length) {
    const taken = tokenAt(text, at, aliasAt);
    const token = { start: at, end: at + taken.text.length, ...taken };
    at = token.end;
    const before = found.at(-1);
    if (token.fraction && before?.kind === "number" && before.end === token.start)
      Object.assign(before, { value: before.value + token.value, end: at }); // 1½
    else found.push(token);
    at += matchAt(BLANK, text, at)?.length ?? 0;
  }
  return [...found, { kind: "end", start: text.length, end: text.length, text: "" }];
}

/** @param {string} text @param {number} at @param {AliasAt} aliasAt @returns {Omit<Token, "start" | "end">} */
function tokenAt(text, at, aliasAt) {
  const alias = aliasAt(at);
  if (alias) return { kind: "name", name: alias[0], text: alias[1] };
  const number = matchAt(NUMBER, text, at);
  if (number) return { kind: "number", value: Number(number.replace("−", "-")), text: number };
  const fraction = matchAt(FRACTION, text, at);
  if (fraction) return { kind: "number", value: valueOf(fraction), text: fraction, fraction: true };
  const raised = matchAt(POWER, text, at);
  if (raised) return { kind: "power", value: numberOf(raised), text: raised };
  const sign = SIGNS.map(([kind, pattern]) => ({ kind, text: matchAt(pattern, text, at) })).find(({ text }) => text);
  if (sign) return sign;
  let name = matchAt(NAME, text, at);
  if (!name)
    throw new Unreadable(
      `“${letterAt(text, at)}” has no meaning here${tail(text, at) && `, after “${tail(text, at)}”`}.`,
      at,
    );
  const cut = [...name].findIndex((_, place) => place > 0 && aliasAt(at + place)); // W_xx[t]
  if (cut > 0) name = name.slice(0, cut);
  return { kind: "name", name: listed(name), text: name };
}

/** @param {string} text @param {number} at */
export const letterAt = (text, at) => String.fromCodePoint(text.codePointAt(at));

/** What stands before a place, to say where it is. @param {string} text @param {number} at */
export function tail(text, at) {
  const before = text.slice(0, at).trim();
  return before.length > 24 ? `…${before.slice(-24)}` : before;
}
