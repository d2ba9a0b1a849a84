// Numbers and sizes as people write them: 5 × 2, (5, 2), R^(5×2), ln 4, 1,386, 25 percent, 1 in 4.
import { parse } from "./parser.js";

/** @param {string} sign @returns {(words: string) => string} */
const as = (sign) => (words) => sign.padEnd(words.length); // so that the others keep their places
const SEPARATORS = /[,;×·*]|by/y;

/** The formulas of a list of numbers, each with its text; or of one number.
 * @param {string} text @param {{ several: boolean }} options */
export function parseNumbers(text, { several }) {
  const written = text.replace(/^\s*(?:≈|~|about|ca\.)/u, as("")).replace(/\bnats?\s*$/, as(""));
  return several
    ? sizes(lastSide(written))
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
 * @param {string} text @returns {ReturnType<typeof number>[]} */
function sizes(text) {
  const between = text.replace(/^\s*[Rℝ]\s*\^?/u, as("")).replace(/(?<=[\d)\]]\s*)[xX](?=\s*[\d([])/g, "×");
  const parts = split(between);
  if (parts.length > 1) return parts.flatMap(sizes);
  const inside = between.replace(/^(\s*)[([{](.*)[)\]}](\s*)$/su, "$1 $2 $3");
  return split(inside).length > 1 ? sizes(inside) : [number(between)];
}

/** The parts, each after as many blanks as there were letters before. @param {string} text */
function split(text) {
  const parts = [];
  let depth = 0,
    begun = 0;
  for (let at = 0; at < text.length; at++) {
    if ("([{⌊⌈".includes(text[at])) depth++;
    if (")]}⌋⌉".includes(text[at])) depth--;
    SEPARATORS.lastIndex = at;
    const separator = depth === 0 && SEPARATORS.exec(text)?.[0];
    if (!separator) continue;
    parts.push(" ".repeat(begun) + text.slice(begun, at));
    begun = at + separator.length;
    at = begun - 1;
  }
  return [...parts, " ".repeat(begun) + text.slice(begun)];
}
