// On paper every correction is open; afterwards each is as the reader left it.

/** @type {NodeListOf<HTMLDetailsElement>} */
const corrections = document.querySelectorAll("details.correction");
/** @type {HTMLDetailsElement[]} */
const opened = [];
addEventListener("beforeprint", () => {
  for (const correction of corrections) {
    if (!correction.open) opened.push(correction);
    correction.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const correction of opened.splice(0)) correction.open = false;
});
