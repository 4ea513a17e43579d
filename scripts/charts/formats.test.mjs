// The same numbers as the test of `duration` and `thousands` in app/src/ui/url.rs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FORMATS } from "./formats.js";

test("durations and counts are written as the tables write them", () => {
  const written = [0.4, 45, 754, 12_240, 181_440, 4.838e6, 6.048e8].map((seconds) => FORMATS.duration(seconds));
  assert.deepEqual(written, ["0", "45 s", "13 min", "3.4 h", "2.1 d", "8 wk", "19 y"]);
  assert.deepEqual([0, 999, 1204, 1_000_000].map((number) => FORMATS.count(number)), ["0", "999", "1,204", "1,000,000"]);
  assert.equal(FORMATS.duration([3, 754]), "13 min", "of a point the last value counts");
  assert.equal(FORMATS.duration(null), "–");
});

test("days are written short on an axis, whole in a tip, and months stay", () => {
  assert.equal(FORMATS.day("2026-03-12"), "12 Mar");
  assert.equal(FORMATS.date("2026-03-12"), "12 Mar 2026");
  assert.equal(FORMATS.day("2026-03"), "2026-03");
  assert.equal(FORMATS.percent(0.256), "26 %");
});
