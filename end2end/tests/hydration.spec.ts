// Between the first paint and the moment the page is alive: whatever is typed and clicked then counts.
import { type Page } from '@playwright/test';
import { announced, alive, button, choose, expect, field, row, test } from '../fixtures';

/** Holds the program back until it is released. */
async function delayed(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/*.wasm', async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

const early = (page: Page, path: string) => page.goto(path, { waitUntil: 'domcontentloaded' });

test('what was typed, chosen and clicked before stays, and happens', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  const release = await delayed(page);
  await early(page, '/main/issues/new');
  await field(page, 'Title').fill('Typed early');
  await field(page, 'Description').fill('Also **early**');
  await field(page, 'Severity').selectOption('CRITICAL');
  await page.getByRole('tab', { name: 'Preview' }).click();
  await expect(page.locator('html[data-hydrated]')).toHaveCount(0);
  release();
  await alive(page);

  await expect(page.locator('.preview strong')).toHaveText('early');
  await expect(field(page, 'Title')).toHaveValue('Typed early');
  await expect(field(page, 'Severity')).toHaveValue('CRITICAL');
  await page.getByRole('tab', { name: 'Write' }).click();
  await expect(field(page, 'Description')).toHaveValue('Also **early**');
  await button(page, 'Create issue').click();
  await expect(announced(page, 'Issue created')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Typed early');
  await expect(field(page, 'Severity').or(page.getByText('Critical')).first()).toBeVisible();
});

test('a status that was chosen before is set', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await api.createIssue({ title: 'Moved early' });
  const release = await delayed(page);
  await early(page, `/main/issues/${key}`);
  await field(page, 'Status').selectOption('TRIAGED');
  release();
  await alive(page);
  await expect.poll(async () => (await api.view(key)).head.row.status).toBe('TRIAGED');
  await expect(field(page, 'Status')).toHaveValue('TRIAGED');
  await choose(page, 'Status', 'DONE');
});

test('a filter that was chosen before is applied', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await api.createIssue({ title: 'Heavy', severity: 'CRITICAL' });
  await api.createIssue({ title: 'Light', severity: 'LOW' });
  const release = await delayed(page);
  await early(page, '/main/issues');
  await field(page, 'Severity').selectOption('CRITICAL');
  release();
  await alive(page);
  await expect(row(page, 'Light')).toHaveCount(0);
  await expect(row(page, 'Heavy')).toBeVisible();
});

test('a form that was sent before the program came is done once', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  const release = await delayed(page);
  await early(page, '/main/issues/new');
  await field(page, 'Title').fill('Sent early');
  await button(page, 'Create issue').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sent early');
  release();
  await alive(page);
  expect(await api.list()).toHaveLength(1);
});

test('a program that never comes leaves a page of forms that work', async ({ people, console }) => {
  console.allow(/ERR_FAILED|Failed to fetch|wasm/i);
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await api.createIssue({ title: 'Moved without a program' });
  await page.route('**/*.wasm', (route) => route.abort());
  await early(page, `/main/issues/${key}`);
  await field(page, 'Status').selectOption('TRIAGED');
  await expect.poll(async () => (await api.view(key)).head.row.status, { timeout: 20_000 }).toBe('TRIAGED');
  await field(page, 'Comment').fill('Still here');
  await button(page, 'Add comment').click();
  await expect(page.getByText('Still here')).toBeVisible();
});
