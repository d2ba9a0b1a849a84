// Shows what is solved in this browser, ticks the links to those exercises, and takes them along as a file.
import { asFile, forget, fromFile, kept, remember, tick, watch } from "./kept.js";

export default {
  /** @param {{ model: { get(name: string): any }, el: HTMLElement }} view */
  render({ model, el }) {
    if (!el.querySelector(".gc-progress")) el.innerHTML = model.get("html");
    /** @type {string[]} */
    const ids = model.get("ids");
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (el.querySelector(`[data-${name}]`));
    const say = (/** @type {string} */ words) => {
      part("news").textContent = words;
    };

    watch(() => {
      const solved = ids.filter((id) => kept().includes(id));
      part("count").textContent = `${solved.length} of ${ids.length} exercises are solved in this browser.`;
      for (const id of ids) {
        const anchor = `#exercise-${id.replaceAll(".", "-")}`;
        for (const link of document.querySelectorAll(`li a[href$="${anchor}"]`))
          tick(link.parentElement, solved.includes(id));
      }
    });

    part("save").addEventListener("click", () => {
      const file = URL.createObjectURL(new Blob([asFile()], { type: "application/json" }));
      Object.assign(document.createElement("a"), { href: file, download: "progress.json" }).click();
      setTimeout(() => URL.revokeObjectURL(file), 10_000);
      say("The file progress.json has been saved.");
    });
    const chosen = /** @type {HTMLInputElement} */ (part("file"));
    part("bring").addEventListener("click", () => chosen.click());
    chosen.addEventListener("change", async () => {
      const [file] = chosen.files;
      const solved = file && file.size < 1e6 ? fromFile(await file.text()) : null;
      chosen.value = "";
      if (solved) remember(...solved);
      say(solved ? "The solved exercises in the file have been added." : "This is not a file of solved exercises. Nothing has changed.");
    });
    part("forget").addEventListener("click", () => {
      if (!confirm("Forget which exercises are solved in this browser?")) return;
      forget();
      say("Your progress in this browser has been forgotten.");
    });
    el.querySelector(".gc-progress").toggleAttribute("data-ready", true);
  },
};
