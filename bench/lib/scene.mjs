// What is measured on a database: who asks, for which pages, what the search box asks, and what is written. To measure
// another page add it to `reads`, another write to `writes`; the rest follows from the name.
import { json, psql } from "./database.mjs";
import { call } from "./session.mjs";
import { settings } from "./settings.mjs";
import { findWords } from "./vocabulary.mjs";

// What the filtered list asks for, as its URL says it.
const FILTER = { q: "status:OPEN" };
// An issue page has about so many lines in its timeline.
const TIMELINE = 12;
// Writes go to so many issues, so that they do not queue for one row.
const TARGETS = 400;

export async function describeScene(database) {
  const org = psql(database, "SELECT o.slug FROM organizations o ORDER BY (SELECT count(*) FROM issues i WHERE i.org_id = o.id) DESC LIMIT 1");
  const people = Object.fromEntries(settings.roles.map((role) => [role, person(database, org, role)]));
  const targets = json(database, `
    SELECT p.key || '-' || i.number AS key FROM (
      SELECT i.*, (SELECT count(*) FROM events e WHERE e.org_id = i.org_id AND e.issue_id = i.id) AS lines
      FROM issues i JOIN users u ON u.id = i.reporter_id WHERE u.email = '${people.REPORTER}' ORDER BY i.id LIMIT 2000) i
    JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
    ORDER BY abs(i.lines - ${TIMELINE}), i.id LIMIT ${TARGETS}`).map((row) => row.key);
  const project = psql(database, `SELECT p.key FROM projects p JOIN organizations o ON o.id = p.org_id WHERE o.slug = '${org}' ORDER BY p.id LIMIT 1`);
  return { org, people, targets, project, words: findWords(database, people.REPORTER) };
}

// The member of a role who reported most, so that a REPORTER's pages are full.
function person(database, org, role) {
  return psql(database, `
    SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id JOIN credentials c ON c.user_id = u.id
    JOIN organizations o ON o.id = m.org_id
    WHERE o.slug = '${org}' AND m.role = '${role}' AND m.disabled_at IS NULL
    ORDER BY (SELECT count(*) FROM issues i WHERE i.org_id = m.org_id AND i.reporter_id = u.id) DESC, u.id LIMIT 1`);
}

// A place in the list's order that is a hundred rows before its end.
async function deepCursor(viewer, org) {
  let after = "";
  for (const _ of [1, 2]) {
    const { view } = await call(viewer, "issues/list", { org, sort: "updated", after });
    after = view.next ?? after;
  }
  return after;
}

const list = (org, name, query) => ({
  name,
  port: "list",
  function: "issues/list",
  path: `/${org}/issues${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ""}`,
  args: { org, ...query },
});

// The pages of one viewer. `function` gives the same data as JSON, for the ruler without a database.
export async function reads({ org, words, targets }, viewer) {
  return [
    list(org, "list", {}),
    { ...list(org, "list, compressed", {}), compressed: true },
    list(org, "filtered list", FILTER),
    list(org, "deep page", { after: await deepCursor(viewer, org) }),
    list(org, "search, rare word", { q: words.rare.word }),
    list(org, "search, common word", { q: words.common.word }),
    { name: "issue page", port: "issue", function: "issues/view", path: `/${org}/issues/${targets[0]}`, args: { org, key: targets[0] } },
    { name: "insights", port: "insights", function: "insights/view", path: `/${org}/insights`, args: { org } },
  ];
}

// What the search box asks while one types: the same as the search's page, answered as data. Nothing waits for its end.
export const searches = ({ org, words }) =>
  Object.entries(words).map(([kind, { word }]) => ({
    name: `search box, ${kind} word`,
    function: "issues/list",
    bodies: [{ org, q: word }],
    reads: true,
  }));

const TEXT = "The page stays empty after **saving**.\n\n1. Open it\n2. Change a field\n3. Save\n\nExpected: the new value.";
const STATUSES = ["OPEN", "TRIAGED", "IN_PROGRESS", "DONE"];

// The writes of a role; one of the bodies is sent at random. One in four moves finds the issue where it shall be.
export function writes({ org, project, targets }, role) {
  const all = [
    {
      name: "create",
      function: "issues/create",
      bodies: targets.map((key) => ({ org, project, title: `Saving fails beside ${key}`, description: TEXT, severity: "MEDIUM" })),
    },
    { name: "comment", function: "comments/add", bodies: targets.map((key) => ({ org, key, body: `Seen again.\n\n${TEXT}` })) },
    {
      name: "status move",
      function: "issues/set_status",
      bodies: targets.flatMap((key) => STATUSES.map((status) => ({ org, key, status }))),
    },
  ];
  return role === "REPORTER" ? all.filter((write) => write.name !== "status move") : all;
}
