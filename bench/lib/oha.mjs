// Load by `oha`: without pause, or at a fixed rate without coordinated omission (a request that waits for the one
// before it is counted from the moment at which it should have been sent).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./children.mjs";
import { busy, cpu, cpuOfFamily } from "./proc.mjs";
import { renew } from "./session.mjs";
import { settings } from "./settings.mjs";

function requestArgs(request) {
  const args = ["--no-tui", "--output-format", "json", "-H", `cookie: ${request.person.cookie}`];
  if (request.compressed) args.push("-H", "accept-encoding: gzip, deflate, br, zstd");
  args.push("--disable-compression");
  if (!request.bodies) return [...args, "-A", "text/html", request.url];
  const file = join(settings.work, "bodies.jsonl");
  writeFileSync(file, request.bodies.map((body) => JSON.stringify(body)).join("\n"));
  return [...args, "-m", "POST", "-T", "application/json", "-Z", file, request.url];
}

// Runs oha, and counts the processor time of the web process, the database, the load and everybody else meanwhile.
async function oha(request, seconds, more) {
  await renew(request.person);
  const before = { busy: busy(), web: cpu(request.pid), db: cpuOfFamily(settings.pg.pid), own: process.cpuUsage(), at: performance.now() };
  let load = 0;
  const out = await run("oha", ["-z", `${Math.round(seconds * 1000)}ms`, ...more, ...requestArgs(request)], {
    watch: (pid) => (load = Math.max(load, cpu(pid))),
  });
  const own = process.cpuUsage(before.own);
  const web = cpu(request.pid) - before.web;
  const db = cpuOfFamily(settings.pg.pid) - before.db;
  const took = (performance.now() - before.at) * 1_000;
  const others = Math.max(0, busy() - before.busy - web - db - load - own.user - own.system) / took;
  return { answer: JSON.parse(out), web, db, load, others };
}

function succeeded({ statusCodeDistribution: codes, errorDistribution: errors }, url) {
  const wrong = Object.keys(codes).filter((code) => code !== "200");
  const broken = Object.keys(errors).filter((error) => !error.includes("deadline"));
  if (wrong.length > 0 || broken.length > 0) {
    throw new Error(`under load ${url} answered ${JSON.stringify(codes)} ${JSON.stringify(errors)}`);
  }
  return codes["200"] ?? 0;
}

// As many requests as it can; how many a second, and the processor time that one took.
export async function saturate(request, seconds = settings.saturation) {
  const { answer, web, db, load, others } = await oha(request, seconds, ["-c", String(settings.connections)]);
  const done = succeeded(answer, request.url);
  return { rate: done / answer.summary.total, web: web / done, db: db / done, load: load / done, others };
}

// So many a second; how long one takes, in milliseconds.
export async function steady(request) {
  const more = ["-c", String(settings.steadyConnections), "-q", String(settings.rate), "--latency-correction"];
  const { answer, others } = await oha(request, settings.steady, more);
  succeeded(answer, request.url);
  const { p50, p95, p99 } = answer.latencyPercentiles;
  return { p50: p50 * 1_000, p95: p95 * 1_000, p99: p99 * 1_000, others };
}
