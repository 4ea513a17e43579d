// Puts the viewer of /docs/try into the site: script, style and licence of its npm package.
//   node scripts/viewer.mjs target/site
// The style has its small pictures as data, which our content security policy does not load: they become files beside it.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const site = process.argv[2];
if (!site) {
  console.error("usage: node scripts/viewer.mjs <folder>");
  process.exit(2);
}
const from = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const to = join(site, "docs");
await mkdir(join(to, "images"), { recursive: true });
await copyFile(join(from, "swagger-ui-bundle.js"), join(to, "swagger-ui-bundle.js"));
for (const name of ["LICENSE", "NOTICE"]) await copyFile(join(from, name), join(to, `swagger-ui.${name}`));

const style = await readFile(join(from, "swagger-ui.css"), "utf8");
const pictures = new Map();
const DATA = /url\((["']?)data:image\/(svg\+xml|png|jpeg)([^,]*),(.*?)\1\)/g;
const moved = style.replace(DATA, (whole, quote, kind, coding, data) => {
  const plain = () => Buffer.from(decodeURIComponent(data.replace(/\\(.)/g, "$1")));
  const bytes = coding.includes("base64") ? Buffer.from(data, "base64") : plain();
  const name = pictures.get(data)?.name ?? `${pictures.size + 1}.${kind === "svg+xml" ? "svg" : kind}`;
  pictures.set(data, { name, bytes });
  return `url("/docs/images/${name}")`;
});
if (moved.includes("data:image")) throw new Error("a picture of the viewer's style is still data");
for (const { name, bytes } of pictures.values()) await writeFile(join(to, "images", name), bytes);
await writeFile(join(to, "swagger-ui.css"), moved);
