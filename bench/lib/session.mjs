// Somebody who is signed in: a cookie, pages and calls.
import { settings } from "./settings.mjs";

export async function signIn(tracker, email) {
  const answer = await fetch(`${tracker.url}/api/v1/accounts/sign_in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: settings.password }),
  });
  const cookie = answer.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");
  if (!answer.ok || !cookie) throw new Error(`${email} cannot sign in: ${answer.status} ${await answer.text()}`);
  return { url: tracker.url, cookie, email };
}

export async function page(person, path) {
  const answer = await fetch(person.url + path, { headers: { cookie: person.cookie, accept: "text/html" }, redirect: "manual" });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} answers ${answer.status} to ${person.email}`);
  return body;
}

export async function call(person, name, args) {
  const answer = await fetch(`${person.url}/api/v1/${name}`, {
    method: "POST",
    headers: { cookie: person.cookie, "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${name} answers ${answer.status} to ${person.email}: ${body.slice(0, 300)}`);
  return JSON.parse(body);
}
