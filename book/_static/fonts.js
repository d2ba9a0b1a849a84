// Paints the page once the fonts that its styles bring along are ready, which takes some milliseconds: nothing moves then.
// It runs before the page is painted. Without it the page is painted at once, and set again.

{
  const root = document.documentElement;
  const faces = ["", "italic ", "600 "].map((style) => `${style}1em "Source Serif 4"`);
  const ofFormulas = ["1em KaTeX_Main", "italic 1em KaTeX_Math"];
  const ready = Promise.all([...faces, ...ofFormulas].map((face) => document.fonts.load(face)));
  root.classList.add("fonts-loading");
  ready.finally(() => root.classList.remove("fonts-loading"));
  addEventListener("DOMContentLoaded", () => root.setAttribute("data-parsed", "")); // and the scripts of the page have run
}
