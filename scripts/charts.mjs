// Puts the charts into the site: ECharts with the parts in use only, once for the browser and once for the server's own
// engine (server/src/draw.rs), which reads its file at the start. The licences of what is bundled lie beside them.
//   node scripts/charts.mjs target/site
import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const site = process.argv[2];
if (!site) {
  console.error("usage: node scripts/charts.mjs <folder>");
  process.exit(2);
}
const from = join(dirname(fileURLToPath(import.meta.url)), "charts");
const to = join(site, "charts");
await mkdir(to, { recursive: true });

const bundle = (name, format) =>
  build({
    entryPoints: [join(from, `${name}.js`)],
    outfile: join(to, `${name}.js`),
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    legalComments: "none",
    banner: { js: "/* With Apache ECharts (Apache-2.0) and zrender (BSD-3-Clause); their licences lie beside this file. */" },
    define: { "process.env.NODE_ENV": '"production"' },
  });
await Promise.all([bundle("charts", "esm"), bundle("engine", "iife")]);

const require = createRequire(import.meta.url);
const licence = (name, file) => {
  const folder = dirname(require.resolve(`${name}/package.json`));
  return copyFile(join(folder, file), join(to, `${name}.${file}`));
};
await licence("echarts", "LICENSE");
await licence("echarts", "NOTICE");
await licence("zrender", "LICENSE");
