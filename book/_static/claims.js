// Lets the reader of the claims page choose a verdict. Without this script the whole table is shown, and no choice.

// A cell holds the verdict's sign and its word; the word is also its second class.
const rows = [...document.querySelectorAll("td .verdict")].map((cell) => ({ row: cell.closest("tr"), verdict: cell.classList[1] }));
/** @type {Record<string, number>} */
const counts = { all: rows.length };
for (const verdict of ["confirmed", "completed", "repaired", "refuted", "undecided", "lost"]) {
  const count = rows.filter((row) => row.verdict === verdict).length;
  if (count) counts[verdict] = count;
}

const choice = document.createElement("fieldset");
choice.className = "verdicts";
const legend = document.createElement("legend");
legend.textContent = "Show the claims that are";
choice.append(legend);

const shown = document.createElement("p");
shown.className = "verdicts-shown";
shown.setAttribute("role", "status");

/** @param {string} chosen */
function show(chosen) {
  for (const { row, verdict } of rows) row.hidden = chosen !== "all" && chosen !== verdict;
  shown.textContent = `${counts[chosen]} of ${rows.length} claims are shown.`;
}

for (const [verdict, count] of Object.entries(counts)) {
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "verdict", value: verdict, checked: verdict === "all" });
  input.addEventListener("change", () => show(verdict));
  const label = document.createElement("label");
  label.append(input, `${verdict} (${count})`);
  choice.append(label);
}

document.querySelector(".tag_claims").before(choice, shown);
show("all");
