// What /proc says of processes and of the machine: memory, processor time, and how much others used.
import { readFileSync, readdirSync } from "node:fs";

const TICK_US = 10_000;

const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

// The fields of a process after its name, which may have spaces.
const stat = (pid) => read(`/proc/${pid}/stat`).split(") ").pop().split(" ");

// Microseconds of processor time that a process has used.
export function cpu(pid) {
  const fields = stat(pid);
  return fields.length < 13 ? 0 : (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

// The same of a process and all its children, those that have ended too.
export function cpuOfFamily(pid) {
  const fields = stat(pid);
  let sum = fields.length < 15 ? 0 : fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks), 0) * TICK_US;
  for (const entry of readdirSync("/proc")) {
    if (/^\d+$/.test(entry) && stat(entry)[1] === String(pid)) sum += cpu(entry);
  }
  return sum;
}

// Microseconds that all processors together were busy since the machine started, what a hypervisor took included.
export function busy() {
  const [user, nice, system, , , irq, softirq, steal] = read("/proc/stat").split("\n")[0].split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_US;
}

const kib = (text, name) => Number(text.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))?.[1] ?? Number.NaN);

// Megabytes: resident, its share of what is shared, and the most that was ever resident.
export function memory(pid) {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const megabytes = (value) => value / 1024;
  return {
    rss: megabytes(kib(rollup, "Rss")),
    pss: megabytes(kib(rollup, "Pss")),
    peak: megabytes(kib(read(`/proc/${pid}/status`), "VmHWM")),
  };
}
