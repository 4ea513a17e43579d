// What the browser is told to allow, and that the pages keep to it: every story also fails at any complaint in the
// console, and a violated policy is one.
import { readFileSync } from 'node:fs';
import { PASSWORD, alive, button, createIssue, expect, open, openAccountMenu, refusal, signUp, test } from '../fixtures';
import { sql } from '../fixtures/database';
import { DOORS, ROOMS, furnish } from '../fixtures/places';

test('every page has a strict policy, keeps to it, and loads nothing from elsewhere', async ({ people, tracker }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await furnish(ana);
  const stranger = await people.stranger();
  const asked: string[] = [];
  for (const { page } of [ana, stranger]) page.on('request', (request) => asked.push(request.url()));
  const policies: string[] = [];
  for (const { page } of [ana, stranger]) {
    page.on('response', (answer) => {
      if (answer.request().isNavigationRequest()) policies.push(answer.headers()['content-security-policy'] ?? 'none');
    });
  }
  for (const place of DOORS) await place.go(stranger.page);
  for (const place of ROOMS) await place.go(ana.page);

  expect(asked.filter((url) => !url.startsWith(tracker.url) && !url.startsWith('data:'))).toEqual([]);
  expect(policies.length).toBeGreaterThan(ROOMS.length);
  for (const policy of policies) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'wasm-unsafe-eval'/);
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
  }
  expect(new Set(policies).size, 'a nonce of its own for each answer').toBe(policies.length);
});

test('a picture from elsewhere in a text is a link and is not loaded', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  const key = await api.createIssue({ title: 'Pictured', description: '![a cat](https://elsewhere.example/cat.png)' });
  await open(page, `/main/issues/${key}`);
  await expect(page.locator('article img')).toHaveCount(0);
  await expect(page.locator('article a[href="https://elsewhere.example/cat.png"]')).toBeVisible();
});

test('another site cannot send a form in somebody’s name', async ({ people, tracker }) => {
  const { context, api } = await people.join('Ana Ribeiro', 'ADMIN');
  const answer = await context.request.post(`${tracker.url}/api/v1/issues/create`, {
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    form: { org: 'main', project: 'CORE', title: 'Forged', severity: 'LOW' },
  });
  expect(answer.status()).toBe(403);
  expect(await api.list()).toEqual([]);
});

// No comma, colon or space, so that it is a tag too.
const HOSTILE = '"><img/src=x/onerror=alert(1)><script>alert(1)</script>';
const HOSTILE_TAG = '"><img/src=x/onerror=alert(1)>';

test('markup in any name, tag or text is shown as it was written and does nothing', async ({ people, tracker }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await ana.api.createIssue({ title: HOSTILE, description: HOSTILE });
  await ana.api.setTags(key, HOSTILE_TAG);
  await ana.api.assign(key, (await ana.api.view(key)).people.find((one) => one.name === mei.name)?.id ?? 0);
  await mei.api.comment(key, HOSTILE);
  await sql(
    `UPDATE users SET name = '${HOSTILE} ' || id; UPDATE organizations SET name = '${HOSTILE}'; UPDATE projects SET name = '${HOSTILE}'`,
    tracker.database.url,
  );
  const { page } = ana;
  page.on('dialog', (dialog) => {
    throw new Error(`a script ran: ${dialog.message()}`);
  });
  const harmless = () => expect(page.locator('img[src="x"], script:not([nonce]):not([src])')).toHaveCount(0);
  const query = encodeURIComponent(`tag:"${HOSTILE_TAG}" ${HOSTILE}`);
  for (const path of ['/main', '/main/issues', `/main/issues?q=${query}`, '/main/issues/new', `/main/issues/${key}`, `/main/issues/${key}?edit=1`, '/main/insights']) {
    await open(page, path);
    await harmless();
  }
  // What comes while one looks on is put in by the program, not by the server.
  await open(page, `/main/issues/${key}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(HOSTILE);
  await mei.api.edit(key, `${HOSTILE} again`, HOSTILE);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${HOSTILE} again`);
  await harmless();
});

test('a browser keeps nothing but the theme, and its cookies are out of reach of scripts', async ({ people, tracker }) => {
  const { page, context } = await people.stranger();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await signUp(page, 'Ana Ribeiro', 'ana@example.org', 'short');
  await expect(refusal(page, /password/i)).toBeVisible();
  await signUp(page, 'Ana Ribeiro', 'ana@example.org');
  await expect(page).toHaveURL(/\/main\b/);
  await alive(page);
  await openAccountMenu(page);
  await button(page, 'Dark').click();
  await createIssue(page, { title: 'Something', description: 'A text' });
  await open(page, '/main/issues?q=something');

  const kept = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).length,
    // Only where there is TLS, or on one's own machine.
    caches: 'caches' in window ? (await caches.keys()).length : 0,
    workers: 'serviceWorker' in navigator ? (await navigator.serviceWorker.getRegistrations()).length : 0,
    cookies: document.cookie,
  }));
  expect(kept).toEqual({ local: ['theme'], session: [], databases: 0, caches: 0, workers: 0, cookies: '' });

  const cookies = await context.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
  const secrets = [PASSWORD, encodeURIComponent(PASSWORD), PASSWORD.replaceAll(' ', '+'), ...cookies.map((cookie) => cookie.value)];
  const log = readFileSync(tracker.log, 'utf8');
  const shown = await page.content();
  for (const secret of secrets) {
    expect(asked.filter((url) => url.includes(secret))).toEqual([]);
    expect(log.includes(secret), 'a secret stands in the log').toBe(false);
    expect(shown.includes(secret), 'a secret stands in the page').toBe(false);
  }
});
