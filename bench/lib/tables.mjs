// Tables and numbers as Markdown has them.

export const table = (head, rows) =>
  [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

export function number(value) {
  if (value === null || value === undefined) return "";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}

export const part = (value) => (value === undefined || value === null ? "" : `${Math.round(value * 1_000) / 10} %`);
