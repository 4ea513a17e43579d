// What is read from other programs and written for them: node --test bench/lib/
import assert from "node:assert/strict";
import { test } from "node:test";

// settings.mjs reads what bench/run hands over.
Object.assign(process.env, { BENCH_SIZES: "10", BENCH_WORK: "/tmp", BENCH_PG_BIN: "/nowhere", BENCH_PG_SOCKETS: "/nowhere", BENCH_PG_LOG: "/nowhere" });
const { parameters, transaction } = await import("./statements.mjs");
const { script } = await import("./pgbench.mjs");
const { explainScript, nested } = await import("./plans.mjs");
const { choose, frequencies } = await import("./vocabulary.mjs");
const { median, percentile, round, spread } = await import("./words.mjs");
const { goals } = await import("./goals.mjs");

const entry = (pid, message, detail, dbname = "d") => JSON.stringify({ pid, message, detail, dbname });

test("parameters are read back as they were bound", () => {
  assert.deepEqual(parameters("parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL, $3 = ''"), ["it's, $2 = 'x'", null, ""]);
  assert.deepEqual(parameters(undefined), []);
});

test("only the transaction that says who asks is taken, from its beginning to its end", () => {
  const log = [
    entry(1, "statement: LISTEN x"),
    entry(2, "statement: BEGIN READ ONLY; SELECT tracker_identify('a', 'b', c(1))"),
    entry(1, "execute sqlx_s_1: SELECT 1"),
    entry(2, "execute sqlx_s_2: SELECT\n $1", "parameters: $1 = 'x'"),
    entry(2, "statement: ROLLBACK"),
    entry(2, "statement: BEGIN; SELECT tracker_identify('a', 'b', c(1))"),
  ].join("\n");
  const found = transaction(log, "d");
  assert.deepEqual(found.map(({ sql }) => sql), ["BEGIN READ ONLY; SELECT tracker_identify('a', 'b', c(1))", "SELECT\n $1", "ROLLBACK"]);
  assert.deepEqual(found[1].parameters, ["x"]);
  assert.deepEqual(transaction(log, "another"), []);
});

test("a transaction becomes a script of the load generator", () => {
  const { text, variables } = script([
    { sql: "BEGIN; SELECT who('\\x1f')", parameters: [] },
    { sql: "SELECT $1::text, $2, $3, 'a:b', x[$1]", parameters: ["one", null, ""] },
  ]);
  assert.equal(text, "\\startpipeline\nBEGIN;\nSELECT who('\\x1f');\n\\endpipeline\nSELECT :p1_1::text, :p1_2, '', 'a:' || 'b', x[:p1_1];\n");
  assert.deepEqual(variables, { p1_1: "one" });
});

test("what a statement says about itself is no part of the script", () => {
  assert.equal(script([{ sql: "-- Of $1; and more.\nSELECT $1", parameters: ["x"] }]).text, "SELECT :p0_1;\n");
  assert.equal(script([{ sql: "SELECT cardinality($1)", parameters: ["{}"] }]).text, "SELECT cardinality(:p0_1::text[]);\n");
});

test("a plan is asked for with the values of the request", () => {
  const text = explainScript([{ sql: "BEGIN; SELECT who()" }, { sql: "SELECT $1, $2", parameters: ["it's", null] }]);
  assert.match(text, /SET ROLE tracker_app;\nBEGIN; SELECT who\(\);\nPREPARE hot AS SELECT \$1, \$2;/);
  assert.match(text, /EXECUTE hot\('it''s', NULL\);/);
});

test("of a statement inside a function one plan is kept", () => {
  const inner = "LOG:  duration: 0.1 ms  plan:\nQuery Text: SELECT 1\nFROM t\nSeq Scan on t  (cost=0..1)\nCONTEXT:  SQL function\n";
  const found = nested(`Result\n${inner}${inner}`, { sql: "SELECT the page" });
  assert.equal(found, "-- inside a function, 2 times\nduration: 0.1 ms  plan:\nQuery Text: SELECT 1\nFROM t\nSeq Scan on t  (cost=0..1)\n");
});

test("the common word is nearest to every second text, the rare one in the fewest", () => {
  const texts = ["always button", "always button", "always window", "always needle"];
  assert.deepEqual(choose(frequencies(texts), texts.length), { common: "button", rare: "window" });
});

test("numbers", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1]), 2.5);
  assert.equal(spread([90, 100, 110]), 0.2);
  assert.equal(percentile([1, 2, 3, 4], 0.5), 2);
  assert.equal(percentile([], 0.5), null);
  assert.equal(round(123.456), 123.5);
});

test("a goal is reached, missed or not measured", () => {
  const figure = { what: "list", size: 300_000, role: "ADMIN", ruler: "sql", p95: 12, rate: 100, ratio: 0.5 };
  const found = Object.fromEntries(goals([figure]).map(([goal, value, reached]) => [goal, [value, reached]]));
  assert.deepEqual(found["list and issue page: p95 under 10 ms at 200 a second"], ["12 ms", "**no**"]);
  assert.deepEqual(found["list: a quarter of the rate of its SQL"], ["0.5", "yes"]);
  assert.deepEqual(found["web process idle: under 64 MB"], ["not measured", ""]);
});
