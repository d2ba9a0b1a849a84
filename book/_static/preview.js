// Shows what a link leads to, or a symbol means, where the pointer rests on it or the keyboard reaches it; Escape closes it.
// On the page of results, each has it below.

/** @typedef {Record<string, string>} Previews */

const ROOT = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
const TRIGGERS = "article :is(a.internal[href*='#'], [data-symbol])";
const DELAY = 250; // ms, so that a pointer on its way opens nothing

/** @type {Promise<Previews>} */
let loading;

/** All previews; they come when the first is asked for, as a script, which a page opened from a file may load. */
function previews() {
  loading ??= new Promise((resolve) => {
    const script = Object.assign(document.createElement("script"), { src: new URL("_static/preview-data.js", ROOT).href });
    loadFormulas();
    script.addEventListener("load", () => resolve(/** @type {any} */ (globalThis).PREVIEWS));
    document.head.append(script);
  });
  return loading;
}

/** A page without formulas has not loaded how they look. */
function loadFormulas() {
  if (document.querySelector("link[href*='katex.min.css']")) return;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("_static/katex.min.css", ROOT).href });
  document.head.append(link);
}

/** The key of what an element leads to. @param {HTMLElement} element */
function keyOf(element) {
  return element.dataset.symbol ?? /** @type {HTMLAnchorElement} */ (element).href.replace(ROOT.href, "");
}

const card = document.createElement("div");
Object.assign(card, { id: "preview", hidden: true });
card.setAttribute("role", "tooltip");

/** @type {HTMLElement} */
let shownFor;
/** @type {ReturnType<typeof setTimeout>} */
let soon;

function hidePreview() {
  clearTimeout(soon);
  shownFor?.removeAttribute("aria-describedby");
  shownFor = undefined;
  card.hidden = true;
}

/** @param {HTMLElement} element */
async function showPreview(element) {
  const html = (await previews())[keyOf(element)];
  if (!html || !element.matches(":hover, :focus")) return;
  hidePreview();
  shownFor = element;
  card.innerHTML = html;
  card.hidden = false;
  element.setAttribute("aria-describedby", card.id);
  const { left, top, bottom } = element.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const below = bottom + height + 8 < innerHeight || top < height + 8;
  card.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8)) + scrollX}px`;
  card.style.top = `${(below ? bottom + 4 : top - height - 4) + scrollY}px`;
}

/** @param {EventTarget} target @returns {HTMLElement} */
const triggerOf = (target) => (target instanceof Element ? target.closest(TRIGGERS) : undefined);

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType !== "mouse") return; // a finger follows the link
  const element = triggerOf(target);
  clearTimeout(soon);
  if (element && element !== shownFor) soon = setTimeout(showPreview, DELAY, element);
  else if (shownFor && !element && !(target instanceof Node && card.contains(target))) soon = setTimeout(hidePreview, DELAY);
});
document.addEventListener("focusin", ({ target }) => {
  const element = triggerOf(target);
  if (element?.matches(":focus-visible")) showPreview(element);
  else hidePreview();
});
document.addEventListener("focusout", hidePreview);
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") hidePreview();
});
document.body.append(card);

/** Below each result of the search, what it leads to. @param {HTMLElement} results */
async function describe(results) {
  const all = await previews();
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (results.querySelectorAll("li > a:not([data-described])"))) {
    link.dataset.described = "";
    const html = all[keyOf(link)];
    if (html) link.parentElement.append(Object.assign(document.createElement("div"), { className: "found", innerHTML: html }));
  }
}

const results = document.getElementById("search-results");
if (results) new MutationObserver(() => describe(results)).observe(results, { childList: true, subtree: true });
