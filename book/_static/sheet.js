// On paper every correction is open; afterwards each is as the reader left it.

/** @type {NodeListOf<HTMLDetailsElement>} */
const corrections = document.querySelectorAll("details.correction");
/** @type {HTMLDetailsElement[]} */
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...corrections].filter((correction) => !correction.open);
  for (const correction of opened) correction.open = true;
});
addEventListener("afterprint", () => {
  for (const correction of opened) correction.open = false;
});
