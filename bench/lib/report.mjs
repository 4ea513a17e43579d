// bench/results.json with every figure, and bench/RESULTS.md to be read.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { goals } from "./goals.mjs";
import { settings } from "./settings.mjs";
import { number, part, table } from "./tables.mjs";
import { say } from "./words.mjs";

// From here on a figure is called noisy: others used so much of a processor, or the rounds lay so far apart.
const OTHERS = 0.15;
const APART = 0.15;

const RULERS = ["sql", "bytes", "render"];

// The figures of one page and role, which differ in the ruler, as one line.
function lines(figures) {
  const keys = new Map();
  for (const figure of figures.filter((one) => one.ruler)) {
    const key = `${figure.what} · ${figure.role}`;
    if (!keys.has(key)) keys.set(key, { figure, ratios: {} });
    keys.get(key).ratios[figure.ruler] = figure.ratio;
  }
  return [...keys.values()].map(({ figure, ratios }) => [
    figure.what, figure.role, number(figure.rate), number(figure.p50), number(figure.p95), number(figure.p99),
    ...RULERS.map((ruler) => part(ratios[ruler])), number(figure.web_us), number(figure.db_us), String(figure.round_trips), part(figure.spread),
  ]);
}

const HEAD = ["what", "role", "a second", "p50 ms", "p95 ms", "p99 ms", "of its SQL", "of the bytes", "of rendering", "web µs", "database µs", "statements", "spread"];

function noisy(figures, about) {
  const found = figures.filter((one) => (one.others ?? 0) > OTHERS || (one.spread ?? 0) > APART);
  const names = [...new Set(found.map((one) => [one.what, one.size, one.role].filter(Boolean).join(" · ")))];
  const before = `Before the run others used ${part(about.noise)} of a processor.`;
  if (names.length === 0 && about.noise <= OTHERS) return `${before} No figure is noisy.`;
  return `${before} **The machine was noisy**: ${names.length} figures lie more than ${part(APART)} apart, or others used more than ${part(OTHERS)} of a processor meanwhile.\n${names.map((name) => `\n- ${name}`).join("")}`;
}

export function markdown({ about, figures, found, took }) {
  const scalars = figures.filter((one) => one.role === null);
  const sections = settings.sizes.map((size) => {
    const { rare, common } = found[size];
    const words = `Rare is “${rare.word}” (in ${rare.issues} issues), common is “${common.word}” (in ${part(common.share)} of all).`;
    return `## ${size.toLocaleString("en-US")} issues\n\n${table(HEAD, lines(figures.filter((one) => one.size === size)))}\n\n${words}`;
  });
  return `# Measured

Made by \`bench/run${settings.quick ? " --quick\`, which shows the shape and not the truth," : "\`"} on ${about.date} UTC, in ${took}. How it is measured and how to read it: [README.md](README.md).

${table(["", ""], Object.entries(about).filter(([name]) => !["noise", "date"].includes(name)))}

## Goals

${table(["goal", "measured", "reached"], goals(figures))}

## The program

${table(["what", "issues", "median", "worst", "unit"], scalars.map((one) => [one.what, number(one.size), number(one.p50), number(one.p99), one.unit]))}

${sections.join("\n\n")}

## How still the machine was

${noisy(figures, about)}
`;
}

export function writeReport(report) {
  const text = markdown(report);
  writeFileSync(join(settings.out, "RESULTS.md"), text);
  const list = report.figures.map((figure) => JSON.stringify(figure)).join(",\n");
  writeFileSync(join(settings.out, "results.json"), `[\n${list}\n]\n`);
  say(`\n${text.slice(text.indexOf("## Goals"))}\nbench: measured in ${report.took}; written to ${settings.out}`);
}
