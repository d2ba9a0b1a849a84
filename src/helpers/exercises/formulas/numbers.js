// Numbers and sizes as people write them: 5 × 2, (5, 2), R^(5×2), ln 4, 1,386, 25 percent, 1 in 4.
import { parse } from "./parser.js";

/** @param {string} sign @returns {(words: string) => string} */
const as = (sign) => (words) => sign.padEnd(words.length); // so that the others keep their places
const SIZES = /[,;×·*]|by/y;
const AS_ENTRIES = /,|(?<=[\d)]\s*)\s+(?=[-−]?[\d.])/y; // [1, 2], or [1 2]

/** The formulas of a list of numbers, each with its text; or of one number. Sizes are separated by × too; a vector is not.
 * @param {string} text @param {{ several?: boolean, vector?: boolean }} options */
export function parseNumbers(text, { several = false, vector = false }) {
  const written = text.replace(/^\s*(?:≈|~|about|ca\.)/u, as("")).replace(/\bnats?\s*$/, as(""));
  if (vector) return list(lastSide(written), written.includes(";") ? /;/y : AS_ENTRIES);
  return several
    ? list(lastSide(written).replace(/^\s*[Rℝ]\s*\^?/u, as("")), SIZES)
    : [
        number(
          written.replace(/(?<=\d\s*)per ?cent\b/g, as("%")).replace(/(?<=\d\s*)(?:in|out of|:)(?=\s*\d)/g, as("/")),
        ),
      ];
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
