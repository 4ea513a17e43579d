// The server goes away and comes back: the pages say so, come back by themselves, and have missed nothing.
import { alive, expect, open, test, timeline, titles, twin } from '../fixtures';
import { listening } from '../fixtures/live';

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`two browsers catch up after the server got ${signal}`, async ({ people, tracker, console }) => {
    console.allow(/WebSocket connection to|ERR_CONNECTION_REFUSED/);
    const ana = await people.join('Ana Ribeiro', 'ADMIN');
    const mei = await people.join('Mei Tanaka', 'MAINTAINER');
    const key = await ana.api.createIssue({ title: 'Before' });
    await open(ana.page, '/main/issues');
    await open(mei.page, `/main/issues/${key}`);
    for (const { page } of [ana, mei]) await listening(page);
    // A full load would lose this mark.
    for (const { page } of [ana, mei]) await page.evaluate(() => document.body.setAttribute('data-same-page', ''));

    const other = await tracker.sibling();
    const code = await tracker.end(signal);
    expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
    for (const { page } of [ana, mei]) await expect(page.getByText('Reconnecting…')).toBeVisible();

    // Another process of the same tracker goes on meanwhile.
    const api = ana.api.at(other.url);
    await api.createIssue({ title: 'Meanwhile' });
    await api.comment(key, 'Said meanwhile');
    await api.setStatus(key, 'TRIAGED');
    await other.end();

    await tracker.begin();
    for (const { page } of [ana, mei]) await expect(page.getByText('Reconnecting…')).toBeHidden({ timeout: 30_000 });
    await expect(titles(ana.page).filter({ hasText: 'Meanwhile' })).toBeVisible();
    await expect(ana.page.locator('tbody')).toContainText('Triaged');
    await expect(timeline(mei.page).filter({ hasText: 'Said meanwhile' })).toHaveCount(1);
    await expect(timeline(mei.page).filter({ hasText: 'moved it from' })).toHaveCount(1);

    await ana.api.comment(key, 'Said afterwards');
    await expect(timeline(mei.page).filter({ hasText: 'Said afterwards' })).toHaveCount(1);
    for (const { page } of [ana, mei]) await expect(page.locator('body[data-same-page]')).toBeAttached();
  });
}

test('the insights page catches up too', async ({ people, tracker, console }) => {
  console.allow(/WebSocket connection to|ERR_CONNECTION_REFUSED/);
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await open(ana.page, '/main/insights');
  await listening(ana.page);
  const other = await tracker.sibling();
  await tracker.end('SIGKILL');
  await expect(ana.page.getByText('Reconnecting…')).toBeVisible();
  for (const title of ['One', 'Two', 'Three']) await ana.api.at(other.url).createIssue({ title, severity: 'CRITICAL' });
  await other.end();
  await tracker.begin();
  await expect(twin(ana.page, /^CRITICAL\b/).getByRole('cell')).toHaveText('3', { timeout: 30_000 });
});

test('a form that is sent while the server is away says so, keeps its text, and can be sent again', async ({ people, tracker, console }) => {
  console.allow(/WebSocket connection to|ERR_CONNECTION_REFUSED/);
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await open(ana.page, '/main/issues/new');
  await alive(ana.page);
  await ana.page.getByLabel('Title', { exact: true }).fill('Written on a train');
  await tracker.end('SIGKILL');
  await ana.page.getByRole('button', { name: 'Create issue' }).click();
  await expect(ana.page.getByRole('alert')).toBeVisible();
  await expect(ana.page.getByLabel('Title', { exact: true })).toHaveValue('Written on a train');
  await tracker.begin();
  await ana.page.getByRole('button', { name: 'Create issue' }).click();
  await expect(ana.page.getByRole('heading', { level: 1 })).toHaveText('Written on a train');
  expect(await ana.api.list()).toHaveLength(1);
});
