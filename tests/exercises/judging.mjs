// Asked by the tests: judges what was typed, or evaluates it, for each line of JSON on the input.
import { createInterface } from "node:readline";
import { previewOf } from "../../src/helpers/exercises/answer_box.js";
import { attempt, judge } from "../../src/helpers/exercises/findings/judge.js";
import { parse } from "../../src/helpers/exercises/formulas/parser.js";

const values = (pack, typed) => {
  const tree = parse(typed, pack);
  return pack.cases.map((packed) => attempt(pack, packed, tree, typed).mine?.data ?? null);
};

const answer = (pack, typed) => ({ ...judge(pack, typed), preview: pack.kind === "choice" ? "" : previewOf(pack, typed) });

for await (const line of createInterface({ input: process.stdin })) {
  const { pack, typed, want } = JSON.parse(line);
  const answers = typed.map((text) => {
    const begun = performance.now();
    try {
      const found = want === "values" ? { values: values(pack, text) } : answer(pack, text);
      return { ...found, milliseconds: performance.now() - begun };
    } catch (error) {
      return { outcome: "threw", mistake: "", says: [String(error.stack)], values: null };
    }
  });
  console.log(JSON.stringify(answers));
}
