// Where it was measured, with which versions, and whether anything else was running.
import { cpus, totalmem, release } from "node:os";
import { join } from "node:path";
import { runNow } from "./children.mjs";
import { busy } from "./proc.mjs";
import { settings } from "./settings.mjs";

const first = (command, args) => {
  try {
    return runNow(command, args).out.trim().split("\n")[0];
  } catch {
    return "unknown";
  }
};

// The part of one processor that others use while nothing is measured yet.
function noise() {
  const before = busy();
  const began = performance.now();
  runNow("sleep", ["2"]);
  return (busy() - before) / ((performance.now() - began) * 1_000);
}

export function machine() {
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: first("git", ["describe", "--always", "--dirty"]),
    processor: `${cpus().length} × ${cpus()[0]?.model.trim() || "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    postgres: first(join(settings.pg.bin, "postgres"), ["--version"]),
    oha: first("oha", ["--version"]),
    rustc: first("rustc", ["--version"]),
    node: process.version,
    noise: noise(),
  };
}
