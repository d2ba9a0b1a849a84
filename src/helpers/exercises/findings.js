// Judges what a reader typed against what Python computed, and says in words what is wrong with it.
import { Budget, evaluate } from "./formulas/evaluator.js";
import { Misfit, arrayOf, each, matrixOf, sameSize, sizeOf, transposed } from "./formulas/matrices.js";
import { parseNumbers } from "./formulas/numbers.js";
import { parse } from "./formulas/parser.js";
import { Unreadable } from "./formulas/tokens.js";

const SAME = 1e-9, FLOAT32 = 5e-7, NEARLY = 1e-4; // relative to the largest number expected, or to 1

/** Judge an answer: { outcome, mistake, says, shown }. Whatever was typed, this returns. */
export function judge(pack, typed) {
  try {
    return JUDGE[pack.kind](pack, typed);
  } catch (error) {
    if (error instanceof Unreadable) return { ...found("unreadable", error.message), at: error.at };
    throw error;
  }
}

const found = (outcome, ...says) => ({ outcome, mistake: "", says: says.filter(Boolean), shown: null });

function named(mistakes, subject, shown = null) {
  const sheets = mistakes.some(({ sheets }) => sheets) ? ", as the sheet does" : "";
  const names = mistakes.map(({ name }) => `**${name}**`);
  const alike = mistakes.length > 1 ? " These give the same numbers here." : "";
  const hints = [...new Set(mistakes.map(({ hint }) => hint))];
  return { outcome: "not-yet", mistake: mistakes.map(({ name }) => name).join("; "), says: [`${subject} ${names.join(", or ")}${sheets}.${alike}`, ...hints], shown };
}

const JUDGE = {
  choice({ options }, chosen) {
    if (chosen === "") return found("unanswered", "Choose one.");
    const { right, name, reply } = options[Number(chosen)];
    return { ...found(right ? "right" : "not-yet", reply), mistake: right ? "" : name };
  },

  numbers({ answer, tolerance, mistakes, given }, typed) {
    if (!typed.trim()) return found("unanswered", given);
    const several = answer.length > 1;
    const budget = new Budget();
    const numbers = parseNumbers(typed, { several }).map(({ tree, text }) => evaluate(tree, { text, inputs: {}, budget }).data[0]);
    const near = (wanted, within = Math.max(tolerance, SAME)) =>
      wanted.length === numbers.length && wanted.every((number, k) => Math.abs(numbers[k] - number) <= within * Math.max(Math.abs(number), 1e-12));
    const listed = numbers.length === 1 ? written(numbers[0], 12) : `(${numbers.map((number) => written(number, 12)).join(", ")})`;
    if (near(answer)) return found("right", `${listed} is right${tolerance ? `, to ${100 * tolerance} % of its value` : ", exactly"}.`);
    const made = mistakes.filter((mistake) => near(mistake.numbers));
    if (made.length) return named(made, `${listed}: this`);
    if (numbers.length !== answer.length) return found("not-yet", `${numbers.length ? listed : "Nothing"} was read, and ${["no", "one number is", "two numbers are", "three numbers are"][answer.length]} expected.`, given);
    const good = numbers.filter((number, k) => Math.abs(number - answer[k]) <= SAME * Math.abs(answer[k]));
    if (good.length) return found("not-yet", `Of ${listed}, ${good.map((number) => written(number, 12)).join(" and ")} is right, and the rest is not.`, given);
    if (near(answer, 0.02)) return found("not-yet", `${listed} is close, and not the number itself. Write it as a formula, or with more digits.`);
    return found("not-yet", `${listed} was read.`, given);
  },

  formula(pack, typed) {
    if (!typed.trim()) return found("unanswered", "Type a formula first.");
    const tree = parse(typed, pack);
    const budget = new Budget();
    const tried = pack.cases.map((packed, number) => ({ number, tags: packed.tags, packed, right: laidOut(pack, packed.expected), ...attempt(pack, packed, tree, typed, budget) }));
    return judgeValues(pack, tried);
  },
};

// ── Values of a formula ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The value of a formula in one case: { mine }, or { misfit }. Over free indices it is taken at each of their settings. */
export function attempt(pack, packed, tree, text, budget = new Budget()) {
  const inputs = Object.fromEntries(Object.entries(packed.inputs).map(([name, nested]) => [name, arrayOf(nested)]));
  const at = (setting) => evaluate(tree, { text, inputs: { ...inputs, ...setting }, first: pack.first, budget });
  try {
    if (!pack.over.length) return { mine: at({}) };
    const data = settings(pack, packed).map((setting) => {
      const value = at(Object.fromEntries(Object.entries(setting).map(([name, number]) => [name, arrayOf(number)])));
      if (value.data.length > 1) throw new Misfit(`For each ${pack.over.join(", ")} one number is expected, and this is ${sizeOf(value)}.`);
      return value.data[0];
    });
    return { mine: { ...laidOut(pack, packed.expected), data } };
  } catch (error) {
    if (error instanceof Misfit) return { misfit: error };
    throw error;
  }
}

/** Every setting of the free indices, in order: { r: 0, k: 0 }, { r: 0, k: 1 }, … */
function settings({ over }, { expected }) {
  const { shape } = arrayOf(expected);
  return over.reduce((before, name, axis) => before.flatMap((setting) => Array.from({ length: shape[axis] }, (_, place) => ({ ...setting, [name]: place }))), [{}]);
}

/** An expected array as a matrix: a vector is a column; of more than two axes, the matrices stand one below the other. */
function laidOut({ over }, nested) {
  const array = arrayOf(nested);
  if (!over.length) return matrixOf(array);
  const columns = over.length > 1 ? array.shape.at(-1) : 1;
  return { rows: array.data.length / columns, columns, data: array.data };
}

const largest = (numbers) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1);

/** How far two matrices are apart, relative to the largest number expected, or to 1. */
function distance(mine, right) {
  if (!sameSize(mine, right)) return Infinity;
  const scale = largest(right.data);
  return mine.data.reduce((most, number, k) => {
    const apart = Math.abs(number - right.data[k]) / scale;
    return Number.isNaN(apart) || apart > most ? (Number.isNaN(apart) ? Infinity : apart) : most;
  }, 0);
}
const same = (mine, right) => distance(mine, right) <= SAME;

function judgeValues(pack, tried) {
  if (tried.some(({ misfit }) => misfit)) return judgeMisfit(pack, tried);
  const error = Math.max(...tried.map(({ mine, right }) => distance(mine, right)));
  if (error <= SAME) return found("right", `It agrees with the reference in all of ${tried.length} cases. None of ${pack.mistakes.length + pack.misfits.length} known mistakes is made.`, pack.because);
  const failing = tried.filter(({ mine, right }) => !same(mine, right));
  const shown = shownCase(pack, failing[0]);
  const made = pack.mistakes.filter(({ values }) => makesSame(pack, values, tried));
  if (made.length) return named(made, "It", shown);
  if (error <= FLOAT32) return found("right", "It is right, to float32's digits.", pack.because);
  const says = error <= NEARLY
    ? [`It is nearly right, off by ${error.toExponential(0).replace("-", "−")} of the largest number in the worst of all cases. A number may be rounded.`]
    : [wrongSize(tried) ?? notFinite(tried) ?? inGeneral(tried, pack.over) ?? rightWhere(pack, tried) ?? "It gives other numbers than are expected."];
  return { ...found("not-yet", ...says), shown };
}

/** Of the cases in which something does not fit, the one that says most: a product. */
function judgeMisfit({ misfits }, tried) {
  const knownBy = ({ product }) => misfits.filter((known) => (known.product.startsWith("…") ? product.endsWith(known.product.slice(1)) : product === known.product));
  const misfitting = tried.filter(({ misfit }) => misfit);
  const { misfit, tags } = misfitting.find((one) => one.misfit.product) ?? misfitting[0];
  const known = knownBy(misfit);
  const sentence = `${misfitting.length < tried.length ? `${inWords(tags)}: ` : ""}${misfit.message}`;
  if (!known.length) return found("not-yet", sentence);
  const answer = named(known, "It");
  return { ...answer, says: [sentence, ...answer.says] };
}

const makesSame = (pack, values, tried) =>
  values.some((value) => value !== null) && tried.every(({ mine }, k) => values[k] === null || same(mine, laidOut(pack, values[k])));

function wrongSize(tried) {
  const wrong = tried.find(({ mine, right }) => !sameSize(mine, right));
  if (!wrong) return null;
  if (tried.every(({ mine, right }) => same(transposed(mine), right))) return TRANSPOSE;
  const where = tried.every(({ tags }) => !Object.keys(tags).length) ? "" : `, where ${inWords(wrong.tags)}`;
  return `It is ${sizeOf(wrong.mine)}, and ${sizeOf(wrong.right)} is expected${where}.`;
}

function notFinite(tried) {
  const wrong = tried.find(({ mine }) => !mine.data.every(Number.isFinite));
  return wrong ? `It is ${Number.isNaN(wrong.mine.data.find((number) => !Number.isFinite(number))) ? "no number" : "infinite"} in one case: something is divided by 0, or is too large.` : null;
}

const TRANSPOSE = "It is the **transpose** of what is expected.";

/** What the values have to do with those expected, in every case; or null. */
function inGeneral(tried, over) {
  const all = (change) => tried.every(({ mine, right }) => same(change(mine), right)) && tried.some(({ mine }) => !same(change(mine), mine));
  const scaled = (factor) => (matrix) => each(matrix, (number) => factor * number);
  if (all(transposed)) return TRANSPOSE;
  if (all(scaled(-1))) return "It is the **negative** of what is expected.";
  if (all((mine) => scaled(-1)(transposed(mine)))) return "It is the **negative of the transpose** of what is expected.";
  const factor = constant(tried, (mine, right) => mine / right, (right) => Math.abs(right) > 1e-6);
  if (factor !== null && all(scaled(1 / factor))) return `It is **${inFractions(factor)} times** what is expected, in every case.`;
  const factors = tried.map((one) => constant([one], (mine, right) => mine / right, (right) => Math.abs(right) > 1e-6));
  const several = factors.filter((factor) => factor !== null);
  if (several.length > 2 && tried.every(({ mine, right }, k) => (factors[k] === null ? right.data.length <= 2 : same(scaled(1 / factors[k])(mine), right)))) {
    return `In each case it is a **multiple** of what is expected, and by another factor each time, such as ${several.slice(-2).map(inFractions).join(" and ")}. A factor is missing, or one is too many.`;
  }
  const added = constant(tried, (mine, right) => mine - right, () => true);
  if (added !== null) return `It is **${inFractions(Math.abs(added))} too ${added > 0 ? "large" : "small"}**, in every case.`;
  if (all(magnitudes) && tried.every(({ right }) => same(magnitudes(right), right))) return "It is right but for its sign.";
  if (tried.every(({ mine, right }) => same(magnitudes(mine), magnitudes(right)))) return "Its entries are right **but for their signs**.";
  const long = tried.filter(({ right }) => right.rows > 2 && right.columns === 1);
  if (long.length > 1 || over.length === 1) {
    const name = over.length === 1 ? over[0] : "the entries";
    if (all(reversed)) return `Its entries are right, in **reverse order**${over.length ? ` of ${name}` : ""}.`;
    for (const [by, words] of [[1, "next"], [-1, "one before"]]) {
      if (long.length && tried.every(({ mine, right }) => shiftedBy(by, mine, right))) return `It is **shifted by one**: each entry is the ${words} one's.`;
    }
  }
  const square = tried.filter(({ right }) => right.rows === right.columns && right.rows > 1);
  const onDiagonal = ({ mine, right }, on) => right.data.every((number, place) => (place % (right.rows + 1) === 0) !== on || Math.abs(mine.data[place] - number) <= SAME * largest(right.data));
  if (square.length > 1 && square.every((one) => onDiagonal(one, true))) return "It is right **on the diagonal only**.";
  if (square.length > 1 && square.every((one) => onDiagonal(one, false))) return "It is right **off the diagonal only**.";
  return null;
}

const magnitudes = (matrix) => each(matrix, Math.abs);
const reversed = (matrix) => each(matrix, (_, place) => matrix.data.at(-1 - place));
const shiftedBy = (by, mine, right) => {
  const scale = largest(right.data);
  const overlap = mine.data.filter((_, k) => k + by in right.data);
  return overlap.length > 0 && mine.data.every((number, k) => !(k + by in right.data) || Math.abs(number - right.data[k + by]) <= SAME * scale);
};

/** A number that relates all entries of all cases to those expected, if it is one and the same; else null. */
function constant(tried, relate, counts) {
  const all = tried.flatMap(({ mine, right }) => right.data.map((number, k) => [mine.data[k], number])).filter(([, right]) => counts(right)).map(([mine, right]) => relate(mine, right));
  const [first] = all;
  return all.length > 2 && Math.abs(first) > SAME && all.every((number) => Math.abs(number - first) <= 1e-8 * Math.max(1, Math.abs(first))) ? first : null;
}

function inFractions(number) {
  for (let below = 1; below <= 12; below++) {
    const above = Math.round(number * below);
    if (above && Math.abs(number * below - above) < 1e-9) return `${above}${below > 1 ? `/${below}` : ""}`.replace("-", "−");
  }
  return written(number, 5);
}

/** "It is right where m = 1, and wrong elsewhere": from which cases and entries fail. */
function rightWhere(pack, tried) {
  const all0 = ({ data }) => data.every((number) => number === 0);
  const parts = tried.flatMap(({ mine, right, tags, packed }) => settings(pack, packed).map((setting, place) => {
    const [a, b] = pack.over.length ? [mine, right].map(({ data }) => ({ rows: 1, columns: 1, data: [data[place]] })) : [mine, right];
    return { phrases: phrases({ ...tags, ...setting }), isRight: distance(a, b) * largest(b.data) <= SAME * largest(right.data), says: !(all0(a) && all0(b)) };
  })).filter(({ says }) => says); // that 0 is 0 says nothing
  const good = parts.filter(({ isRight }) => isRight).length;
  if (!good || good === parts.length) return null;
  const has = (phrase) => ({ phrases }) => phrases.includes(phrase);
  const all = [...new Set(parts.flatMap(({ phrases }) => phrases))];
  const only = all.find((phrase) => parts.every((part) => has(phrase)(part) === part.isRight));
  if (only) return `It is right where **${only}**, and wrong elsewhere.`;
  const but = all.find((phrase) => parts.every((part) => has(phrase)(part) !== part.isRight));
  if (but) return `It is wrong where **${but}**, and right elsewhere.`;
  const sure = all.map((phrase) => [phrase, parts.filter(has(phrase))]).filter(([, those]) => those.length > 1 && those.length < parts.length && those.every(({ isRight }) => isRight));
  if (!sure.length) return null;
  const [phrase] = sure.reduce((best, one) => (one[1].length > best[1].length ? one : best));
  const elsewhere = parts.filter((part) => !has(phrase)(part)), wrong = elsewhere.filter(({ isRight }) => !isRight).length;
  return `It is right wherever **${phrase}**; elsewhere it is wrong in ${wrong} of ${elsewhere.length} ${pack.over.length ? "places" : "cases"}.`;
}

const phrases = (tags) => Object.entries(tags).flatMap(([name, value]) => (value === true ? [name] : value === false ? [] : [`${name} = ${written(value, 4)}`]));
const inWords = (tags) => phrases(tags).join(", ");

/** A number with so many digits, whole ones as they are. */
export function written(number, digits) {
  const text = Number.isInteger(number) && Math.abs(number) < 1e15 ? String(number) : String(Number(number.toPrecision(digits)));
  return text.replaceAll("-", "−").replace("Infinity", "∞");
}

/** The smallest case that fails, as matrices of text. */
function shownCase({ over }, { mine, right, tags, packed }) {
  const fits = sameSize(mine, right);
  const scale = largest(right.data);
  const differs = right.data.map((number, place) => fits && !(Math.abs(mine.data[place] - number) <= SAME * scale));
  let digits = 4;
  const apart = () => right.data.every((number, place) => !differs[place] || written(number, digits) !== written(mine.data[place], digits));
  while (digits < 16 && !apart()) digits += 4;
  const grid = ({ rows, columns, data }, marks) => Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => {
    const place = row * columns + column;
    return { text: written(data[place], digits), differs: marks[place] };
  }));
  const lying = (matrix) => (over.length === 1 ? transposed(matrix) : matrix); // what is one for each r stands in a row
  return {
    tags: inWords(tags),
    inputs: packed.inputs,
    expected: grid(lying(right), differs),
    yours: grid(lying(mine), fits ? differs : []),
  };
}
