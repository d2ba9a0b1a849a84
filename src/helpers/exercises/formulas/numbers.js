// Numbers and sizes as people write them: 5 × 2, (5, 2), R^(5×2), ln 4, 1,386, 25 percent, 1 in 4.
import { parse } from "./parser.js";
import { LONGEST } from "./tokens.js";

/** @param {string} sign @returns {(words: string) => string} */
const as = (sign) => (words) => sign.padEnd(words.length); // so that the others keep their places
const SIZES = /[,;×·*]|by|\\times/y;
const AS_ENTRIES = /,|(?<=[\d)]\s*)\s+(?=[-−]?[\d.])/y; // [1, 2], or [1 2]

const NUMERALS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
/** What people write around numbers, and in place of them. @type {[RegExp, string][]} */
const WORDS = [
  [/\$|…|\.{2,}|[\s.,]+$/gu, " "],
  [/⨯/gu, "×"],
  [/\\frac\s*(\d)\s*(\d)/g, "($1/$2)"],
  [/\b(?:rows?|columns?|cols?|nats?)\b\s*[=:]?/gi, " "],
  [/^\s*(?:≈|~|about|roughly|approximately|ca\.)/iu, " "],
  [/\b(?:a|one) half\b|\bhalf\b/gi, "(1/2)"],
  [/\b(?:a|one) third\b/gi, "(1/3)"],
  [/\b(?:a|one) quarter\b/gi, "(1/4)"],
  ...NUMERALS.map((word, number) => /** @type {[RegExp, string]} */ ([new RegExp(`\\b${word}\\b`, "gi"), `${number}`])),
  [/\s*±.*$/su, " "],
  [/\|([^|]*)\|/g, "abs($1)"],
  [/\bpow\(([^,()]*),([^,()]*)\)/g, "($1)^($2)"],
];
/** @type {[RegExp, string][]} */
const OF_ONE = [
  [/(?<=\d\s*)per ?cent\b/g, "%"],
  [/(?<=\d\s*)(?:in|out of|:)(?=\s*\d)/g, "/"],
  [/(\^\s*\d+)\s+(?=\d)/g, "$1·"], // 2^30 3^30
];

/** Replace what patterns find; the rest keeps its place where that is shorter. @param {string} text @param {[RegExp, string][]} patterns */
const replaced = (text, patterns) =>
  patterns.reduce(
    (before, [pattern, sign]) =>
      before.replace(pattern, (/** @type {any[]} */ ...found) =>
        sign.replace(/\$(\d)/g, (_, group) => found[group]).padEnd(found[0].length),
      ),
    text,
  );

/** ln p, p = 1/4 as ln (1/4). @param {string} text */
function substituted(text) {
  const [, formula, name, value] = text.match(/^([^=]+?)[,;\s]\s*(?:where|with|for)?\s*\b([a-zA-Z])\s*=([^=]+)$/) ?? [];
  const asValue = formula?.replace(new RegExp(`\\b${name}\\b`, "g"), () => `(${value.trim()})`);
  return formula && asValue !== formula ? asValue : text;
}

/** The formulas of a list of numbers, each with its text; or of one number. Sizes are separated by × too; a vector is not.
 * @param {string} text @param {{ several?: boolean, vector?: boolean }} options */
export function parseNumbers(text, { several = false, vector = false }) {
  if (text.length > LONGEST) return [number(text)]; // which says so
  const written = replaced(several || vector ? text : substituted(text), WORDS);
  if (vector) return list(lastSide(written), written.includes(";") ? /;/y : AS_ENTRIES);
  if (several) return sizes(written);
  const thousands = /^(\s*\d{1,3})((?:,\d{3}){2,})(?![\d,])/;
  return [number(replaced(written, OF_ONE).replace(thousands, (digits) => as(digits.replaceAll(",", ""))(digits)))];
}

/** The last side of an equation; or, of 5 × 2 = 10, the last that is a list. @param {string} text */
function sizes(text) {
  const plain = replaced(text, [
    [/^\s*[Rℝ]\s*\^?/u, ""],
    [/(?<=[\d)\]]\s*)\band\b/gi, ","],
  ]);
  const last = list(lastSide(plain), SIZES);
  const before = plain.slice(0, plain.lastIndexOf("="));
  return last.length > 1 || !before.includes("×") ? last : list(lastSide(before), SIZES);
}

/** @param {string} text */
const number = (text) => ({ text, tree: parse(text) });
/** @param {string} text */
const lastSide = (text) =>
  text.slice(0, text.lastIndexOf("=") + 1).replace(/[^]/g, " ") + text.slice(text.lastIndexOf("=") + 1);

/** Split a text at the separators that are in no bracket; a list in brackets is taken out of them.
 * @param {string} text @param {RegExp} separators @returns {ReturnType<typeof number>[]} */
function list(text, separators) {
  const between = separators === SIZES ? text.replace(/(?<=[\d)\]]\s*)[xX](?=\s*[\d([])/g, "×") : text;
  const parts = split(between, separators);
  if (parts.length > 1) return parts.flatMap((part) => list(part, separators));
  const inside = between.replace(/^(\s*)[([{](.*)[)\]}](\s*)$/su, "$1 $2 $3");
  return split(inside, separators).length > 1 ? list(inside, separators) : [number(between)];
}

/** The parts, each after as many blanks as there were letters before. @param {string} text @param {RegExp} separators */
function split(text, separators) {
  const parts = [];
  let depth = 0,
    begun = 0;
  for (let at = 0; at < text.length; at++) {
    if ("([{⌊⌈".includes(text[at])) depth++;
    if (")]}⌋⌉".includes(text[at])) depth--;
    separators.lastIndex = at;
    const separator = depth === 0 && separators.exec(text)?.[0];
    if (!separator) continue;
    parts.push(" ".repeat(begun) + text.slice(begun, at));
    begun = at + separator.length;
    at = begun - 1;
  }
  return [...parts, " ".repeat(begun) + text.slice(begun)];
}
