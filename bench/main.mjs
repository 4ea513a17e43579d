// What bench/run does once everything is built and PostgreSQL runs: for each size a database, the tracker on it, its
// figures; then the tables. To measure something else, add it in lib/scene.mjs.
import { rmSync } from "node:fs";
import { settings } from "./lib/settings.mjs";
import { stopAll } from "./lib/children.mjs";
import { fillTemplate, copyOf, dropCopy } from "./lib/database.mjs";
import { machine } from "./lib/machine.mjs";
import { measureProgram, measureMemory } from "./lib/program.mjs";
import { startTracker } from "./lib/tracker.mjs";
import { describeScene, searches, writes } from "./lib/scene.mjs";
import { signIn } from "./lib/session.mjs";
import { measureCalls, measureReads } from "./lib/measure.mjs";
import { weighFirstPage } from "./lib/weight.mjs";
import { writeReport } from "./lib/report.mjs";
import { say, minutes } from "./lib/words.mjs";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(130));

async function end(code) {
  await stopAll();
  process.exit(code);
}

async function measureSize(issues, figures) {
  say(`== ${issues} issues`);
  const database = copyOf(fillTemplate(issues));
  figures.push(...(await measureProgram(database, issues)));
  const tracker = await startTracker(database);
  const people = {};
  const scene = await describeScene(database);
  for (const [role, email] of Object.entries(scene.people)) people[role] = await signIn(tracker, email);
  const measured = { tracker, database, scene, people, issues };
  figures.push(...(await measureReads(measured)));
  // Everybody's searches before anybody's writes, which are texts that a search looks at.
  figures.push(...(await measureCalls(measured, searches)));
  figures.push(...(await measureCalls(measured, writes)));
  figures.push(...measureMemory(tracker, issues));
  const weight = await weighFirstPage(tracker, people.ADMIN);
  await tracker.stop();
  dropCopy(database);
  return { weight, words: scene.words };
}

async function main() {
  const began = Date.now();
  const about = machine();
  const figures = [];
  const found = {};
  for (const issues of settings.sizes) {
    const { weight, words } = await measureSize(issues, figures);
    found[issues] = words;
    if (issues === settings.sizes[0]) figures.push(...weight);
  }
  writeReport({ about, figures, found, took: minutes(Date.now() - began) });
  rmSync(settings.work, { recursive: true, force: true });
}

try {
  await main();
  await end(0);
} catch (error) {
  console.error(`bench: ${error.message ?? error}`);
  if (process.env.BENCH_DEBUG) console.error(error.stack);
  await end(1);
}
