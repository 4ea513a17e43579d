// The statements of a request, as the database saw them: nothing of a page's SQL is copied by hand, so that the bare
// SQL that a page is compared with is always its own.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { psql } from "./database.mjs";
import { settings } from "./settings.mjs";
import { sleep } from "./words.mjs";

// How long the log may be behind.
const SETTLE = 250;

function logFrom(offset) {
  const size = statSync(settings.pg.log).size;
  const bytes = Buffer.alloc(size - offset);
  const file = openSync(settings.pg.log, "r");
  readSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
  return bytes.toString("utf8");
}

const logStatements = (kind) => psql("postgres", `ALTER SYSTEM SET log_statement = '${kind}';\nSELECT pg_reload_conf();`);

// What the database was asked in the transaction of one request.
export async function statementsOf(database, request) {
  logStatements("all");
  await sleep(SETTLE);
  const offset = statSync(settings.pg.log).size;
  await request();
  await sleep(SETTLE);
  const log = logFrom(offset);
  logStatements("none");
  const found = transaction(log, database);
  if (found.length === 0) throw new Error("the statements of a request are not in the database's log");
  return found;
}

// `$1 = 'it''s', $2 = NULL` as a list.
export function parameters(detail) {
  const found = [];
  for (const [, index, text] of (detail ?? "").matchAll(/\$(\d+) = (NULL|'(?:[^']|'')*')/g)) {
    found[Number(index) - 1] = text === "NULL" ? null : text.slice(1, -1).replaceAll("''", "'");
  }
  return found;
}

// The entries of the one transaction in a log (one JSON object a line) that says who asks, in order.
export function transaction(log, database) {
  const entries = log.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((entry) => entry.dbname === database);
  const asks = (entry) => /^statement: BEGIN\b.*tracker_identify/s.test(entry.message);
  const begin = entries.findIndex(asks);
  if (begin < 0) return [];
  const found = [];
  for (const { message, detail } of entries.slice(begin).filter((entry) => entry.pid === entries[begin].pid)) {
    const [, how, sql] = message.match(/^(statement|execute [^:]*): (.*)$/s) ?? [];
    if (!sql) continue;
    found.push({ prepared: how !== "statement", sql: sql.trim(), parameters: parameters(detail) });
    if (/^(COMMIT|ROLLBACK)\b/.test(sql)) break;
  }
  return found;
}
