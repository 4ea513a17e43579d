// Small things about text and numbers.

export const say = (text) => console.log(text);

export const minutes = (ms) => `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// How far the rounds lie apart, as a part of their median.
export const spread = (values) =>
  values.length < 2 || median(values) === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / median(values);

// The value that this part of all values does not exceed (nearest rank).
export function percentile(sorted, part) {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))];
}

export function round(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  return Number(value.toPrecision(digits + 1));
}
