// How early the search shows what it finds: places before whole pages, and the API after everything that is for readers.
// oxlint-disable-next-line no-unused-vars -- the search of Sphinx uses it
var Scorer = {
  /** @param {[string, string, string, string, number, string]} result */
  score: ([page, , anchor, , score]) => score - (page.startsWith("book/api/") ? 100 : anchor ? 0 : 8),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 10, 2: 8 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
