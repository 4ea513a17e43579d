// Somebody who is signed in: cookies, pages and calls.
import { settings } from "./settings.mjs";

// An access token is good for a quarter of an hour; a load that began with a fresh one is over by then.
const FRESH_MS = 5 * 60_000;

export async function signIn(tracker, email) {
  const person = { url: tracker.url, email, cookie: "", since: -Infinity };
  await renew(person);
  return person;
}

// Signs in anew when that was long ago. Whoever is named by `cookie` alone, as by the rulers, stays as they are.
export async function renew(person) {
  if (!("since" in person) || performance.now() - person.since < FRESH_MS) return;
  const answer = await fetch(`${person.url}/api/v1/accounts/sign_in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: person.email, password: settings.password }),
  });
  person.cookie = answer.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");
  person.since = performance.now();
  if (!answer.ok || !person.cookie) throw new Error(`${person.email} cannot sign in: ${answer.status} ${await answer.text()}`);
}

export async function page(person, path) {
  await renew(person);
  const answer = await fetch(person.url + path, { headers: { cookie: person.cookie, accept: "text/html" }, redirect: "manual" });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} answers ${answer.status} to ${person.email}`);
  return body;
}

export async function call(person, name, args) {
  await renew(person);
  const answer = await fetch(`${person.url}/api/v1/${name}`, {
    method: "POST",
    headers: { cookie: person.cookie, "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${name} answers ${answer.status} to ${person.email}: ${body.slice(0, 300)}`);
  return JSON.parse(body);
}
