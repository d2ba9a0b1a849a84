// Leads "A refuted claim" to one at random. Without this script it leads to the one that the page begins with.

const refuted = [...document.querySelectorAll(".tile.refuted a")].map((link) => link.getAttribute("href"));
/** @type {HTMLAnchorElement | null} */
const link = document.querySelector(".random a");
link?.addEventListener("click", () => {
  link.href = refuted[Math.floor(Math.random() * refuted.length)] ?? link.href;
});
