// The second and the third ruler, served by bench/ruler: the same bytes from memory, and the page rendered from fixed
// data without a database. Both are recorded from the running tracker.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start, stop } from "./children.mjs";
import { settings } from "./settings.mjs";
import { call, page } from "./session.mjs";
import { freePort, untilReady } from "./tracker.mjs";

const folder = join(settings.work, "recorded");

// Keeps a page and the data that it was made of, under a name of letters, digits and dashes.
export async function record(name, read, viewer) {
  mkdirSync(folder, { recursive: true });
  const html = await page(viewer, read.path);
  writeFileSync(join(folder, `${name}.html`), html);
  writeFileSync(join(folder, `${name}.${read.port}.json`), JSON.stringify(await call(viewer, read.function, read.args)));
  return Buffer.byteLength(html);
}

export async function startRulers() {
  const address = `127.0.0.1:${await freePort()}`;
  const child = start(settings.ruler, [address, settings.site, folder]);
  const url = `http://${address}`;
  await untilReady(`${url}/bytes`, child);
  return { url, pid: child.pid, stop: () => stop(child) };
}

// The requests that correspond to a page's.
export const bytesOf = (rulers, name, request) => ({ ...request, url: `${rulers.url}/bytes/${name}`, pid: rulers.pid });
export const renderingOf = (rulers, name, read, request) => ({
  ...request,
  url: rulers.url + read.path,
  person: { cookie: `visitor=${name}` },
  pid: rulers.pid,
});

// A page that is rendered without a database must be the page: of the same length, but for its random parts.
export async function checkRendering(rulers, name, read, bytes) {
  const html = await page({ url: rulers.url, cookie: `visitor=${name}`, email: name }, read.path);
  const difference = Math.abs(Buffer.byteLength(html) - bytes);
  if (difference > 64) throw new Error(`${name} rendered without a database differs from the page by ${difference} bytes`);
}
