// Prints which share of its lines each folder has covered, names the files below the least share, and fails when all
// together are below it: node scripts/coverage.mjs <report of llvm-cov> <root> <least per cent>
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

const [report, root, least] = process.argv.slice(2);
const { files } = JSON.parse(readFileSync(report, 'utf8')).data[0];
const folders = new Map();
const all = { lines: 0, covered: 0 };
const low = [];

const share = ({ lines, covered }) => (lines === 0 ? 100 : (100 * covered) / lines);
const line = (name, count) => `${name.padEnd(46)} ${String(count.lines).padStart(7)} ${share(count).toFixed(1).padStart(7)} %`;

for (const { filename, summary } of files) {
  const name = relative(root, filename);
  if (name.startsWith('..')) continue;
  const count = { lines: summary.lines.count, covered: summary.lines.covered };
  const folder = folders.get(dirname(name)) ?? { lines: 0, covered: 0 };
  for (const sum of [folder, all]) {
    sum.lines += count.lines;
    sum.covered += count.covered;
  }
  folders.set(dirname(name), folder);
  if (share(count) < Number(least)) low.push([name, count]);
}

console.log(`\n${'folder'.padEnd(46)} ${'lines'.padStart(7)} ${'covered'.padStart(9)}`);
for (const [name, count] of [...folders].sort()) console.log(line(name, count));
if (low.length > 0) {
  console.log(`\nfiles with less than ${least} %`);
  for (const [name, count] of low.sort((a, b) => share(a[1]) - share(b[1]))) console.log(line(name, count));
}
console.log(`\n${line('all', all)}`);
if (all.lines === 0 || share(all) < Number(least)) {
  console.error(`coverage: at least ${least} % of the lines are wanted`);
  process.exitCode = 1;
}
