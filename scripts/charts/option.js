// From an option as the page has it, which is JSON, to one that ECharts draws: tokens become colours, names of formats
// functions, and what all our charts have in common is put where the option says nothing. The same in the browser and on the
// server, so that both draw the same chart.
import { FORMATS, dayStep, durationStep, isNumber } from "./formats.js";

/** Lines of more points than this show a point only where they are asked about it. */
const MOST_SYMBOLS = 31;
/** Laid over colours for those who tell them apart badly; the first stays plain. */
const DECALS = [
  { symbol: "none" },
  { dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: -Math.PI / 4 },
  { symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.5 },
  { dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: Math.PI / 4 },
  { dashArrayX: [1, 0], dashArrayY: [2, 6] },
].map((decal) => ({ color: "rgba(255, 255, 255, .38)", ...decal }));

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const list = (value) => (Array.isArray(value) ? value : value ? [value] : []);
export const valueOf = (item) => (isObject(item) ? item.value : item);

/** What the option says lies over what it does not say. */
function under(defaults, given) {
  if (!isObject(defaults) || !isObject(given)) return given === undefined ? defaults : given;
  const merged = { ...given };
  for (const [key, value] of Object.entries(defaults)) merged[key] = under(value, given[key]);
  return merged;
}

// Names and the words of a category are people's, and may begin as they like.
function resolve(value, colour, key) {
  if (Array.isArray(value)) return value.map((item) => (typeof item === "string" && key === "data" ? item : resolve(item, colour, key)));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, colour, name)]));
  if (typeof value !== "string" || key === "name" || key === "id") return value;
  if (value.startsWith("--")) return colour(value) || value;
  return value.startsWith("format:") ? (FORMATS[value.slice(7)] ?? value) : value;
}

/** The look of all charts, as a theme of ECharts. */
export function theme(colour, font) {
  const [text, faint, line, line2, surface] = ["--text", "--text-3", "--line", "--line-2", "--surface"].map(colour);
  const accent = colour("--accent");
  const axis = {
    axisLine: { lineStyle: { color: line2 } },
    axisTick: { show: false },
    axisLabel: { color: faint, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: line } },
    nameTextStyle: { color: faint, fontSize: 11 },
  };
  const label = { show: false };
  return {
    textStyle: { fontFamily: font },
    color: ["--triaged", "--bar-opened", "--bar-closed", "--bar-medium", "--bar-low", "--bar-critical"].map(colour),
    grid: { left: 2, right: 18, top: 12, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    logAxis: { ...axis, axisLine: { show: false } },
    timeAxis: { ...axis, splitLine: { show: false } },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: surface,
      borderColor: line2,
      borderWidth: 1,
      borderRadius: 8,
      padding: [8, 12],
      shadowBlur: 12,
      shadowColor: "rgba(20, 20, 30, .12)",
      textStyle: { color: text, fontSize: 12.5, fontFamily: font },
      axisPointer: { label },
    },
    axisPointer: { label, lineStyle: { color: colour("--line-3"), type: "solid" }, shadowStyle: { color: colour("--line-3"), opacity: 0.14 } },
    bar: { barMaxWidth: 28, barGap: "12%", barCategoryGap: "32%" },
    line: { symbol: "circle", symbolSize: 6, lineStyle: { width: 2 }, emphasis: { itemStyle: { borderColor: surface, borderWidth: 1.5 } } },
    scatter: { symbolSize: 8, itemStyle: { opacity: 0.7 }, emphasis: { itemStyle: { borderColor: text, borderWidth: 1.5, opacity: 1 } } },
    markLine: {
      symbol: "none",
      silent: true,
      animation: false,
      lineStyle: { color: accent, width: 1.5, type: "dashed" },
      label: { color: colour("--text-2"), fontSize: 11, position: "insideEndTop", textBorderColor: surface, textBorderWidth: 3 },
      emphasis: { disabled: true },
    },
  };
}

/** The axis that the values of a series stand on, the other one, and where each is in an item. */
export function axesOf(option, series) {
  const [x, y] = [list(option.xAxis)[series.xAxisIndex ?? 0] ?? {}, list(option.yAxis)[series.yAxisIndex ?? 0] ?? {}];
  return isCategory(y) && !isCategory(x) ? { along: y, value: x, at: 1, of: 0 } : { along: x, value: y, at: 0, of: 1 };
}
export const isCategory = (axis) => axis.type === "category" || (axis.type === undefined && Array.isArray(axis.data));

/** The number that a series shows for an item. */
export function numberOf(item, of) {
  const value = valueOf(item);
  return Array.isArray(value) ? value[of] : value;
}

// Tops of stacks, and lines that mark a height.
function mostOn(option, axis) {
  const stacks = new Map();
  let most = 0;
  for (const series of option.series) {
    const { value, of } = axesOf(option, series);
    if (value !== axis) continue;
    for (const [at, item] of list(series.data).entries()) {
      const number = Number(numberOf(item, of)) || 0;
      const key = series.stack === undefined ? undefined : `${at} ${series.stack}`;
      const top = (key === undefined ? 0 : (stacks.get(key) ?? 0)) + Math.max(number, 0);
      if (key !== undefined) stacks.set(key, top);
      most = Math.max(most, top);
    }
    for (const mark of list(series.markLine?.data)) most = Math.max(most, Number(of ? mark.yAxis : mark.xAxis) || 0);
  }
  return most;
}

// ECharts begins anew with every month, which leaves gaps of all sizes. A span shorter than two days is left to it.
function daysOf(option, axis) {
  const times = option.series.flatMap((series) => {
    const { along, at } = axesOf(option, series);
    return along === axis ? list(series.data).map((item) => Number(new Date(numberOf(item, at)))) : [];
  });
  const [first, last] = times.reduce(([least, most], time) => [Math.min(least, time), Math.max(most, time)], [Infinity, -Infinity]);
  const step = dayStep(last - first);
  if (!(last - first >= 2 * 86400000)) return {};
  const customValues = [];
  for (let time = Math.ceil(first / 86400000) * 86400000; time <= last; time += step) customValues.push(time);
  return { axisLabel: { customValues, formatter: FORMATS.day } };
}

function axisDefaults(option, axis, upright) {
  const category = { type: "category", ...(upright ? { inverse: true, axisLabel: { overflow: "truncate", width: 140 } } : {}) };
  if (isCategory(axis)) return under(category, axis);
  if (axis.type === "time") return under(daysOf(option, axis), axis);
  if ((axis.type ?? "value") !== "value") return axis;
  const format = axis.axisLabel?.formatter;
  if (format === FORMATS.duration && axis.interval === undefined) {
    const top = isNumber(axis.max) ? axis.max : mostOn(option, axis);
    const interval = durationStep(top || 1);
    return under({ type: "value", min: 0, interval, max: Math.max(Math.ceil(top / interval), 1) * interval }, axis);
  }
  const counts = format === undefined || format === FORMATS.count;
  return under({ type: "value", splitNumber: upright ? 5 : 3, minInterval: counts ? 1 : undefined, axisLabel: { formatter: FORMATS.count } }, axis);
}

// A point between two gaps is no part of any line: without a symbol it would not be seen.
const isAlone = (data, at, of) => [at - 1, at + 1].every((beside) => !isNumber(numberOf(data[beside] ?? null, of)));

function lineDefaults(series, of, still) {
  const [data, stacked] = [list(series.data), series.stack !== undefined];
  const area = series.areaStyle && { opacity: stacked ? 0.82 : 0.14 };
  const width = series.lineStyle?.width ?? (stacked && area ? 0 : 2);
  const same = { lineStyle: { width }, areaStyle: area && { ...area, color: "inherit" } };
  const line = under({ lineStyle: { width }, areaStyle: area, emphasis: same }, series);
  if (series.showSymbol !== undefined) return line;
  if (data.length <= MOST_SYMBOLS && !area) return { ...line, showSymbol: true, showAllSymbol: true };
  const seen = still ? { symbol: "circle" } : { itemStyle: { opacity: 1 } };
  const shown = data.map((item, at) => {
    if (!isNumber(numberOf(item, of)) || !isAlone(data, at, of)) return item;
    return under(seen, isObject(item) ? item : { value: item });
  });
  const hidden = still ? { symbol: "none" } : { itemStyle: { opacity: 0 }, emphasis: { itemStyle: { opacity: 1 } } };
  return under({ showSymbol: true, showAllSymbol: true, ...hidden }, { ...line, data: shown });
}

function seriesDefaults(option, series, id, still) {
  const { value, along, of } = axesOf(option, series);
  const write = option.tooltip?.valueFormatter ?? value.axisLabel?.formatter;
  const common = { id, tooltip: typeof write === "function" ? { valueFormatter: write } : undefined };
  if (series.type === "line") return under(common, lineDefaults(series, of, still));
  if (series.type !== "bar") return under(common, series);
  const round = isCategory(along) && of === 0 ? [0, 3, 3, 0] : [3, 3, 0, 0];
  return under({ ...common, itemStyle: { borderRadius: series.stack === undefined ? round : 0 } }, series);
}

/** Every series has an id, by which it is known when the option changes. */
function identities(series) {
  const seen = new Set();
  return series.map((one, at) => {
    let id = String(one.id ?? one.name ?? at);
    while (seen.has(id)) id += "'";
    seen.add(id);
    return id;
  });
}

/**
 * The option that ECharts is given. `colour` says what a token is; `still` is a drawing that nobody can point at.
 */
export function complete(given, colour, still) {
  const option = resolve(given, colour);
  option.series = list(option.series);
  const [xAxis, yAxis] = [list(option.xAxis ?? {}), list(option.yAxis ?? {})];
  Object.assign(option, { xAxis, yAxis });
  option.xAxis = xAxis.map((axis) => axisDefaults({ ...option, xAxis, yAxis }, axis, false));
  option.yAxis = yAxis.map((axis) => axisDefaults({ ...option, xAxis, yAxis }, axis, true));
  const ids = identities(option.series);
  option.series = option.series.map((series, at) => seriesDefaults(option, series, ids[at], still));
  const together = option.series.every((series) => series.type !== "scatter");
  const bars = option.series.some((series) => series.type === "bar");
  option.tooltip = under(
    { show: !still, trigger: together ? "axis" : "item", position: beside, axisPointer: { type: bars ? "shadow" : "line" } },
    option.tooltip ?? {},
  );
  option.aria = under({ enabled: option.aria?.decal?.show ?? false, label: { enabled: false }, decal: { decals: DECALS } }, option.aria ?? {});
  return under({ useUTC: true, grid: {} }, option);
}

/** Beside the point, whether a pointer or a key shows it, and within the chart. */
const beside = ([x, y], _values, _element, _box, { contentSize: [width, height], viewSize: [most, lowest] }) => [
  x + width + 16 > most ? Math.max(x - width - 16, 0) : x + 16,
  Math.max(Math.min(y - height / 2, lowest - height), 0),
];

/** Whether the second option says all that the first one said, so that it can be laid over it. */
export function covers(before, after, key) {
  if (key === "data") return Array.isArray(before) === Array.isArray(after);
  if (Array.isArray(before)) {
    return Array.isArray(after) && (typeof before[0] !== "object" || (before.length <= after.length && before.every((item, at) => covers(item, after[at]))));
  }
  if (!isObject(before)) return before === undefined || after !== undefined;
  return isObject(after) && Object.entries(before).every(([name, item]) => covers(item, after[name], name));
}
