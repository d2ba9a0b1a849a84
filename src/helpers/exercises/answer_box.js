// An answer box takes an answer and answers back. Python draws it; this listens to it, in JupyterLab and on the page.
import { written } from "./findings/comparison.js";
import { judge } from "./findings/judge.js";
import { parseNumbers } from "./formulas/numbers.js";
import { parse } from "./formulas/parser.js";
import { Unreadable } from "./formulas/tokens.js";
import { escaped, mathml } from "./formulas/typesetting.js";
import { kept, remember, tick, watch } from "./kept.js";

/** @typedef {import("./findings/judge.js").Pack} Pack */
/** @typedef {import("./findings/judge.js").Answer} Answer */
/** @typedef {{ text: string, differs?: boolean }} Cell */

/** @type {Record<Answer["outcome"], string>} */
const HEADINGS = {
  right: "✓ Right.",
  "not-yet": "✗ Not right yet.",
  unreadable: "This cannot be read yet.",
  unanswered: "… Not answered yet.",
};
const MOST_CELLS = 12;

export default {
  /** @param {{ model: { get(name: string): any, set(name: string, value: any): void, save_changes(): void }, el: HTMLElement }} view */
  render({ model, el }) {
    if (!el.querySelector("[data-exercise]")) el.innerHTML = model.get("html");
    const pack = model.get("pack");
    /** @type {HTMLFormElement} */
    const box = el.querySelector("[data-exercise]");
    /** @type {HTMLElement} */
    const status = box.querySelector("[role=status]");
    const fields = /** @type {HTMLInputElement[]} */ ([...box.querySelectorAll("textarea, input")]);
    const typed = () =>
      pack.kind === "choice" ? (fields.find(({ checked }) => checked)?.value ?? "") : fields[0].value;
    const preview = box.querySelector(".gc-box-preview");

    const check = () => {
      const answer = judge(pack, typed());
      show(status, answer);
      for (const field of fields)
        field.setAttribute("aria-invalid", String(["not-yet", "unreadable"].includes(answer.outcome)));
      if (answer.outcome !== "right") return;
      remember(pack.id);
      model.set("solved", true); // for the notebook's own file
      model.save_changes();
    };
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      check();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && /** @type {Element} */ (event.target).matches("textarea")) {
        event.preventDefault();
        check();
      }
    });
    if (preview) {
      const typeset = () => {
        preview.innerHTML = previewOf(pack, typed());
      };
      fields[0].addEventListener("input", typeset);
      typeset();
    }
    watch(() => {
      const isSolved = kept().includes(pack.id);
      box.toggleAttribute("data-solved", isSolved);
      const heading = document.getElementById(`exercise-${pack.id.replaceAll(".", "-")}`);
      if (heading) tick(heading, isSolved);
    });
    box.dataset.ready = "";
  },
};

/** What is typed, as it is read; where it cannot be read, with a mark at the place.
 * @param {Pack} pack @param {string} text */
export function previewOf(pack, text) {
  if (!text.trim()) return "";
  try {
    if (pack.kind === "formula") return mathml(parse(text, pack));
    return parseNumbers(text, { several: pack.answer?.length > 1, vector: pack.kind === "example" })
      .map(({ tree }) => mathml(tree))
      .join(", ");
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { at, text: read = text } = error;
    return `<span class="gc-box-unread">${escaped(read.slice(Math.max(0, at - 80), at))}<mark>${escaped(read.slice(at, at + 80)) || " "}</mark></span>`;
  }
}

/** @param {HTMLElement} status @param {Answer} answer */
function show(status, { outcome, mistake, says, shown }) {
  status.dataset.outcome = outcome;
  status.dataset.mistake = mistake;
  const [first = "", ...others] = says.map(markedUp);
  status.innerHTML = `<p><strong>${HEADINGS[outcome]}</strong> ${first}</p>${others.map((text) => `<p>${text}</p>`).join("")}${shown ? caseOf(shown) : ""}`;
}

/** @param {Answer["shown"]} shown */
function caseOf({ tags, inputs, expected, yours }) {
  const given = Object.entries(inputs)
    .map(([name, value]) => table(name, gridOf(value)))
    .join("");
  return (
    `<p>The smallest case that fails${tags && `, ${escaped(tags)}`}:</p><div class="gc-box-case">${table("expected", expected)}${table("yours", yours)}</div>` +
    `<details><summary>Its inputs</summary><div class="gc-box-case">${given}</div></details>`
  );
}

/** An input as a matrix of text; of more than two axes, its matrices one below the other.
 * @param {any} value @returns {Cell[][]} */
function gridOf(value) {
  const rows = !Array.isArray(value)
    ? [[value]]
    : !Array.isArray(value[0])
      ? value.map((number) => [number])
      : Array.isArray(value[0][0])
        ? value.flat(value[0][0][0]?.length ? 2 : 1)
        : value;
  return rows.map((/** @type {number[]} */ row) => row.map((number) => ({ text: written(number, 4) })));
}

/** @param {string} title @param {Cell[][]} grid */
function table(title, grid) {
  const cut = (/** @type {any[]} */ cells) =>
    cells.length > MOST_CELLS ? [...cells.slice(0, MOST_CELLS), null] : cells;
  const cell = (/** @type {Cell | null} */ one) =>
    one === null
      ? "<td>…</td>"
      : `<td${one.differs ? ' class="differs"' : ""}>${one.differs ? `<strong>${one.text}</strong>` : one.text}</td>`;
  const rows = cut(grid)
    .map((row) => `<tr>${row === null ? "<td>…</td>" : cut(row).map(cell).join("")}</tr>`)
    .join("");
  return `<table><caption>${escaped(title)}</caption><tbody>${rows}</tbody></table>`;
}

/** @param {string} text */
const markedUp = (text) =>
  escaped(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>");
