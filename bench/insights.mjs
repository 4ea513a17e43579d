// What `bench/run insights` does: the insights on databases of several sizes; then bench/INSIGHTS.md and bench/insights.json.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stopAll } from "./lib/children.mjs";
import { measureInsights, weighBundle } from "./lib/insights.mjs";
import { machine } from "./lib/machine.mjs";
import { settings } from "./lib/settings.mjs";
import { number, part, table } from "./lib/tables.mjs";
import { minutes, say } from "./lib/words.mjs";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(130));

async function end(code) {
  await stopAll();
  process.exit(code);
}

const line = (one) => [
  one.what, one.role ?? "", number(one.p50), number(one.p95), number(one.p99), one.unit, one.ratio === null ? "" : number(one.ratio),
];

function markdown({ about, figures, took }) {
  const head = ["what", "role", "median", "p95", "worst", "unit", "of the list's page"];
  const sections = [...settings.sizes, null].map((size) => {
    const title = size === null ? "The browser" : `${size.toLocaleString("en-US")} issues, five years`;
    return `## ${title}\n\n${table(head, figures.filter((one) => one.size === size).map(line))}`;
  });
  const { noise, date, ...machine } = about;
  return `# The insights, measured

Made by \`bench/run insights${settings.quick ? " --quick" : ""}\` on ${date} UTC, in ${took}. Before the run others used ${part(noise)} of a
processor. How it is measured: [README.md](README.md).

${table(["", ""], Object.entries(machine))}

${sections.join("\n\n")}
`;
}

try {
  const began = Date.now();
  const about = machine();
  const figures = [];
  for (const size of settings.sizes) figures.push(...(await measureInsights(size)));
  figures.push(...weighBundle());
  const text = markdown({ about, figures, took: minutes(Date.now() - began) });
  writeFileSync(join(settings.out, "INSIGHTS.md"), text);
  writeFileSync(join(settings.out, "insights.json"), `[\n${figures.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
  say(`bench: written to ${settings.out}`);
  await end(0);
} catch (error) {
  console.error(`bench: ${error.message ?? error}`);
  if (process.env.BENCH_DEBUG) console.error(error.stack);
  await end(1);
}
