// Two results side by side: node bench/compare.mjs before.json after.json
import { readFileSync } from "node:fs";
import { table } from "./lib/tables.mjs";

const [before, after] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
if (!after) {
  console.error("usage: node bench/compare.mjs BEFORE.json AFTER.json");
  process.exit(2);
}

const name = (figure) => [figure.what, figure.size, figure.role].join(" · ");
const first = (figures) => new Map(figures.filter((one) => one.ruler === "sql" || one.ruler === null).map((one) => [name(one), one]));
const then = first(before);
const change = (a, b) => (a && b ? `${b >= a ? "+" : ""}${Math.round((b / a - 1) * 100)} %` : "");

const rows = [...first(after)].filter(([key]) => then.has(key)).map(([key, now]) => {
  const old = then.get(key);
  return [key, old.rate ?? old.p50, now.rate ?? now.p50, change(old.rate ?? old.p50, now.rate ?? now.p50), old.p95, now.p95, old.ratio, now.ratio].map((cell) => cell ?? "");
});
console.log(table(["what", "before", "after", "change", "p95 before", "p95 after", "of SQL before", "of SQL after"], rows));
