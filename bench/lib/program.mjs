// Figures of the program as a whole: how soon it answers, and what memory it takes.
import { memory } from "./proc.mjs";
import { settings } from "./settings.mjs";
import { startTracker } from "./tracker.mjs";
import { median, percentile, round, say, sleep, spread } from "./words.mjs";

const scalar = (what, size, unit, values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    what, size, role: null, unit, p50: round(median(values)), p95: round(percentile(sorted, 0.95)), p99: round(sorted.at(-1)),
    rate: null, ruler: null, ratio: null, spread: round(spread(values), 1),
  };
};

// From the start of the process to the first 200 of /health/ready, and what memory it has then.
export async function measureProgram(database, size) {
  const starts = [];
  const idle = [];
  for (let n = 0; n < settings.starts; n += 1) {
    const tracker = await startTracker(database);
    starts.push(tracker.startedIn);
    await sleep(500);
    idle.push(memory(tracker.pid));
    await tracker.stop();
  }
  const figures = [
    scalar("start-up", size, "ms", starts),
    scalar("memory idle, RSS", size, "MB", idle.map((one) => one.rss)),
    scalar("memory idle, PSS", size, "MB", idle.map((one) => one.pss)),
  ];
  say(`   ${figures.map(({ what, p50, unit }) => `${what} ${p50} ${unit}`).join(", ")}`);
  return figures;
}

// What the process has after all the load, and the most that it ever had.
export function measureMemory(tracker, size) {
  const { rss, pss, peak } = memory(tracker.pid);
  const figures = [
    scalar("memory after load, RSS", size, "MB", [rss]),
    scalar("memory after load, PSS", size, "MB", [pss]),
    scalar("memory, peak RSS", size, "MB", [peak]),
  ];
  say(`   ${figures.map(({ what, p50, unit }) => `${what} ${p50} ${unit}`).join(", ")}`);
  return figures;
}
