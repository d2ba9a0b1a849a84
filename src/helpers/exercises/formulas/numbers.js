// Numbers and sizes as people write them: 5 × 2, (5, 2), R^(5×2), ln 4, 1,386, 25 percent, 1 in 4. As parse_numbers.py reads them.
import { parse } from "./parser.js";
import { SPELLINGS } from "./spellings.js";
import { LONGEST, Unreadable } from "./tokens.js";

/** What separates numbers: of these the first that is there, outside of brackets. */
const OF_SIZES = [";", ",", "×", "·*"];
const OF_A_VECTOR = [";", ","];

/** The formulas of a list of numbers, or of one number. Sizes are separated by × too; the numbers of a vector by blanks.
 * @param {string} text @param {{ several?: boolean, vector?: boolean }} options */
export function parseNumbers(text, { several = false, vector = false }) {
  if (text.length > LONGEST) return [number(text)]; // which says so
  const written = rewritten(text.toLowerCase(), SPELLINGS.any);
  return textsOf(written, several, vector).map(number);
}

/** The texts of the numbers in a text. @param {string} text @param {boolean} several @param {boolean} vector */
function textsOf(text, several, vector) {
  if (vector) {
    const last = text.slice(text.lastIndexOf("=") + 1);
    return list(/[,;]/.test(last) ? last : last.replace(/([\d)])\s+(?=[-+]?[\d.])/g, "$1,"), OF_A_VECTOR);
  }
  if (!several) return [text];
  const sides = text.split("=").map((side) => list(side, OF_SIZES)); // of 5 × 2 = 10
  return sides.reverse().find((side) => side.length > 1) ?? sides[0];
}

/** @param {string} text @param {string[][]} patterns */
const rewritten = (text, patterns) =>
  patterns.reduce((before, [pattern, instead]) => before.replace(new RegExp(pattern, "g"), instead), text);

/** The formula of one number, { text, tree }. @param {string} written */
function number(written) {
  const text = withPoint(rewritten(written, SPELLINGS.one));
  try {
    return { text, tree: parse(text) };
  } catch (error) {
    if (error instanceof Unreadable) error.text = text;
    throw error;
  }
}

/** A number without what groups its digits, and with a point for a decimal comma: 1,000,000 and 1.000,5 and 0,5. @param {string} text */
const withPoint = (text) =>
  [",.", ".,"]
    .reduce((before, [separator, point]) => {
      const grouped = new RegExp(`\\d{1,3}(?:\\${separator}\\d{3})+(?:\\${separator}\\d{3}|\\${point}\\d+)(?!\\d)`, "g");
      return before.replace(grouped, (digits) => digits.replaceAll(separator, "").replace(point, "."));
    }, text)
    .replace(/(\d),(?=\d)/g, "$1.");

/** How many brackets are open at each character. @param {string} text */
function depths(text) {
  let depth = 0;
  return [...text].map((letter) => (depth += Number("([{⌊⌈".includes(letter)) - Number(")]}⌋⌉".includes(letter))));
}

/** The texts between separators; what a bracket holds as a whole is a list, too. @param {string} text @param {string[]} separators @returns {string[]} */
function list(text, separators, isWhole = true) {
  const bare = text.trim();
  const inside = /^[([{].*[)\]}]$/s.test(bare) && Math.min(...depths(bare).slice(0, -1)) > 0;
  if (inside && bare.length > 2) return list(bare.slice(1, -1), separators);
  const parts = isWhole && separators.map((signs) => split(text, signs)).find(({ length }) => length > 1);
  return parts ? parts.flatMap((part) => list(part, separators, false)) : [text];
}

/** @param {string} text @param {string} signs */
function split(text, signs) {
  const letters = [...text],
    open = depths(text);
  const cuts = letters.flatMap((letter, place) => (open[place] === 0 && signs.includes(letter) ? [place] : []));
  return [-1, ...cuts].map((cut, number) => letters.slice(cut + 1, cuts[number]).join(""));
}
