// What was promised, held against what was measured.

const LARGE = 300_000;
const SMALL = 3_500;

const most = (values) => (values.length > 0 ? Math.max(...values) : null);
const least = (values) => (values.length > 0 ? Math.min(...values) : null);

export function goals(figures) {
  const size = most(figures.map((one) => one.size ?? 0));
  const of = (names, key, at = size, ruler = "sql") =>
    figures.filter((one) => names.includes(one.what) && one.size === at && one.ruler === ruler).map((one) => one[key]);
  const pages = ["list", "issue page"];
  const searches = ["search, rare word", "search, common word"];
  const boxes = ["search box, rare word", "search box, common word"];
  const memory = (what) => most(figures.filter((one) => one.what === what).map((one) => one.p50));
  const cost = (name) => {
    const sum = (at) => least(of([name], "rate", at));
    return size > SMALL && sum(SMALL) ? sum(SMALL) / sum(size) : null;
  };
  const line = (goal, value, unit, holds) => [goal, value === null ? "not measured" : `${Number(value.toPrecision(3))}${unit}`, value === null ? "" : holds(value) ? "yes" : "**no**"];
  const below = (limit) => (value) => value < limit;
  const atLeast = (limit) => (value) => value >= limit;
  const at = size === LARGE ? "" : ` (at ${size} issues only)`;
  return [
    line(`list and issue page: p95 under 10 ms at 200 a second${at}`, most(of(pages, "p95")), " ms", below(10)),
    line(`search: p95 under 30 ms${at}`, most(of(searches, "p95")), " ms", below(30)),
    line("list: at most 1.3 times the cost of 3,500 issues", cost("list"), " times", (value) => value <= 1.3),
    line("issue page: at most 1.3 times the cost of 3,500 issues", cost("issue page"), " times", (value) => value <= 1.3),
    line(`list: a quarter of the rate of its SQL${at}`, least(of(["list"], "ratio")), "", atLeast(0.25)),
    line(`issue page: a quarter of the rate of its SQL${at}`, least(of(["issue page"], "ratio")), "", atLeast(0.25)),
    line(`search: four fifths of the rate of its SQL, answered to the search box${at}`, least(of(boxes, "ratio")), "", atLeast(0.8)),
    line(`search: the same as a whole page${at}`, least(of(searches, "ratio")), "", atLeast(0.8)),
    line("web process idle: under 64 MB", memory("memory idle, RSS"), " MB", below(64)),
    line("web process under load: under 192 MB", memory("memory, peak RSS"), " MB", below(192)),
  ];
}
