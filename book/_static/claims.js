// Lets the reader of the claims page choose a verdict, look for words, and sort. Without this script the whole table is shown.

/** @type {HTMLTableElement} */
const table = document.querySelector(".tag_claims table");
const body = table.tBodies[0];
const rows = [...body.rows].map((row, place) => ({
  row,
  place,
  verdict: row.querySelector(".verdict").classList[1], // after its sign
  words: row.textContent.toLowerCase(),
}));
const VERDICTS = ["confirmed", "completed", "repaired", "refuted", "undecided", "lost"];
/** @type {Record<string, number>} */
const counts = { all: rows.length };
for (const verdict of VERDICTS) {
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

const search = Object.assign(document.createElement("input"), { type: "search", id: "claims-words", autocomplete: "off" });
const chosen = { verdict: "all" };

function show() {
  const wanted = search.value.toLowerCase().trim();
  let count = 0;
  for (const { row, verdict, words } of rows) {
    row.hidden = !(["all", verdict].includes(chosen.verdict) && words.includes(wanted));
    count += Number(!row.hidden);
  }
  shown.textContent = `${count} of ${rows.length} claims are shown.`;
}

for (const [verdict, count] of Object.entries(counts)) {
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "verdict", value: verdict, checked: verdict === "all" });
  input.addEventListener("change", () => {
    chosen.verdict = verdict;
    show();
  });
  const label = document.createElement("label");
  label.append(input, `${verdict} (${count})`);
  choice.append(label);
}

const label = document.createElement("label");
label.append("with the words ", search);
search.addEventListener("input", show);
choice.append(label);

/** @type {Record<string, (one: (typeof rows)[0], other: (typeof rows)[0]) => number>} */
const ORDERS = {
  claim: (one, other) => one.place - other.place,
  verdict: (one, other) => VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict) || one.place - other.place,
};
const heads = [...table.tHead.rows[0].cells].filter((head) => head.textContent.trim() in ORDERS);
for (const head of heads) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "sort", textContent: head.textContent.trim() });
  button.addEventListener("click", () => {
    const descending = head.ariaSort === "ascending";
    for (const other of heads) other.ariaSort = null;
    head.ariaSort = descending ? "descending" : "ascending";
    const sorted = [...rows].sort(ORDERS[button.textContent]);
    body.append(...(descending ? sorted.reverse() : sorted).map(({ row }) => row));
  });
  head.replaceChildren(button);
}
if (heads.length) heads[0].ariaSort = "ascending";

document.querySelector(".tag_claims").before(choice, shown);
show();
