// EXPLAIN (ANALYZE, BUFFERS) of a page's statement, as the role and the person that the page is for.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { psql } from "./database.mjs";
import { settings } from "./settings.mjs";

const quoted = (value) => (value === null || value === undefined ? "NULL" : `'${value.replaceAll("'", "''")}'`);

// What stands inside a function is not in the plan of the statement that calls it: it is logged beside it.
const NESTED = `LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_analyze = on;
SET auto_explain.log_buffers = on;
SET auto_explain.log_timing = off;
SET auto_explain.log_nested_statements = on;`;

// Begins as the program does, runs the statement once to warm up, and explains it as a new plan and as the kept one.
export function explainScript([begin, statement]) {
  const list = statement.parameters.length > 0 ? `(${statement.parameters.map(quoted).join(", ")})` : "";
  return `SET timezone = 'UTC';
${NESTED}
SET ROLE tracker_app;
${begin.sql};
PREPARE hot AS ${statement.sql};
SET LOCAL plan_cache_mode = force_custom_plan;
EXPLAIN (ANALYZE, BUFFERS) EXECUTE hot${list};
\\echo '-- with a new plan'
EXPLAIN (ANALYZE, BUFFERS) EXECUTE hot${list};
SET LOCAL plan_cache_mode = force_generic_plan;
\\echo '-- with the kept plan'
EXPLAIN (ANALYZE, BUFFERS) EXECUTE hot${list};
SET LOCAL client_min_messages = log;
EXPLAIN (ANALYZE, BUFFERS) EXECUTE hot${list};
ROLLBACK;
`;
}

// One plan for each different statement inside a function, however often it ran.
export function nested(messages, statement) {
  const seen = new Map();
  for (const part of messages.split(/^LOG: {2}/m).slice(1)) {
    const text = part.match(/Query Text: (.*?)\n(?=\S.*\(cost=)/s)?.[1].trim();
    if (!text || text.startsWith("EXPLAIN") || text.includes(statement.sql.slice(0, 60))) continue;
    const { count = 0 } = seen.get(text) ?? {};
    seen.set(text, { count: count + 1, plan: seen.get(text)?.plan ?? part.replace(/^CONTEXT:.*$/ms, "").trimEnd() });
  }
  return [...seen.values()].map(({ count, plan }) => `-- inside a function, ${count} times\n${plan}\n`).join("\n");
}

export function writePlan(database, name, statements) {
  const marks = { out: psql(database, explainScript(statements), { both: true }) };
  const [, fresh, kept] = marks.out.split(/^-- with .*$/m);
  const [plan] = (kept ?? "").split(/^LOG: {2}/m);
  const inside = nested(marks.out, statements[1]);
  const bound = statements[1].parameters.map((value, index) => `-- $${index + 1} = ${quoted(value)}`).join("\n");
  const text = `${statements[0].sql};\n\n${statements[1].sql};\n${bound}\n\n-- a new plan${fresh}\n-- the kept plan${plan}\n${inside}`;
  writeFileSync(join(settings.out, "plans", `${name}.txt`), text.replaceAll(/\\x[0-9a-f]{64}/g, "\\x…"));
}
