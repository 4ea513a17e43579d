// What the browser is told to allow, and that the pages keep to it: every story also fails at any complaint in the
// console, and a violated policy is one.
import { expect, open, test } from '../fixtures';
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
