// The figures of pages and calls. The rounds of a page and of its rulers alternate, so that a machine that changes its
// speed changes both.
import { statementsOf } from "./statements.mjs";
import { saturate, steady } from "./oha.mjs";
import { prepare, saturateSql, steadySql } from "./pgbench.mjs";
import { writePlan } from "./plans.mjs";
import { bytesOf, checkRendering, record, renderingOf, startRulers } from "./rulers.mjs";
import { reads } from "./scene.mjs";
import { call, page, renew } from "./session.mjs";
import { settings } from "./settings.mjs";
import { median, round, say, spread } from "./words.mjs";

// Different requests whose statements the bare SQL of a write is made of.
const VARIANTS = 8;

const slug = (...parts) => parts.join("-").replaceAll(/[^\w]+/g, "-");
const wanted = (name) => name.includes(settings.only);

// Everything that is prepared before the load begins: what the page asks the database, its plans, its recording.
async function prepareRead({ database, issues, role, viewer, read }) {
  const name = slug(read.name, issues, role);
  await renew(viewer);
  const statements = await statementsOf(database, () => page(viewer, read.path));
  if (role !== "MAINTAINER" && !read.compressed) writePlan(database, name, statements);
  const bytes = await record(name, read, viewer);
  return { name, read, role, viewer, bytes, sql: prepare(name, [statements]), roundTrips: statements.length - 1 };
}

export async function measureReads({ tracker, database, scene, people, issues }) {
  const prepared = [];
  for (const [role, viewer] of Object.entries(people)) {
    for (const read of (await reads(scene, viewer)).filter((read) => wanted(read.name))) {
      prepared.push(await prepareRead({ database, issues, role, viewer, read }));
    }
  }
  if (prepared.length === 0) return [];
  const rulers = await startRulers();
  const figures = [];
  for (const one of prepared) {
    await checkRendering(rulers, one.name, one.read, one.bytes);
    const request = { url: tracker.url + one.read.path, person: one.viewer, pid: tracker.pid, compressed: one.read.compressed };
    const bytes = () => saturate(bytesOf(rulers, one.name, request)).then(({ rate }) => rate);
    const measured = await alternate({
      request,
      sql: () => saturateSql(database, one.sql),
      // The bytes from memory are not compressed.
      ...(one.read.compressed ? {} : { bytes }),
      render: () => saturate(renderingOf(rulers, one.name, one.read, request)).then(({ rate }) => rate),
    });
    measured.sqlSteady = await steadySql(database, one.sql);
    figures.push(...rows(one.read.name, issues, one.role, measured, { bytes: one.bytes, round_trips: one.roundTrips }));
  }
  await rulers.stop();
  return figures;
}

// What is sent to the server functions themselves; `calls` gives it for a role.
export async function measureCalls({ tracker, database, scene, people, issues }, calls) {
  const figures = [];
  for (const [role, viewer] of Object.entries(people)) {
    for (const one of calls(scene, role).filter(({ name }) => wanted(name))) {
      const transactions = [];
      for (const body of one.bodies.slice(0, VARIANTS)) {
        await renew(viewer);
        transactions.push(await statementsOf(database, () => call(viewer, one.function, body)));
      }
      const sql = prepare(slug(one.name, issues, role), transactions);
      const request = { url: `${tracker.url}/api/v1/${one.function}`, person: viewer, pid: tracker.pid, bodies: one.bodies };
      const measured = await alternate({ request, sql: () => saturateSql(database, sql) });
      measured.sqlSteady = await steadySql(database, sql);
      figures.push(...rows(one.name, issues, role, measured, { round_trips: transactions[0].length - (one.reads ? 1 : 0) }));
    }
  }
  return figures;
}

// Rounds of the page itself and of each ruler in turn, after a short warm-up; then the page at the fixed rate.
async function alternate({ request, ...rulers }) {
  await saturate(request, settings.warm);
  const measured = { web: [], rulers: Object.fromEntries(Object.keys(rulers).map((name) => [name, []])), steady: [] };
  for (let round = 0; round < settings.rounds; round += 1) {
    measured.web.push(await saturate(request));
    for (const [name, measure] of Object.entries(rulers)) measured.rulers[name].push(await measure());
    measured.steady.push(await steady(request));
  }
  return measured;
}

// One figure for each ruler, and one for the bare SQL itself.
function rows(what, size, role, { web, rulers, steady, sqlSteady }, more) {
  const of = (list, key) => median(list.map((one) => one[key]));
  const rate = of(web, "rate");
  const figure = {
    what, size, role, unit: "ms",
    p50: round(of(steady, "p50")), p95: round(of(steady, "p95")), p99: round(of(steady, "p99")), rate: round(rate),
    spread: round(spread(web.map((one) => one.rate)), 1),
    others: round(Math.max(...web.map((one) => one.others), ...steady.map((one) => one.others)), 1),
    web_us: round(of(web, "web")), db_us: round(of(web, "db")), load_us: round(of(web, "load")), ...more,
  };
  const found = Object.entries(rulers).map(([ruler, rates]) => ({
    ...figure, ruler, ruler_rate: round(median(rates)), ruler_spread: round(spread(rates), 1), ratio: round(rate / median(rates)),
  }));
  const sql = {
    what: `${what}: its SQL`, size, role, unit: "ms",
    p50: round(sqlSteady.p50), p95: round(sqlSteady.p95), p99: round(sqlSteady.p99), rate: round(median(rulers.sql)),
    spread: round(spread(rulers.sql), 1), ruler: null, ratio: null,
  };
  const ratios = found.map(({ ruler, ratio }) => `${ratio} of ${ruler}`).join(", ");
  say(`   ${what}, ${role}: ${Math.round(rate)}/s, p95 ${figure.p95} ms, ${ratios}`);
  return [...found, sql];
}
