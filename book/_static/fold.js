// The cells of code that a page folds: a switch shows them all, and an address that leads to one opens it.
// It runs before the page is painted: where the reader has chosen to see all code, each cell is open from the start.

const CHOICE = "show-code";
const CODE = "details.fold"; // and not the solutions

/** @returns {boolean} */
function remembered() {
  try {
    return localStorage.getItem(CHOICE) === "yes";
  } catch {
    return false; // the browser keeps nothing of this site
  }
}

/** @param {boolean} shown */
function remember(shown) {
  try {
    localStorage.setItem(CHOICE, shown ? "yes" : "no");
  } catch {} // it holds for this page alone
}

/** @param {ParentNode} part @param {boolean} shown */
function showCode(part, shown) {
  for (const cell of /** @type {NodeListOf<HTMLDetailsElement>} */ (part.querySelectorAll(CODE))) cell.open = shown;
}

function openTarget() {
  const target = document.getElementById(location.hash.slice(1).split("&")[0]);
  const folded = target?.querySelector(":scope.cell > details");
  if (!(folded instanceof HTMLDetailsElement)) return;
  folded.open = true;
  target.scrollIntoView();
}

const shownAtFirst = remembered();
const arriving = new MutationObserver((changes) => {
  for (const { target } of changes) if (target instanceof Element && target.matches(".cell")) showCode(target, true);
});
if (shownAtFirst) arriving.observe(document, { childList: true, subtree: true });

addEventListener("DOMContentLoaded", () => {
  arriving.disconnect();
  if (shownAtFirst) showCode(document, true);
  const choice = /** @type {HTMLInputElement} */ (document.querySelector(".show-code input"));
  choice.checked = shownAtFirst;
  choice.addEventListener("change", () => {
    showCode(document, choice.checked);
    remember(choice.checked);
  });
  openTarget();
  addEventListener("hashchange", openTarget);
});
