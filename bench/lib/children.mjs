// Programs that are started here, and their end: whatever happens, none is left behind.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { sleep } from "./words.mjs";

const running = new Set();

// Starts a program that runs until it is stopped; its output goes to the file descriptor `log`.
export function start(command, args, { env, log = "ignore" } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", log, log] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  if ((await Promise.race([ended, sleep(15_000)])) === undefined) {
    child.kill("SIGKILL");
    await ended;
  }
}

export const stopAll = () => Promise.all([...running].map(stop));

// Runs a program to its end and gives what it printed; `watch` is called now and then with its process id.
export async function run(command, args, { env, input, watch } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  running.add(child);
  let out = "";
  let problems = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (problems += text));
  if (input !== undefined) child.stdin.end(input);
  const timer = watch && setInterval(() => watch(child.pid), 50);
  const [code] = await once(child, "close");
  clearInterval(timer);
  running.delete(child);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${problems.trim().slice(-800)}`);
  return out;
}

// The same for what is short, waited for.
export function runNow(command, args, { env, input } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    input: input ?? "",
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.trim().slice(-800)}`);
  return { out: stdout, problems: stderr };
}
