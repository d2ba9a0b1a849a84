// Leaves of the built site's styles and fonts what its pages use: `node slim.mjs SITE`, after every page is written.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";

const SITE = process.argv[2];
const STATIC = join(SITE, "_static");
const OF_OTHERS = /styles\/.*\.css$|\/(?:basic|pygments|mystnb\.\w+)\.css$/;
const EMBEDDED = /fonts\/(?:source-serif-4-[\w-]+|KaTeX_(?:Main-Regular|Math-Italic|Size1-Regular|Size2-Regular))\.woff2/g;
const ICONS_AS_LETTERS = /@font-face\{[^}]*Awesome[^}]*\}/g; // postprocess.py has drawn them
const PRINTABLE = Array.from({ length: 95 }, (_, position) => String.fromCharCode(32 + position)).join("");

/** The files below a folder whose names end in one of these ways. @param {string} folder @param {RegExp} ending */
function files(folder, ending) {
  return readdirSync(folder, { recursive: true, encoding: "utf-8" })
    .map((name) => join(folder, name))
    .filter((path) => ending.test(path));
}

async function purgeStyles() {
  const content = files(SITE, /\.(?:html|js)$/);
  const css = files(STATIC, OF_OTHERS);
  const used = content.flatMap((path) => readFileSync(path, "utf-8").match(/--[\w-]+/g) ?? []);
  const ours = files(STATIC, /\.css$/).filter((path) => !css.includes(path));
  used.push(...ours.flatMap((path) => readFileSync(path, "utf-8").match(/--[\w-]+/g) ?? []));
  const options = { content, css, fontFace: true, keyframes: true, variables: true, safelist: { variables: used } };
  const purged = await new PurgeCSS().purge(options);
  for (const { css: style, file } of purged) writeFileSync(file, style.replaceAll(ICONS_AS_LETTERS, ""));
}

async function subsetFonts() {
  const pages = files(SITE, /\.(?:html|js)$/).map((path) => readFileSync(path, "utf-8"));
  const all = [...new Set([...PRINTABLE, ...pages.join("")])];
  // Of KaTeX's second font the letters are those of sets, ℝ for one; the pages have few of them.
  const ofSets = pages.flatMap((page) => [...page.matchAll(/\bmathbb\b[^>]*>([^<]+)/g)]).flatMap(([, letters]) => [...letters]);
  const signs = [...all.filter((character) => character > "~"), ...ofSets];
  for (const path of files(STATIC, /\.woff2$/)) {
    const characters = (path.includes("AMS") ? signs : all).join("");
    writeFileSync(path, await subsetFont(readFileSync(path), characters, { targetFormat: "woff2" }));
  }
}

/** Put the fonts that the first lines of a page are set in into its styles: nothing moves when they come, as they come with these. */
function embedFonts() {
  for (const path of files(STATIC, /\/(?:book|katex\.min)\.css$/)) {
    const style = readFileSync(path, "utf-8").replaceAll(EMBEDDED, (name) => {
      const font = readFileSync(join(STATIC, name)).toString("base64");
      return `data:font/woff2;base64,${font}`;
    });
    writeFileSync(path, style);
  }
}

await purgeStyles();
await subsetFonts();
embedFonts();
