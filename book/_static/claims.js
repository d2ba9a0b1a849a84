// Lets the reader of the claims page choose a verdict. Without this script the whole table is shown, and no choice.

const VERDICTS = ["confirmed", "completed", "repaired", "refuted", "lost"];

const table = /** @type {HTMLTableElement} */ (document.querySelector(".tag_claims table"));
const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent.trim() === "verdict");
const rows = [...table.tBodies[0].rows].map((row) => ({ row, verdict: row.cells[column].textContent.trim() }));

const choice = document.createElement("fieldset");
choice.className = "verdicts";
const legend = document.createElement("legend");
legend.textContent = "Show the claims that are";
choice.append(legend);

const shown = document.createElement("p");
shown.className = "verdicts-shown";
shown.setAttribute("role", "status");

/** @param {string} verdict */
function show(verdict) {
  let count = 0;
  for (const { row, verdict: its } of rows) {
    row.hidden = verdict !== "all" && its !== verdict;
    count += Number(!row.hidden);
  }
  shown.textContent = `${count} of ${rows.length} claims are shown.`;
}

const there = new Set(rows.map(({ verdict }) => verdict));
for (const verdict of ["all", ...VERDICTS.filter((verdict) => there.has(verdict))]) {
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "verdict", value: verdict });
  input.checked = verdict === "all";
  input.addEventListener("change", () => show(verdict));
  const label = document.createElement("label");
  const count = verdict === "all" ? rows.length : rows.filter((row) => row.verdict === verdict).length;
  label.append(input, `${verdict} (${count})`);
  choice.append(label);
}

table.closest(".cell").before(choice, shown);
show("all");
