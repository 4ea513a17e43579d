// The query language in the list: the text is the list, and its canonical form is the URL.
import { type Page } from '@playwright/test';
import { button, expect, field, filter, hasJs, link, listOf, open, refusal, test, titles } from '../fixtures';
import type { Api } from '../fixtures/api';

const [ANCHOR, BELL, COMPASS] = ['Anchor does not hold', 'Bell rings twice', 'Compass points south'] as const;

/** Three issues: OPEN and LOW, TRIAGED and HIGH with a tag, DONE and CRITICAL. */
async function scene(api: Api): Promise<void> {
  await api.createIssue({ title: ANCHOR, severity: 'LOW' });
  const bell = await api.createIssue({ title: BELL, severity: 'HIGH' });
  await api.setStatus(bell, 'TRIAGED');
  await api.setTags(bell, 'ui');
  await api.setStatus(await api.createIssue({ title: COMPASS, severity: 'CRITICAL' }), 'DONE');
}

async function shows(page: Page, expected: string[]): Promise<void> {
  await expect(titles(page)).toHaveText(expected);
}

/** The query in the URL. */
async function says(page: Page, query: string): Promise<void> {
  await expect.poll(() => new URL(page.url()).searchParams.get('q') ?? '').toBe(query);
}

test('a line of text is the list, and its canonical form the URL', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await filter(page, { text: ' severity:>=HIGH   sort:title' });
  await shows(page, [BELL, COMPASS]);
  await says(page, 'severity:>=HIGH sort:title');
  await expect(field(page, 'Severity')).toHaveValue('>=HIGH');
  await expect(field(page, 'Sort')).toHaveValue('title');

  for (const [query, expected] of [
    ['is:open sort:title', [ANCHOR, BELL]],
    ['-is:open', [COMPASS]],
    ['tag:ui or severity:CRITICAL sort:-title', [COMPASS, BELL]],
    ['-tag:ui sort:title', [ANCHOR, COMPASS]],
    ['"rings twice"', [BELL]],
    ['reporter:@me created:>=2020-01-01 -severity:LOW sort:title', [BELL, COMPASS]],
    ['key:CORE-1,CORE-3 sort:key', [ANCHOR, COMPASS]],
  ] as const) {
    expect(await open(page, listOf(query)), query).toBe(200);
    await shows(page, [...expected]);
    await expect(field(page, 'Search issues')).toHaveValue(query);
  }
});

test('the menus change their part of the text and nothing else', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, listOf('-tag:wontfix sort:title'));
  await filter(page, { status: 'open' });
  await shows(page, [ANCHOR, BELL]);
  await says(page, '-tag:wontfix is:open sort:title');
  await expect(field(page, 'Search issues')).toHaveValue('-tag:wontfix is:open sort:title');
  await filter(page, { status: 'DONE' });
  await shows(page, [COMPASS]);
  await says(page, '-tag:wontfix status:DONE sort:title');
  await filter(page, { status: '', severity: '>=HIGH' });
  await shows(page, [BELL, COMPASS]);
  await says(page, '-tag:wontfix severity:>=HIGH sort:title');
});

test('what was written wins over menus that still show what was before', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, listOf('status:OPEN'));
  await filter(page, { text: 'status:DONE' });
  await shows(page, [COMPASS]);
  await says(page, 'status:DONE');
  await expect(field(page, 'Status')).toHaveValue('DONE');
});

test('a link from before the query language leads to its list', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues?q=twice&status=OPEN,TRIAGED&severity=HIGH&sort=title');
  await expect(page).toHaveURL(/\/main\/issues\?q=[^&]*$/);
  await says(page, 'twice status:OPEN,TRIAGED severity:HIGH sort:title');
  await shows(page, [BELL]);
});

test('what cannot be read is kept, named, and put right', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await filter(page, { text: 'severity:HIGH stauts:TRIAGED' });
  const alert = refusal(page, 'stauts');
  await expect(alert).toBeVisible();
  await expect(alert.locator('mark')).toHaveText(/stauts/);
  await expect(field(page, 'Search issues')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Search issues')).toHaveValue('severity:HIGH stauts:TRIAGED');
  // With JavaScript the rows stay what they were.
  await expect(titles(page)).toHaveCount(hasJs() ? 3 : 0);

  await button(page, 'Use “status” instead').click();
  await shows(page, [BELL]);
  await says(page, 'severity:HIGH status:TRIAGED');
  await expect(field(page, 'Search issues')).toHaveValue('severity:HIGH status:TRIAGED');
  await expect(refusal(page, 'stauts')).toHaveCount(0);
  await expect(field(page, 'Search issues')).not.toHaveAttribute('aria-invalid');
});

test('a link to what cannot be read is refused at the field', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  expect(await open(page, listOf('severity:HUGE'))).toBe(422);
  await expect(refusal(page, 'HUGE')).toBeVisible();
  await expect(field(page, 'Search issues')).toHaveValue('severity:HUGE');
  await expect(page.getByText('This search cannot be read')).toBeVisible();
  await link(page, 'Clear search').click();
  await expect(titles(page)).toHaveCount(3);
  await expect(field(page, 'Search issues')).toHaveValue('');
});

test('nothing found says what was looked for, and helps', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, listOf('submarine is:open'));
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await expect(page.getByRole('main').locator('code').filter({ hasText: 'submarine is:open' })).toBeVisible();
  const help = page.getByRole('region', { name: 'How to search' });
  await expect(help).toBeHidden();
  await button(page, 'How to search').last().click();
  await expect(help).toBeVisible();
  await expect(help).toContainText('assignee:@me');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await link(page, 'Clear search').click();
  await expect(titles(page)).toHaveCount(3);
});

test('another query begins at its first page', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (let n = 1; n <= 52; n += 1) await api.createIssue({ title: `Issue number ${n}` });
  await open(page, listOf('is:open'));
  await link(page, 'Next page').click();
  await expect(titles(page)).toHaveCount(2);
  await expect(page).toHaveURL(/[?&]after=/);
  await filter(page, { severity: 'MEDIUM' });
  await expect(titles(page)).toHaveCount(50);
  await says(page, 'is:open severity:MEDIUM');
  await expect(page).not.toHaveURL(/[?&]after=/);
});

test('back and forward go through the searches', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await expect(titles(page)).toHaveCount(3);
  await filter(page, { text: 'severity:LOW' });
  await shows(page, [ANCHOR]);
  await filter(page, { text: 'severity:HIGH' });
  await shows(page, [BELL]);
  for (const [go, query, expected] of [
    ['goBack', 'severity:LOW', 1],
    ['goBack', '', 3],
    ['goForward', 'severity:LOW', 1],
    ['goForward', 'severity:HIGH', 1],
  ] as const) {
    await page[go]();
    await says(page, query);
    await expect(titles(page)).toHaveCount(expected);
    if (hasJs()) await expect(field(page, 'Search issues')).toHaveValue(query);
  }
  await shows(page, [BELL]);
});

test('a project of the sidebar and a number of the insights are queries', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^CORE/ }).click();
  await says(page, 'project:CORE');
  await expect(titles(page)).toHaveCount(3);
});
