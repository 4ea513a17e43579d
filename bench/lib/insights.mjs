// The page of insights on five years of history: the first answer after a start, later ones, drawings, a change until the page
// has it, counting everything anew, and what all that takes in memory and on disk.
import { statSync } from "node:fs";
import { join } from "node:path";
import { copyOf, dropCopy, fillTemplate, psql, trackerEnv } from "./database.mjs";
import { run } from "./children.mjs";
import { memory } from "./proc.mjs";
import { describeScene } from "./scene.mjs";
import { call, page, signIn } from "./session.mjs";
import { settings } from "./settings.mjs";
import { startTracker } from "./tracker.mjs";
import { median, percentile, round, say, sleep } from "./words.mjs";

const YEARS = 5;
const times = settings.quick ? { starts: 2, pages: 5, changes: 3 } : { starts: 5, pages: 40, changes: 20 };

// What is asked: its name, as whom, and the address.
const questions = ({ project }, seq) => [
  ["30 days by day", "ADMIN", {}],
  ["1 year by week", "ADMIN", { range: "1y" }],
  ["5 years by month", "ADMIN", { range: "5y" }],
  ["5 years by week", "ADMIN", { range: "5y", by: "week" }],
  ["5 years by month, one project", "ADMIN", { range: "5y", q: `project:${project}` }],
  ["5 years by month, compared", "ADMIN", { range: "5y", compare: "before" }],
  ["5 years by month, 1,000 events ago", "ADMIN", { range: "5y", seq: String(Math.max(0, seq - 1_000)) }],
  ["1 year by week, issue by issue", "ADMIN", { range: "1y", q: `project:${project} assignee:none` }],
  ["5 years by month", "REPORTER", { range: "5y" }],
];

async function timed(work) {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}

function figure(what, size, unit, values, more = {}) {
  const sorted = [...values].sort((one, other) => one - other);
  const found = { what, size, role: null, unit, p50: round(median(sorted)), p95: round(percentile(sorted, 0.95)), p99: round(sorted.at(-1)), rate: null, ruler: null, ratio: null, ...more };
  say(`   ${[what, found.role, `${found.p50} ${unit}`].filter(Boolean).join(", ")}`);
  return found;
}

const address = (org, query) => `/${org}/insights?${new URLSearchParams(query)}`;

// The first answer of a program and of a database that have just begun.
async function firstAnswers(database, scene, size) {
  const all = { "30d": [], "5y": [] };
  for (let start = 0; start < times.starts; start += 1) {
    for (const range of ["30d", "5y"]) {
      const tracker = await startTracker(database);
      const person = await signIn(tracker, scene.people.ADMIN);
      all[range].push((await timed(() => page(person, address(scene.org, { range })))).ms);
      await tracker.stop();
    }
  }
  return [
    figure("first page after a start, 30 days, nothing in the database's memory", size, "ms", all["30d"].slice(0, 1)),
    figure("first page after a start, 30 days", size, "ms", all["30d"].slice(1)),
    figure("first page after a start, 5 years", size, "ms", all["5y"].slice(1)),
  ];
}

async function pages(people, scene, seq, size) {
  const list = [];
  for (let n = 0; n < times.pages; n += 1) list.push((await timed(() => page(people.ADMIN, `/${scene.org}/issues`))).ms);
  const ruler = median(list);
  const figures = [];
  for (const [what, role, query] of questions(scene, seq)) {
    const path = address(scene.org, query);
    await page(people[role], path);
    const all = [];
    for (let n = 0; n < times.pages; n += 1) all.push((await timed(() => page(people[role], path))).ms);
    figures.push(figure(what, size, "ms", all, { role, ruler: "list", ratio: round(median(all) / ruler) }));
  }
  return figures;
}

async function drawings(tracker, person, org, size) {
  const before = memory(tracker.pid).pss;
  const path = (chart) => `/${org}/insights/${chart}.svg?range=1y`;
  const draw = async (chart) => {
    const answer = await fetch(tracker.url + path(chart), { headers: { cookie: person.cookie } });
    if (!answer.ok) throw new Error(`${path(chart)} answers ${answer.status}`);
    return answer.text();
  };
  const charts = [...(await page(person, address(org, {}))).matchAll(/twin="([a-z-]+)-table"/g)].map(([, word]) => word);
  const all = [];
  for (const chart of charts) {
    await draw(chart);
    all.push((await timed(() => draw(chart))).ms);
  }
  // Both threads.
  const together = await timed(() => Promise.all(charts.map(draw)));
  return [
    figure("a chart drawn by the server", size, "ms", all),
    figure("all eleven at once", size, "ms", [together.ms]),
    figure("memory before drawing, PSS", size, "MB", [before]),
    figure("memory after drawing, PSS", size, "MB", [memory(tracker.pid).pss]),
  ];
}

// From the answer to a new issue until the page's numbers have it. An open page waits 150 ms more, so as to take several at once.
async function changes(person, { org, project }, size) {
  const opened = async () => (await call(person, "insights/view", { org })).view.report.totals.opened;
  const all = [];
  for (let n = 0; n < times.changes; n += 1) {
    const before = await opened();
    await call(person, "issues/create", { org, project, title: `Counted ${n}`, description: "", severity: "LOW" });
    const { ms } = await timed(async () => {
      while ((await opened()) === before) await sleep(1);
    });
    all.push(ms);
  }
  return [figure("a change until the page has it", size, "ms", all)];
}

async function rebuilding(database, person, org, size) {
  const events = Number(psql(database, "SELECT count(*) FROM events"));
  const meanwhile = [];
  let done = false;
  const work = timed(() => run(settings.bin, ["admin", "rebuild", "insights"], { env: trackerEnv(database) })).finally(() => (done = true));
  while (!done) {
    meanwhile.push((await timed(() => page(person, address(org, { range: "1y" })))).ms);
    await sleep(100);
  }
  const { ms } = await work;
  return [
    figure("counted anew, issues a second", size, "issues/s", [(size * 1_000) / ms]),
    figure("counted anew, events a second", size, "events/s", [(events * 1_000) / ms]),
    figure("a page meanwhile", size, "ms", meanwhile),
  ];
}

const onDisk = (database, size) =>
  ["spells", "cells"].map((name) =>
    figure(`${name} on disk`, size, "MB", [Number(psql(database, `SELECT pg_total_relation_size('${name}')`)) / 2 ** 20]),
  );

export async function measureInsights(size) {
  say(`== ${size} issues, ${YEARS} years`);
  const database = copyOf(fillTemplate(size, YEARS));
  const scene = await describeScene(database);
  const figures = await firstAnswers(database, scene, size);
  const tracker = await startTracker(database);
  const people = {};
  for (const role of ["ADMIN", "REPORTER"]) people[role] = await signIn(tracker, scene.people[role]);
  const seq = Number(psql(database, "SELECT max(seq) FROM events"));
  figures.push(...(await pages(people, scene, seq, size)));
  figures.push(...(await drawings(tracker, people.ADMIN, scene.org, size)));
  figures.push(...(await changes(people.ADMIN, scene, size)));
  figures.push(...(await rebuilding(database, people.ADMIN, scene.org, size)));
  figures.push(...onDisk(database, size));
  await tracker.stop();
  dropCopy(database);
  return figures;
}

// What a browser loads for the charts, once.
export const weighBundle = () => [
  figure("the charts' script, brotli", null, "bytes", [statSync(join(settings.site, "charts/charts.js.br")).size]),
  figure("the charts' script", null, "bytes", [statSync(join(settings.site, "charts/charts.js")).size]),
];
