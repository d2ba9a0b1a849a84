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
const FINDINGS = [anotherSize, notFinite, changed, multiple, multiples, shift, signs, reversed, oneStep, diagonal];

/** @param {Matrix} matrix */
const negative = (matrix) => each(matrix, (number) => -number);
/** @type {[(matrix: Matrix) => Matrix, string][]} */
const CHANGES = [
  [transposed, "transpose"],
  [negative, "negative"],
  [(matrix) => negative(transposed(matrix)), "negative of the transpose"],
];

/** @param {Case[]} cases */
function changed(cases) {
  const change = CHANGES.find(([change]) => cases.every(({ mine, expected }) => same(change(mine), expected)));
  return change && `It is the **${change[1]}** of what is expected.`;
}

/** @param {Case[]} cases */
function anotherSize(cases) {
  const wrong = cases.find(({ mine, expected }) => !sameSize(mine, expected));
  if (!wrong || changed(cases)) return wrong && changed(cases);
  const where = inWords(wrong.tags);
  return `It is ${sizeOf(wrong.mine)}, and ${sizeOf(wrong.expected)} is expected${where && `, where ${where}`}.`;
}

/** @param {Case[]} cases */
function notFinite(cases) {
  const wrong = cases.flatMap(({ mine }) => mine.data).find((number) => !Number.isFinite(number));
  return (
    wrong !== undefined &&
    `It is ${Number.isNaN(wrong) ? "not a number" : "infinite"} in one case: something is divided by 0, or is too large.`
  );
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

/** @param {Case[]} cases */
function signs(cases) {
  const magnitudes = (/** @type {Matrix} */ matrix) => each(matrix, Math.abs);
  return (
    cases.every(({ mine, expected }) => same(magnitudes(mine), magnitudes(expected))) &&
    "Its entries are right **except for their signs**."
  );
}

/** What one row is called: of a column, it is an entry. @param {Case[]} cases */
const rowOf = (cases) =>
  cases.every(({ expected }) => expected.columns === 1) ? ["entry", "entries"] : ["row", "rows"];

/** The rows in an order that takes each place from another. @param {Matrix} matrix @param {(row: number) => number} from */
const reordered = (matrix, from) =>
  each(matrix, (_, place) => {
    const row = Math.floor(place / matrix.columns);
    return matrix.data[from(row) * matrix.columns + (place % matrix.columns)];
  });

/** @param {Case[]} cases @param {string[]} over */
function reversed(cases, over) {
  const isReversed = cases.every(({ mine, expected }) => same(reordered(mine, (row) => mine.rows - 1 - row), expected));
  return isReversed && `Its ${rowOf(cases)[1]} are right, in **reverse order**${over.length === 1 ? ` of ${over}` : ""}.`;
}

/** @param {Case[]} cases */
function oneStep(cases) {
  const isShifted =
    (/** @type {number} */ by) =>
    (/** @type {Case} */ { mine, expected }) =>
      mine.data.every((number, place) => {
        const there = place + by * expected.columns;
        return !(there in expected.data) || Math.abs(number - expected.data[there]) <= SAME * scaleOf(expected);
      });
  const by = cases.every(({ expected }) => expected.rows > 2) && [1, -1].find((by) => cases.every(isShifted(by)));
  return by && `It is **shifted by one**: each ${rowOf(cases)[0]} is that of the ${by > 0 ? "next" : "one before"}.`;
}

/** @param {Case[]} cases */
function diagonal(cases) {
  const square = cases.filter(({ expected }) => isSquare(expected) && expected.rows > 1);
  const isRight =
    (/** @type {boolean} */ on) =>
    (/** @type {Case} */ { mine, expected }) =>
      sameEntries(mine, expected).every((isSame, place) => isSame || (place % (expected.rows + 1) === 0) !== on);
  const on = square.length > 1 && [true, false].find((on) => square.every(isRight(on)));
  return typeof on === "boolean" && square.length > 1 && `It is right **${on ? "on" : "off"} the diagonal only**.`;
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
