// How far values are from those expected, and numbers in words.
import { sameSize } from "../formulas/matrices.js";

/** @typedef {import("../formulas/matrices.js").Matrix} Matrix */
/** @typedef {Record<string, number | boolean>} Tags what is special about a case */

/** Up to which error two numbers are the same, relative to the largest expected, or to 1. */
export const SAME = 1e-9;

/** @param {Matrix} matrix */
export const scaleOf = ({ data }) => data.reduce((most, number) => Math.max(most, Math.abs(number)), 1);

/** The largest difference of two matrices, relative to the largest number expected, or to 1.
 * @param {Matrix} mine @param {Matrix} expected */
export function distance(mine, expected) {
  if (!sameSize(mine, expected)) return Infinity;
  const differences = mine.data.map((number, place) => Math.abs(number - expected.data[place]));
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences) / scaleOf(expected);
}

/** @param {Matrix} mine @param {Matrix} expected */
export const same = (mine, expected) => distance(mine, expected) <= SAME;

/** Which entries are the same, of two matrices of one size. @param {Matrix} mine @param {Matrix} expected */
export const sameEntries = (mine, expected) =>
  mine.data.map((number, place) => Math.abs(number - expected.data[place]) <= SAME * scaleOf(expected));

/** A number with at most so many digits, whole ones in full; as `format_number` in Python.
 * @param {number} number @param {number} [digits] */
export function written(number, digits = 12) {
  if (!Number.isFinite(number) || (Number.isInteger(number) && Math.abs(number) < 1e15)) return withMinus(String(number + 0));
  const [factor, exponent] = number
    .toExponential(digits - 1)
    .split("e")
    .map(Number);
  if (-5 < exponent && exponent <= digits) return withMinus(String(Number(number.toPrecision(digits))));
  const power = String(exponent).replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "⁻");
  return `${withMinus(Math.abs(factor) === 1 ? String(factor).replace("1", "") : `${factor} · `)}10${power}`;
}

/** @param {string} text */
const withMinus = (text) => text.replace("-", "−").replace("Infinity", "∞");

/** A number as a fraction of small whole numbers, if it is one. @param {number} number */
export function asFraction(number) {
  for (let below = 1; below <= 12; below++) {
    const above = Math.round(number * below);
    if (above && Math.abs(number * below - above) < 1e-9) return `${written(above)}${below > 1 ? `/${below}` : ""}`;
  }
  return written(number, 5);
}

/** What is special about a case: { m: 1, "A_1 = 0": true } is "m = 1" and "A_1 = 0". @param {Tags} tags */
export const phrases = (tags) =>
  Object.entries(tags)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? name : `${name} = ${written(Number(value), 4)}`));
/** @param {Tags} tags */
export const inWords = (tags) => phrases(tags).join(", ");
