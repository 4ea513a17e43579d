// The first ruler: the page's own SQL, sent by pgbench as the same role, prepared, with the beginning that says who asks.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./children.mjs";
import { urlOf } from "./database.mjs";
import { settings } from "./settings.mjs";
import { percentile } from "./words.mjs";

// pgbench takes a colon before a word for a variable, in a quoted text too.
const colons = (sql) => sql.replaceAll(/'(?:[^']|'')*'/g, (text) => text.replaceAll(/:(?=\w)/g, ":' || '"));

// What a statement says about itself may have semicolons, at which pgbench would part it.
const bare = (sql) => sql.replaceAll(/^\s*--.*\n/gm, "");

// pgbench binds without types, and a function of any kind of array must be told of which. Ours have words.
const typed = (sql) => sql.replaceAll(/\b(cardinality|array_replace)\((\$\d+)(?=[,)])/g, "$1($2::text[]");

// Puts the statements of a transaction into pgbench's language. What was bound becomes a variable, which pgbench binds
// again; one that is not defined is NULL, and an empty text cannot be one.
export function script(statements) {
  const lines = [];
  const variables = {};
  statements.forEach(({ sql, parameters }, index) => {
    const text = colons(typed(bare(sql))).replaceAll(/\$(\d+)/g, (_, number) => {
      const value = parameters[number - 1];
      if (value === "") return "''";
      const name = `p${index}_${number}`;
      if (value !== null && value !== undefined) variables[name] = value;
      return `:${name}`;
    });
    const parts = text.split(/;\s*/).filter(Boolean);
    // Beginning and saying who asks is one round trip, as in the program.
    if (parts.length > 1) lines.push("\\startpipeline", ...parts.map((part) => `${part};`), "\\endpipeline");
    else lines.push(`${text.replace(/;\s*$/, "")};`);
  });
  return { text: `${lines.join("\n")}\n`, variables };
}

// Writes the scripts of one figure, of which pgbench takes one at random.
export function prepare(name, transactions) {
  const variables = {};
  const files = transactions.map((statements, index) => {
    const { text, variables: own } = script(statements);
    const prefix = `t${index}_`;
    for (const [key, value] of Object.entries(own)) variables[prefix + key] = value;
    const file = join(settings.work, `${name}-${index}.pgbench`);
    writeFileSync(file, text.replaceAll(/:(p\d+_\d+)/g, `:${prefix}$1`));
    return file;
  });
  return { name, files, variables };
}

async function pgbench(database, { name, files, variables }, seconds, more) {
  const log = join(settings.work, `${name}-log`);
  const args = ["-n", "-M", "prepared", "-c", String(settings.clients), "-j", "1", "-T", String(Math.max(1, Math.round(seconds)))];
  args.push("-l", `--log-prefix=${log}`, ...more, ...files.flatMap((file) => ["-f", file]));
  for (const [variable, value] of Object.entries(variables)) args.push("-D", `${variable}=${value}`);
  const env = { PGOPTIONS: "-c role=tracker_app -c timezone=UTC -c statement_timeout=30s" };
  const out = await run(join(settings.pg.bin, "pgbench"), [...args, urlOf(database)], { env });
  if (/failed transactions: [1-9]/.test(out)) throw new Error(`pgbench: ${out}`);
  const rate = Number(out.match(/^tps = ([\d.]+)/m)?.[1]);
  return { rate, latencies: latencies(log) };
}

// The third number of each line is how long it took, in microseconds.
function latencies(prefix) {
  const folder = settings.work;
  const files = readdirSync(folder).map((name) => join(folder, name)).filter((path) => path.startsWith(`${prefix}.`));
  const values = files.flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => Number(line.split(" ")[2])));
  for (const file of files) rmSync(file);
  return values.sort((a, b) => a - b);
}

export const saturateSql = async (database, prepared) => (await pgbench(database, prepared, settings.saturation, [])).rate;

// At the fixed rate; pgbench counts from when a transaction should have begun.
export async function steadySql(database, prepared) {
  const { latencies: sorted } = await pgbench(database, prepared, settings.steady, ["-R", String(settings.rate)]);
  const ms = (part) => percentile(sorted, part) / 1_000;
  return { p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) };
}
