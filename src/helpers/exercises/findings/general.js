// What wrong values have to do with those expected, whatever the exercise: { mine, expected } of every case.
import { each, isSquare, sameSize, sizeOf, transposed } from "../formulas/matrices.js";
import { SAME, asFraction, inWords, same, sameEntries, scaleOf } from "./comparison.js";

/** @typedef {import("../formulas/matrices.js").Matrix} Matrix */
/** @typedef {{ mine: Matrix, expected: Matrix, tags: import("./comparison.js").Tags }} Case */
/** @typedef {(cases: Case[], over: string[]) => string | false | undefined} Finding */
/** @typedef {{ phrases: string[], isRight: boolean }} Part a case, or an entry of one */

/** The first finding that holds in every case, as a sentence; or undefined. `over` are the free indices.
 * @param {Case[]} cases @param {string[]} over */
export function generalFinding(cases, over) {
  for (const finding of FINDINGS) {
    const sentence = finding(cases, over);
    if (sentence) return sentence;
  }
  return undefined;
}

/** @type {Finding[]} */
const FINDINGS = [anotherSize, notFinite, turned, multiple, multiples, shift, moved, diagonal, notWhole];

/** @typedef {[string, (one: Case) => boolean]} Relation a sentence, and whether it holds in a case */
/** The first sentence that holds in every case. @param {Case[]} cases @param {Relation[]} relations */
const firstOf = (cases, relations) => relations.find(([, holds]) => cases.every(holds))?.[0];

/** @param {Matrix} matrix */
const negative = (matrix) => each(matrix, (number) => -number);

/** @param {Case[]} cases */
function turned(cases) {
  return firstOf(cases, [
    ["It is the **transpose** of what is expected.", ({ mine, expected }) => same(transposed(mine), expected)],
    ["It is the **negative** of what is expected.", ({ mine, expected }) => same(negative(mine), expected)],
    [
      "It is the **negative of the transpose** of what is expected.",
      ({ mine, expected }) => same(negative(transposed(mine)), expected),
    ],
  ]);
}

/** @param {Case[]} cases */
function anotherSize(cases) {
  const wrong = cases.find(({ mine, expected }) => !sameSize(mine, expected));
  if (!wrong) return undefined;
  return turned(cases) ?? `It is ${sizeOf(wrong.mine)}, and ${sizeOf(wrong.expected)} is expected${where(wrong)}.`;
}

/** @param {Case} one */
const where = ({ tags }) => (inWords(tags) ? `, where ${inWords(tags)}` : "");

/** @param {Case[]} cases */
function notFinite(cases) {
  const wrong = cases.find(({ mine }) => !mine.data.every(Number.isFinite));
  if (!wrong) return undefined;
  const kind = wrong.mine.data.some(Number.isNaN) ? "not a number" : "infinite";
  return `It is ${kind} in one case${where(wrong)}: something is divided by 0, or is too large.`;
}

/** @param {Case[]} cases */
function notWhole(cases) {
  const [mine, expected] = ["mine", "expected"].map((side) =>
    cases.every((one) => one[/** @type {"mine" | "expected"} */ (side)].data.every(Number.isInteger)),
  );
  return expected && !mine && "It is not always a **whole number**, and what is expected is.";
}

/** The number that relates all entries to those expected, if it is one and the same for more than two of them.
 * @param {Case[]} cases @param {(mine: number, expected: number) => number} relate */
function constant(cases, relate, counts = (/** @type {number} */ number) => Number.isFinite(number)) {
  const all = cases
    .flatMap(({ mine, expected }) => expected.data.map((number, place) => [mine.data[place], number]))
    .filter(([, number]) => counts(number))
    .map(([mine, number]) => relate(mine, number));
  const [first] = all;
  return all.length > 2 && all.every((number) => Math.abs(number - first) <= 1e-8 * Math.max(1, Math.abs(first)))
    ? first
    : null;
}

/** The factor by which the entries are those expected. @param {Case[]} cases */
function factorOf(cases) {
  const factor = constant(
    cases,
    (mine, number) => mine / number,
    (number) => Math.abs(number) > 1e-6,
  );
  return factor !== null &&
    cases.every(({ mine, expected }) =>
      same(
        each(mine, (number) => number / factor),
        expected,
      ),
    )
    ? factor
    : null;
}

/** @param {Case[]} cases */
function multiple(cases) {
  const factor = factorOf(cases);
  return factor !== null && `It is **${asFraction(factor)} times** what is expected, in every case.`;
}

/** Another factor in each case; cases of one or two numbers say nothing of it. @param {Case[]} cases */
function multiples(cases) {
  const large = cases.filter(({ expected }) => expected.data.length > 2);
  const factors = large.map((one) => factorOf([one]));
  return (
    factors.length > 2 &&
    !factors.includes(null) &&
    `In each case it is a **multiple** of what is expected, but the factor changes from case to case: ${factors.slice(-2).map(asFraction).join(" and ")}, for example. A factor is missing, or there is one too many.`
  );
}

/** @param {Case[]} cases */
function shift(cases) {
  const added = constant(cases, (mine, number) => mine - number);
  return (
    added !== null && `It is **${asFraction(Math.abs(added))} too ${added > 0 ? "large" : "small"}**, in every case.`
  );
}

/** Whether each row is the one `by` rows further on that is expected, where that is one. @param {number} by @returns {(one: Case) => boolean} */
const isShifted =
  (by) =>
  ({ mine, expected }) =>
    mine.data.every((number, place) => {
      const there = place + by * expected.columns;
      return !(there in expected.data) || Math.abs(number - expected.data[there]) <= SAME * scaleOf(expected);
    });

/** Other signs, and entries or rows in reverse order or shifted by one. @param {Case[]} cases @param {string[]} over */
function moved(cases, over) {
  const [row, rows] = cases.every(({ expected }) => expected.columns === 1) ? ["entry", "entries"] : ["row", "rows"];
  const magnitudes = (/** @type {Matrix} */ matrix) => each(matrix, Math.abs);
  const reversed = (/** @type {Matrix} */ matrix) =>
    each(matrix, (_, place) => matrix.data[place + (matrix.rows - 1 - 2 * Math.floor(place / matrix.columns)) * matrix.columns]);
  const shifted = `It is **shifted by one**: each ${row} is that of the`;
  const isLong = cases.every(({ expected }) => expected.rows > 2);
  return firstOf(cases, [
    ["Its entries are right **except for their signs**.", ({ mine, expected }) => same(magnitudes(mine), magnitudes(expected))],
    [
      `Its ${rows} are right, in **reverse order**${over.length === 1 ? ` of ${over}` : ""}.`,
      ({ mine, expected }) => same(reversed(mine), expected),
    ],
    [`${shifted} next.`, (one) => isLong && isShifted(1)(one)],
    [`${shifted} one before.`, (one) => isLong && isShifted(-1)(one)],
  ]);
}

/** @param {Case[]} cases */
function diagonal(cases) {
  const square = cases.filter(({ expected }) => isSquare(expected) && expected.rows > 1);
  const isRight =
    (/** @type {boolean} */ on) =>
    (/** @type {Case} */ { mine, expected }) =>
      sameEntries(mine, expected).every((isSame, place) => isSame || (place % (expected.rows + 1) === 0) !== on);
  if (square.length < 2) return undefined;
  return firstOf(square, [
    ["It is right **on the diagonal only**.", isRight(true)],
    ["It is right **off the diagonal only**.", isRight(false)],
  ]);
}

/** "It is right where m = 1, and wrong elsewhere": from which cases, or entries of them, fail. @param {Part[]} parts */
export function rightWhere(parts) {
  const has = (/** @type {string} */ phrase) => (/** @type {Part} */ part) => part.phrases.includes(phrase);
  const all = [...new Set(parts.flatMap((part) => part.phrases))];
  const isRight = (/** @type {Part} */ part) => part.isRight;
  if (!parts.some(isRight)) return undefined;
  const only = all.find((phrase) => parts.every((part) => has(phrase)(part) === part.isRight));
  if (only) return `It is right where **${only}**, and wrong elsewhere.`;
  const but = all.find((phrase) => parts.every((part) => has(phrase)(part) !== part.isRight));
  if (but) return `It is wrong where **${but}**, and right elsewhere.`;
  const count = (/** @type {string} */ phrase) => parts.filter(has(phrase)).length;
  const [sure] = all
    .filter((phrase) => count(phrase) > 1 && parts.filter(has(phrase)).every(isRight))
    .sort((one, other) => count(other) - count(one));
  const elsewhere = parts.filter((part) => !has(sure)(part));
  return (
    sure &&
    `It is right wherever **${sure}**; elsewhere it is wrong in ${elsewhere.filter((part) => !part.isRight).length} of ${elsewhere.length} cases.`
  );
}
