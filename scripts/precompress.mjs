// Writes a .br and a .gz beside each text-like file of a folder, unless they are there already.
//   node scripts/precompress.mjs target/site
// A compressed copy carries the time of its original: a file that changed is compressed again.
import { readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
const COMPRESSIBLE = new Set([
  ".css", ".html", ".ico", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".wasm", ".webmanifest", ".xml",
]);
// Below this the headers weigh more than what is saved.
const SMALLEST = 512;

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node scripts/precompress.mjs <folder>");
  process.exit(2);
}

const encodings = {
  ".br": (bytes) =>
    brotli(bytes, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
        [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  ".gz": (bytes) => gzip(bytes, { level: 9 }),
};

const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const names = new Set(entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)));

// A copy whose original is gone would be served for ever.
for (const name of names) {
  const suffix = extname(name);
  if (suffix in encodings && COMPRESSIBLE.has(extname(name.slice(0, -3))) && !names.has(name.slice(0, -3))) await rm(name);
}

for (const name of names) {
  if (!COMPRESSIBLE.has(extname(name))) continue;
  const original = await stat(name);
  if (original.size < SMALLEST) continue;
  let bytes;
  for (const [suffix, encode] of Object.entries(encodings)) {
    const copy = await stat(name + suffix).catch(() => undefined);
    if (copy && Math.abs(copy.mtimeMs - original.mtimeMs) < 1000) continue;
    bytes ??= await readFile(name);
    await writeFile(name + suffix, await encode(bytes));
    await utimes(name + suffix, original.atime, original.mtime);
  }
}
