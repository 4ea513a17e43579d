// How numbers and days are written. An option names them ("format:duration"), for JSON has no functions. No Intl: the
// server's engine has none.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NOTHING = "–";

// Up to so many of one unit the next larger one is not used.
const UNITS = [
  { word: "s", seconds: 1, most: 60, places: 0 },
  { word: "min", seconds: 60, most: 60, places: 0 },
  { word: "h", seconds: 3600, most: 24, places: 1 },
  { word: "d", seconds: 86400, most: 14, places: 1 },
  { word: "wk", seconds: 604800, most: 104, places: 1 },
  { word: "y", seconds: 31557600, most: Infinity, places: 1 },
];

const sign = (number) => (number < 0 ? "\u2212" : "");
const rounded = (number, places) => Math.round(number * 10 ** places) / 10 ** places;

/** `1,204`, as `thousands` writes it in Rust; a fraction keeps two places. */
function count(number) {
  const [whole, fraction] = String(rounded(Math.abs(number), 2)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return sign(rounded(number, 2)) + grouped + (fraction ? `.${fraction}` : "");
}

/** Seconds: `45 s`, `12 min`, `3.4 h`, `2.1 d`, `8 wk`, `3.2 y`. */
function duration(number) {
  const seconds = Math.abs(number);
  if (seconds < 0.5) return "0";
  for (const unit of UNITS) {
    const amount = seconds / unit.seconds;
    const shown = rounded(amount, amount < 9.95 ? unit.places : 0);
    if (shown < unit.most) return `${sign(number)}${count(shown)} ${unit.word}`;
  }
  return NOTHING;
}

const percent = (number) => `${count(Math.round(number * 100))} %`;

// A text that is no day stays as it is.
function moment(given) {
  const day = typeof given === "number" || /^\d{4}-\d\d-\d\d/.test(given) ? new Date(given) : undefined;
  return day && !Number.isNaN(day.getTime()) ? day : undefined;
}
const short = (day) => `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}`;

/** `12 Mar`, of milliseconds or of a text that begins `2026-03-12`. */
function day(given) {
  const found = moment(given);
  return found ? short(found) : String(given);
}

/** `12 Mar 2026`. */
function date(given) {
  const found = moment(given);
  return found ? `${short(found)} ${found.getUTCFullYear()}` : String(given);
}

// A formatter is given a value, a point's values, or an object with its value; what counts in values is the last.
function bare(given) {
  if (Array.isArray(given)) return bare(given.at(-1));
  return given !== null && typeof given === "object" ? bare(given.value) : given;
}
const ofNumber = (write) => (given) => {
  const value = bare(given);
  return isNumber(value) ? write(Number(value)) : NOTHING;
};
const ofDay = (write) => (given) => write(bare(given));

/** Whether a point has a value. */
export const isNumber = (value) => value !== null && value !== "" && typeof value !== "object" && Number.isFinite(Number(value));

/** The functions that an option can name, behind `format:`. */
export const FORMATS = {
  count: ofNumber(count),
  date: ofDay(date),
  day: ofDay(day),
  duration: ofNumber(duration),
  percent: ofNumber(percent),
};

const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 3].map((days) => days * 86400),
  ...[1, 2, 4, 8, 13, 26, 52].map((weeks) => weeks * 604800),
];

/** The distance of the lines of an axis of seconds, so that their labels are round in the units that people read. */
export const durationStep = (most) => STEPS.find((step) => most / step <= 5) ?? Math.ceil(most / 5 / 31449600) * 31449600;

/** The distance of the labels of an axis of time, in milliseconds: whole days, so that they stand evenly. */
export const dayStep = (span) => ([1, 2, 7, 14, 28, 91, 182].find((days) => span / (days * 86400000) <= 7) ?? 364) * 86400000;
