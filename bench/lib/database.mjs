// The databases: a template of each size, filled once by `tracker demo`, and a copy that is measured and thrown away.
import { join } from "node:path";
import { runNow } from "./children.mjs";
import { settings } from "./settings.mjs";
import { say, minutes } from "./words.mjs";

const { pg } = settings;

export const urlOf = (database, user = "tracker") =>
  `postgres://${user}@localhost:5432/${database}?host=${encodeURIComponent(pg.sockets)}`;

// Runs statements as the superuser of the private cluster, or as `user`; gives what psql printed.
export function psql(database, input, { user = "postgres", both = false } = {}) {
  const args = ["-XAtq", "-v", "ON_ERROR_STOP=1", urlOf(database, user)];
  const { out, problems } = runNow(join(pg.bin, "psql"), args, { input });
  return both ? out + problems : out.trim();
}

export const json = (database, query) => JSON.parse(psql(database, `SELECT coalesce(json_agg(q), '[]') FROM (${query}) q`));

// What any `tracker` command is started with.
export const trackerEnv = (database) => ({
  DATABASE_URL: urlOf(database),
  TRACKER_DATA_DIR: join(settings.work, "data"),
  TRACKER_SITE_ROOT: settings.site,
  TRACKER_LOG_FORMAT: "json",
});

const exists = (database) => psql("postgres", `SELECT count(*) FROM pg_database WHERE datname = '${database}'`) === "1";

// Without `years` as many as `tracker demo` takes for so many issues.
export function fillTemplate(issues, years) {
  const name = years ? `demo_${issues}_${years}y` : `demo_${issues}`;
  if (exists(name)) return name;
  const began = Date.now();
  const filling = `${name}_filling`;
  psql("postgres", `DROP DATABASE IF EXISTS ${filling} WITH (FORCE);\nCREATE DATABASE ${filling} OWNER tracker;`);
  runNow(settings.bin, ["migrate"], { env: trackerEnv(filling) });
  const args = ["demo", "--issues", String(issues), "--seed", "1", "--password", settings.password];
  if (years) args.push("--years", String(years));
  runNow(settings.bin, args, { env: trackerEnv(filling) });
  psql(filling, "VACUUM (ANALYZE);");
  psql("postgres", `ALTER DATABASE ${filling} RENAME TO ${name};`);
  say(`   filled in ${minutes(Date.now() - began)}`);
  return name;
}

export function copyOf(template) {
  const name = `bench_${template}`;
  dropCopy(name);
  psql("postgres", `CREATE DATABASE ${name} TEMPLATE ${template} OWNER tracker;\nCHECKPOINT;`);
  // Visibility and statistics came with the copy; what is read often is brought into memory by warming up.
  return name;
}

export const dropCopy = (name) => psql("postgres", `DROP DATABASE IF EXISTS ${name} WITH (FORCE);`);
