// The program that is measured, on a port of its own.
import { openSync, closeSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { start, stop } from "./children.mjs";
import { trackerEnv } from "./database.mjs";
import { settings } from "./settings.mjs";
import { sleep } from "./words.mjs";

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Asks until the answer is 200; gives up after half a minute or when the program has ended.
export async function untilReady(url, child) {
  const patience = performance.now() + 30_000;
  while (performance.now() < patience && child.exitCode === null) {
    const ready = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then((answer) => answer.ok, () => false);
    if (ready) return;
    await sleep(2);
  }
  throw new Error(`${child.spawnfile} does not answer at ${url}`);
}

export async function startTracker(database) {
  const port = await freePort();
  const log = openSync(join(settings.work, "tracker.log"), "a");
  const began = performance.now();
  const child = start(settings.bin, ["serve"], {
    env: { ...trackerEnv(database), TRACKER_LISTEN: `127.0.0.1:${port}` },
    log,
  });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  await untilReady(`${url}/health/ready`, child);
  return { url, pid: child.pid, startedIn: performance.now() - began, stop: () => stop(child) };
}
