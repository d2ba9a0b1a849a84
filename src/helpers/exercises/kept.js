// What is solved, kept in this browser. Where it keeps nothing, as some do on a page opened from a file, nothing is lost but this.
// The file to take along has the format of the notebooks' own, progress_file.py.

const KEPT = "gradients-checked.solved";
export const CHANGED = "gradients-checked.changed";
const FORMAT = 1;

/** The exercises that are solved. @returns {string[]} */
export function kept() {
  try {
    return [...JSON.parse(localStorage.getItem(KEPT) ?? "[]")].filter((id) => typeof id === "string");
  } catch {
    return [];
  }
}

/** @param {string[]} ids */
export function remember(...ids) {
  store([...new Set([...kept(), ...ids])]);
}

export function forget() {
  store([]);
}

/** @param {string[]} ids */
function store(ids) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(ids));
  } catch {
    /* it is full, or there is none */
  }
  dispatchEvent(new Event(CHANGED));
}

/** Call a function now, and whenever something is solved or forgotten, on another page too. @param {() => void} show */
export function watch(show) {
  addEventListener(CHANGED, show);
  addEventListener("storage", show);
  show();
}

/** The text of a file to take along. */
export const asFile = () => JSON.stringify({ format: FORMAT, solved: kept().sort() }, null, 1);

/** The exercises in a file, or null if it is none. @param {string} text @returns {string[] | null} */
export function fromFile(text) {
  try {
    const { format, solved } = JSON.parse(text);
    const isList = Array.isArray(solved) && solved.every((id) => typeof id === "string" && id.length < 100);
    return format === FORMAT && isList ? solved : null;
  } catch {
    return null;
  }
}

/** Show a tick in an element, or none. @param {Element} element @param {boolean} isSolved */
export function tick(element, isSolved) {
  const there = element.querySelector(":scope > .gc-tick");
  if (!isSolved) there?.remove();
  else if (!there) element.insertAdjacentHTML("beforeend", ' <span class="gc gc-tick">✓ solved</span>');
}
