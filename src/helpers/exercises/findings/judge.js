// Judges what a reader typed against what Python computed, and says in words what is wrong with it.
import { Budget, evaluate } from "../formulas/evaluator.js";
import { Misfit, arrayOf, matrixOf, sameSize, sizeOf, transposed } from "../formulas/matrices.js";
import { parseNumbers } from "../formulas/numbers.js";
import { parse } from "../formulas/parser.js";
import { Unreadable } from "../formulas/tokens.js";
import { SAME, distance, inWords, phrases, same, sameEntries, written } from "./comparison.js";
import { generalFinding, rightWhere } from "./general.js";

/** @typedef {import("../formulas/matrices.js").Nested} Nested */
/** @typedef {import("../formulas/parser.js").Node} Node */
/** @typedef {import("./comparison.js").Tags} Tags */
/** @typedef {import("./general.js").Case & { inputs: Record<string, Nested>, shape: number[], misfit?: Misfit }} Tried a case with its value, or what does not fit */
/** @typedef {{ formula: string, words: string, wanted: string, above: number | null, below: number | null }} Condition */
/** @typedef {{ name: string, hint: string, sheets: boolean, numbers?: number[], values?: Nested[], product?: string, condition?: Condition }} Mistake */
/** @typedef {{ inputs: Record<string, Nested>, tags: Tags, expected: Nested }} Packed a case */
/** @typedef {{ kind: "choice" | "numbers" | "example" | "formula", id: string, given: string, answer?: number[], tolerance?: number, mistakes?: Mistake[],
 *   variants?: Mistake[], misfits?: Mistake[], names?: string[], aliases?: Record<string, string>, first?: Record<string, number>, over?: string[], cases?: Packed[],
 *   condition?: Condition, length?: number, symbol?: string, because?: string, options?: { right: boolean, name: string, reply: string }[] }} Pack what boxes.py packs */
/** @typedef {{ text: string, differs: boolean }[][]} Grid */
/** @typedef {{ tags: string, inputs: Record<string, Nested>, expected: Grid, yours: Grid }} Shown */
/** @typedef {{ outcome: "right" | "not-yet" | "unreadable" | "unanswered", mistake: string, says: string[], shown: Shown | null, at?: number }} Answer */

const FLOAT32 = 5e-7,
  NEARLY = 1e-4; // errors, as SAME is one
const NAMES = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** Judge an answer: { outcome, mistake, says, shown }. Whatever was typed, this returns.
 * @param {Pack} pack @param {string} typed @returns {Answer} */
export function judge(pack, typed) {
  try {
    return typed.trim() ? JUDGES[pack.kind](pack, typed) : judged("unanswered", pack.given);
  } catch (error) {
    if (error instanceof Unreadable) return { ...judged("unreadable", error.message), at: error.at };
    if (error instanceof Misfit) return judged("not-yet", error.message);
    throw error;
  }
}

const JUDGES = { choice: judgeChoice, numbers: judgeNumbers, example: judgeExample, formula: judgeFormula };

/** @param {Answer["outcome"]} outcome @param {...string} says @returns {Answer} */
const judged = (outcome, ...says) => ({ outcome, mistake: "", says: says.filter(Boolean), shown: null });

/** Name known mistakes, which give the same numbers if there are several.
 * @param {Mistake[]} mistakes @param {string} subject */
function named(mistakes, subject) {
  const names = mistakes.map(({ name }) => name);
  const sheets = mistakes.some(({ sheets }) => sheets) ? ", as the sheet does" : "";
  const alike = names.length > 1 ? " They give the same numbers here." : "";
  const hints = new Set(mistakes.map(({ hint }) => hint));
  return {
    ...judged("not-yet", `${subject} **${names.join("**, or **")}**${sheets}.${alike}`, ...hints),
    mistake: names.join("; "),
  };
}

/** @param {Pack} pack @param {string} chosen @returns {Answer} */
function judgeChoice({ options }, chosen) {
  const { right, name, reply } = options[Number(chosen)];
  return { ...judged(right ? "right" : "not-yet", reply), mistake: name };
}

/** "two numbers are", as number_exercise.py says it. @param {number} count */
const howMany = (count) => `${NAMES[count] ?? count} number${count === 1 ? " is" : "s are"}`;
/** @param {number[]} numbers */
const asTuple = (numbers) => {
  const texts = numbers.map((number) => written(number)).join(", ");
  return numbers.length === 1 ? texts : `(${texts})`;
};

/** The numbers that were typed. @param {string} typed @param {Parameters<typeof parseNumbers>[1]} options */
function numbersIn(typed, options) {
  const budget = new Budget();
  const numbers = parseNumbers(typed, options).map(
    ({ tree, text }) => evaluate(tree, { text, inputs: {}, budget }).data[0],
  );
  if (numbers.some(Number.isNaN)) throw new Unreadable(`“${typed.trim()}” is not a number.`);
  return numbers;
}

/** @param {Pack} pack @param {string} typed @returns {Answer} */
function judgeNumbers({ answer, tolerance, mistakes, given }, typed) {
  const numbers = numbersIn(typed, { several: answer.length > 1 }),
    listed = asTuple(numbers);
  const near = (/** @type {number[]} */ others, error = Math.max(tolerance, SAME)) =>
    numbers.map((number, k) => Math.abs(number - others[k]) <= error * Math.abs(others[k]));
  const agree = (/** @type {number[]} */ others, /** @type {number} */ error = undefined) =>
    others.length === numbers.length && !near(others, error).includes(false);
  if (agree(answer))
    return judged("right", `${listed} is right, ${tolerance ? `to ${100 * tolerance} % of its value` : "exactly"}.`);
  const made = mistakes.filter((mistake) => agree(mistake.numbers));
  if (made.length) return named(made, `${listed}: this`);
  const plain = typed.replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  const comma = plain === typed ? "" : `If a comma groups digits here, leave it out: \`${plain}\`.`;
  if (numbers.length !== answer.length)
    return judged("not-yet", `Your answer was read as ${listed}, and ${howMany(answer.length)} expected.`, given, comma);
  const right = numbers.filter((_, k) => near(answer)[k]).map((number) => written(number));
  if (right.length) return judged("not-yet", `${right.join(", ")} is right; the rest of ${listed} is not.`, given, comma);
  if (agree(answer, 0.02))
    return judged("not-yet", `${listed} is close, but not close enough. Give a formula, or more digits.`, comma);
  return judged("not-yet", `Your answer was read as ${listed}.`, given, comma);
}

/** Numbers of the reader's choice, of which a condition is to hold: a formula of them lies between two bounds.
 * @param {Pack} pack @param {string} typed @returns {Answer} */
function judgeExample({ condition, mistakes, length, symbol, given }, typed) {
  const numbers = numbersIn(typed, { vector: true });
  if (numbers.length !== length)
    return judged("not-yet", `Your answer was read as ${asTuple(numbers)}, and ${howMany(length)} expected.`, given);
  const valueOf = (/** @type {string} */ formula) =>
    evaluate(parse(formula, { names: [symbol] }), {
      text: formula,
      inputs: { [symbol]: { shape: [length], data: numbers } },
    }).data[0];
  const holds = (/** @type {Condition} */ { formula, above, below }) =>
    (above ?? -Infinity) < valueOf(formula) && valueOf(formula) < (below ?? Infinity);
  const sentence = `${asTuple(numbers)}: ${condition.words} is ${written(valueOf(condition.formula), 4)}`;
  if (holds(condition)) return judged("right", `${sentence}.`);
  const asked = `${sentence}, and ${condition.wanted} is asked for.`;
  const made = mistakes.filter((mistake) => holds(mistake.condition));
  if (!made.length) return judged("not-yet", asked, given);
  const answer = named(made, `${asTuple(numbers)}: this`);
  return { ...answer, says: [answer.says[0], asked, ...answer.says.slice(1)] };
}

/** @param {Pack} pack @param {string} typed @returns {Answer} */
function judgeFormula(pack, typed) {
  const tree = parse(typed, pack),
    budget = new Budget();
  const cases = pack.cases.map(
    (packed) =>
      /** @type {Tried} */ ({
        ...packed,
        shape: arrayOf(packed.expected).shape,
        expected: laidOut(pack, packed.expected),
        ...attempt(pack, packed, tree, typed, budget),
      }),
  );
  if (cases.some(({ misfit }) => misfit)) return judgeMisfit(pack, cases);
  const error = Math.max(...cases.map(({ mine, expected }) => distance(mine, expected)));
  if (error <= SAME)
    return judged(
      "right",
      `It agrees with the book's own answer in all ${cases.length} cases.`,
      pack.because,
    );
  const variant = pack.variants?.find(({ values }) => isMade(pack, values, cases));
  if (variant) return judged("right", `It **${variant.name}**. ${variant.hint}`);
  const made = pack.mistakes.filter(({ values }) => isMade(pack, values, cases));
  if (!made.length && error <= FLOAT32) return judged("right", "It is right, to float32's digits.", pack.because);
  const answer = made.length ? named(made, "It") : judged("not-yet", ...describe(pack, cases, error, tree));
  return {
    ...answer,
    shown: shownCase(
      pack,
      cases.find(({ mine, expected }) => !same(mine, expected)),
    ),
  };
}

/** @param {Pack} pack @param {Tried[]} cases @param {number} error @param {Node} tree */
function describe({ over, names }, cases, error, tree) {
  if (error <= NEARLY)
    return [
      `It is nearly right, but off by up to ${written(error, 1)} of the largest number expected. A number in it may be rounded.`,
    ];
  const found = generalFinding(cases, over) ?? rightWhere(parts(over, cases));
  if (found) return [found];
  const used = namesIn(tree),
    unused = names.filter((name) => !used.includes(name));
  const isShort = unused.length <= Math.min(4, names.length / 2);
  return [
    "Its numbers are wrong, and no known mistake gives them.",
    unused.length && isShort ? `It does not use ${unused.join(", ")}.` : "",
  ];
}

/** The names in a tree. @param {any} node @returns {string[]} */
const namesIn = (node) =>
  node?.type === "name" ? [node.name] : node instanceof Object ? Object.values(node).flatMap(namesIn) : [];

/** The value of a formula in one case, { mine }, or { misfit }. Of free indices it is taken at each setting. @param {Pack} pack @param {Packed} packed @param {Node} tree @param {string} text
 * @returns {{ mine?: Tried["mine"], misfit?: Misfit }} */
export function attempt(pack, { inputs: packed, expected }, tree, text, budget = new Budget()) {
  const inputs = Object.fromEntries(Object.entries(packed).map(([name, nested]) => [name, arrayOf(nested)]));
  const valueAt = (/** @type {[string, number][]} */ ...setting) => {
    const value = evaluate(tree, {
      text,
      inputs: { ...inputs, ...Object.fromEntries(setting.map(([name, place]) => [name, arrayOf(place)])) },
      first: pack.first,
      budget,
    });
    if (setting.length && value.data.length > 1)
      throw new Misfit(`For each ${pack.over.join(", ")} one number is expected, and this is ${sizeOf(value)}.`);
    return value;
  };
  try {
    if (!pack.over.length) return { mine: valueAt() };
    const data = settings(pack.over, arrayOf(expected).shape).map((setting) => valueAt(...setting).data[0]);
    return { mine: { ...laidOut(pack, expected), data } };
  } catch (error) {
    if (error instanceof Misfit) return { misfit: error };
    throw error;
  }
}

/** Every setting of the free indices, in order: [r, 0], [k, 0]; [r, 0], [k, 1]; …
 * @param {string[]} over @param {number[]} shape @returns {[string, number][][]} */
const settings = (over, shape) =>
  over.reduce(
    (before, name, axis) =>
      before.flatMap((setting) => Array.from({ length: shape[axis] }, (_, place) => [...setting, [name, place]])),
    [[]],
  );

/** An expected array as a matrix. Of three free indices, the matrices stand one below the other.
 * @param {Pack} pack @param {Nested} nested */
function laidOut({ over }, nested) {
  const { shape, data } = arrayOf(nested);
  if (over.length < 3) return matrixOf({ shape, data });
  return { rows: data.length / shape.at(-1), columns: shape.at(-1), data };
}

/** Of the cases in which something does not fit, the one that says most: a product.
 * @param {Pack} pack @param {Tried[]} cases */
function judgeMisfit({ misfits }, cases) {
  const misfitting = cases.filter(({ misfit }) => misfit);
  const { misfit, tags } = misfitting.find(({ misfit }) => misfit.product) ?? misfitting[0];
  const sentence = `${misfitting.length < cases.length ? `${inWords(tags)}: ` : ""}${misfit.message}`;
  const made = misfits.filter(({ product }) =>
    product.startsWith("…") ? misfit.product.endsWith(product.slice(1)) : misfit.product === product,
  );
  if (!made.length) return judged("not-yet", sentence);
  const answer = named(made, "It");
  return { ...answer, says: [sentence, ...answer.says] };
}

/** @param {Pack} pack @param {Nested[]} values @param {Tried[]} cases */
const isMade = (pack, values, cases) =>
  cases.every(({ mine }, k) => values[k] === null || same(mine, laidOut(pack, values[k])));

/** The cases, or of free indices their entries, with what is special about each; that 0 is 0 says nothing.
 * @param {string[]} over @param {Tried[]} cases */
function parts(over, cases) {
  const isZero = (/** @type {number} */ number) => number === 0;
  if (!over.length) {
    return cases
      .filter(({ mine, expected }) => ![...mine.data, ...expected.data].every(isZero))
      .map(({ mine, expected, tags }) => ({ phrases: phrases(tags), isRight: same(mine, expected) }));
  }
  return cases.flatMap(({ mine, expected, tags, shape }) => {
    const isRight = sameEntries(mine, expected);
    return settings(over, shape)
      .map((setting, place) => ({
        phrases: phrases({ ...tags, ...Object.fromEntries(setting) }),
        isRight: isRight[place],
        place,
      }))
      .filter(({ place }) => !(isZero(mine.data[place]) && isZero(expected.data[place])));
  });
}

/** The smallest case that fails, as matrices of text; what is one number for each r stands in a row.
 * @param {Pack} pack @param {Tried} tried @returns {Shown} */
function shownCase({ over }, { mine, expected, tags, inputs }) {
  const isRight = sameSize(mine, expected) ? sameEntries(mine, expected) : null;
  let digits = 4;
  while (
    digits < 16 &&
    isRight?.some(
      (right, place) => !right && written(mine.data[place], digits) === written(expected.data[place], digits),
    )
  )
    digits += 4;
  const grid = (/** @type {import("../formulas/matrices.js").Matrix} */ matrix) => {
    const { rows, columns, data } = over.length === 1 ? transposed(matrix) : matrix;
    const cells = data.map((number, place) => ({ text: written(number, digits), differs: isRight?.[place] === false }));
    return Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns));
  };
  return { tags: inWords(tags), inputs, expected: grid(expected), yours: grid(mine) };
}
