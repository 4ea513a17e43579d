// The list: filters, order, pages. Its URL is the list.
import { type Page } from '@playwright/test';
import { expect, field, filter, link, open, row, test, titles } from '../fixtures';
import type { Api } from '../fixtures/api';

const SCENE = [
  { title: 'Anchor does not hold', severity: 'LOW', status: 'OPEN' },
  { title: 'Bell rings twice', severity: 'HIGH', status: 'TRIAGED' },
  { title: 'Compass points south', severity: 'CRITICAL', status: 'OPEN', description: 'Seen on the starboard side' },
  { title: 'Deck is wet', severity: 'MEDIUM', status: 'DONE' },
];

async function scene(api: Api): Promise<void> {
  for (const { status, ...issue } of SCENE) {
    const key = await api.createIssue(issue);
    if (status !== 'OPEN') await api.setStatus(key, status);
  }
}

async function shows(page: Page, expected: string[]): Promise<void> {
  await expect(titles(page)).toHaveText(expected);
}

test('filters by status, severity and text come together in the URL', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues?sort=title');
  await shows(page, ['Anchor does not hold', 'Bell rings twice', 'Compass points south', 'Deck is wet']);

  await filter(page, { status: 'OPEN' });
  await shows(page, ['Anchor does not hold', 'Compass points south']);
  await expect(page).toHaveURL(/[?&]q=status%3AOPEN%20sort%3Atitle$/);
  await filter(page, { severity: 'CRITICAL' });
  await shows(page, ['Compass points south']);

  await filter(page, { status: '', severity: '' });
  await shows(page, ['Anchor does not hold', 'Bell rings twice', 'Compass points south', 'Deck is wet']);
  await filter(page, { text: 'starboard' });
  await shows(page, ['Compass points south']);
  await page.goto(page.url());
  await shows(page, ['Compass points south']);
  await expect(field(page, 'Search issues')).toHaveValue('starboard');

  await filter(page, { text: 'submarine' });
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await link(page, 'Clear search').click();
  await expect(titles(page)).toHaveCount(4);
});

test('an issue is found by its key', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await filter(page, { text: 'CORE-2' });
  await shows(page, ['Bell rings twice']);
});

test('each column orders the list, and the other way round', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  const head = page.getByRole('row').first();
  const by = (column: string) => head.getByRole('link', { name: column, exact: true }).click();
  const [anchor, bell, compass, deck] = SCENE.map((issue) => issue.title) as [string, string, string, string];

  await by('Title');
  await shows(page, [anchor, bell, compass, deck]);
  await by('Title');
  await shows(page, [deck, compass, bell, anchor]);
  await by('Severity');
  await shows(page, [compass, bell, deck, anchor]);
  await by('Severity');
  await shows(page, [anchor, deck, bell, compass]);
  await by('Key');
  await shows(page, [anchor, bell, compass, deck]);
  await by('Status');
  await expect(titles(page).last()).toHaveText(deck);
  await by('Updated');
  await expect(titles(page).first()).toHaveText(deck);
  await expect(page.getByRole('columnheader', { name: 'Updated' })).toHaveAttribute('aria-sort', 'descending');
});

test('sixty issues are two pages, there and back', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (let n = 1; n <= 60; n += 1) await api.createIssue({ title: `Issue number ${n}` });
  await open(page, '/main/issues');
  await expect(titles(page)).toHaveCount(50);
  await expect(titles(page).first()).toHaveText('Issue number 60');
  await expect(link(page, 'Previous page')).toHaveCount(0);

  await link(page, 'Next page').click();
  await expect(titles(page)).toHaveText(Array.from({ length: 10 }, (_, n) => `Issue number ${10 - n}`));
  await expect(link(page, 'Next page')).toHaveCount(0);

  // A row that comes in above does not shift the pages.
  await api.createIssue({ title: 'Issue number 61' });
  await link(page, 'Previous page').click();
  await expect(titles(page)).toHaveCount(50);
  await expect(row(page, 'Issue number 11')).toBeVisible();
});

test('pages keep the filter and the order', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (let n = 1; n <= 55; n += 1) await api.createIssue({ title: `Same title`, severity: n % 2 ? 'HIGH' : 'CRITICAL' });
  await api.createIssue({ title: 'Hidden by the filter', severity: 'LOW' });
  await open(page, `/main/issues?q=${encodeURIComponent('severity:HIGH,CRITICAL sort:title')}`);
  await expect(titles(page)).toHaveCount(50);
  const above = await page.locator('tbody .key').allTextContents();
  await link(page, 'Next page').click();
  await expect(titles(page)).toHaveCount(5);
  const below = await page.locator('tbody .key').allTextContents();
  expect(new Set([...above, ...below]).size).toBe(55);
  await expect(page).toHaveURL(/q=severity%3AHIGH,CRITICAL%20sort%3Atitle&after=/);
});

test('a row leads to its issue, and the sidebar back', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await link(page, 'Bell rings twice').click();
  await expect(page).toHaveURL(/\/main\/issues\/CORE-2$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bell rings twice');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Issues' }).click();
  await expect(titles(page)).toHaveCount(4);
});
