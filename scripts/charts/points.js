// The points of a chart as somebody goes through them by keys and has them read out.
import { FORMATS, isNumber } from "./formats.js";
import { axesOf, isCategory, numberOf, valueOf } from "./option.js";

const words = (format, value) => String(typeof format === "function" ? format(value, 0) : value);

function placeOf(item, index, axis, at) {
  const value = valueOf(item);
  const along = Array.isArray(value) ? value[at] : index;
  if (!isCategory(axis)) return { at: Number(axis.type === "time" ? new Date(along) : along), raw: along };
  const found = typeof along === "string" ? axis.data.indexOf(along) : along;
  return { at: found, raw: valueOf(axis.data?.[found]) ?? found };
}

/** For each series its points that have a value, in the order of their axis: `{ index, at, key, text }`. */
export function pointsOf(option) {
  return option.series.map((series) => {
    const { along, value, at, of } = axesOf(option, series);
    const format = along.axisPointer?.label?.formatter ?? along.axisLabel?.formatter ?? (along.type === "time" ? FORMATS.date : undefined);
    const write = series.tooltip?.valueFormatter ?? value.axisLabel?.formatter;
    const points = [];
    for (const [index, item] of (series.data ?? []).entries()) {
      const number = numberOf(item, of);
      if (!isNumber(number)) continue;
      const place = placeOf(item, index, along, at);
      const label = item?.name ?? words(format, place.raw);
      const text = `${series.name === undefined ? "" : `${series.name}, `}${label}: ${words(write, number)}`;
      points.push({ index, at: place.at, key: item?.name ?? String(place.raw), text });
    }
    return points.sort((one, other) => one.at - other.at);
  });
}

/** The point that is nearest to a place on the axis. */
export const nearest = (points, at) =>
  points.reduce((best, point) => (best && Math.abs(best.at - at) <= Math.abs(point.at - at) ? best : point), undefined);

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where a key leads to from a place `{ series, point }`; `undefined` for a key that leads nowhere. */
export function goal(all, from, key) {
  const filled = all.flatMap((points, series) => (points.length ? [series] : []));
  if (!filled.length || !(key in DIRECTIONS || key === "Home" || key === "End")) return undefined;
  const series = from?.series ?? filled[0];
  const points = all[series];
  if (key === "Home") return { series, point: points[0] };
  if (key === "End") return { series, point: points.at(-1) };
  if (!from) return { series, point: key === "ArrowLeft" ? points.at(-1) : points[0] };
  const [along, across] = DIRECTIONS[key];
  if (across) {
    const other = filled[filled.indexOf(series) + across];
    return other === undefined ? from : { series: other, point: nearest(all[other], from.point.at) };
  }
  return { series, point: points[points.indexOf(from.point) + along] ?? from.point };
}
