// Words to search for: one that about every second issue has, and one that almost none has.
import { json, psql } from "./database.mjs";

const SAMPLE = 2_000;

const wordsOf = (text) => new Set(text.toLowerCase().match(/[a-z]{5,14}/g) ?? []);

// Counts in how many of the texts each word stands.
export function frequencies(texts) {
  const counts = new Map();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

// The word whose share is nearest to a half, and one that stands in as few texts as any.
export function choose(counted, texts) {
  const common = counted.reduce((best, next) => (Math.abs(next[1] / texts - 0.5) < Math.abs(best[1] / texts - 0.5) ? next : best));
  return { common: common[0], rare: counted.at(-1)[0] };
}

// The sample is of issues that a REPORTER sees too, so that nobody's page is empty.
export function findWords(database, reporter) {
  const sample = json(database, `
    SELECT i.title || ' ' || i.description AS text FROM issues i JOIN users u ON u.id = i.reporter_id
    WHERE u.email = '${reporter}' ORDER BY i.id LIMIT ${SAMPLE}`).map((row) => row.text);
  const chosen = choose(frequencies(sample), sample.length);
  const all = Number(psql(database, "SELECT count(*) FROM issues"));
  const describe = (word) => {
    const issues = Number(psql(database, `SELECT count(*) FROM issues WHERE (title || ' ' || description) ILIKE '%${word}%'`));
    return { word, issues, share: issues / all };
  };
  return { rare: describe(chosen.rare), common: describe(chosen.common) };
}
