// The search box while somebody writes: what it offers, first results, and answers that come in the wrong order.
import { type Page } from '@playwright/test';
import { expect, field, listOf, offers, open, refusal, row, test, titles } from '../fixtures';
import type { Api } from '../fixtures/api';
import { listening } from '../fixtures/live';

const [ANCHOR, BELL, COMPASS] = ['Anchor does not hold', 'Bell rings twice', 'Compass points south'] as const;

async function scene(api: Api): Promise<void> {
  for (const title of [ANCHOR, BELL, COMPASS]) await api.createIssue({ title });
}

const box = (page: Page) => field(page, 'Search issues');
const asked = (page: Page) => new URL(page.url()).searchParams.get('q') ?? '';
const steps = (page: Page) => page.evaluate(() => history.length);

async function shows(page: Page, expected: string[]): Promise<void> {
  await expect(titles(page)).toHaveText(expected);
}

/** Holds the answer for one query back until it is released. */
async function held(page: Page, query: string): Promise<{ asked: Promise<unknown>; release: () => Promise<void> }> {
  let let_go = () => {};
  const released = new Promise<void>((resolve) => {
    let_go = resolve;
  });
  const of = (data: string | null) => (JSON.parse(data ?? '{}') as { q?: string }).q === query;
  await page.route('**/api/v1/issues/list', async (route) => {
    if (of(route.request().postData())) await released;
    await route.continue();
  });
  const mine = (url: string, data: string | null) => url.endsWith('/api/v1/issues/list') && of(data);
  const answered = page.waitForResponse((answer) => mine(answer.url(), answer.request().postData()));
  return {
    asked: page.waitForRequest((request) => mine(request.url(), request.postData())),
    release: async () => {
      let_go();
      await (await answered).finished();
    },
  };
}

test('fields and words are completed by keyboard', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await api.setStatus('CORE-2', 'TRIAGED');
  await open(page, '/main/issues');
  await expect(box(page)).toHaveAttribute('role', 'combobox');
  await expect(box(page)).toHaveAttribute('aria-expanded', 'false');
  await box(page).pressSequentially('sta');
  await expect(box(page)).toHaveAttribute('aria-expanded', 'true');
  const status = offers(page).filter({ hasText: 'status:' });
  await expect(status).toHaveAttribute('aria-selected', 'false');
  await page.keyboard.press('ArrowDown');
  await expect(status).toHaveAttribute('aria-selected', 'true');
  await expect(box(page)).toHaveAttribute('aria-activedescendant', (await status.getAttribute('id')) ?? 'none');
  await page.keyboard.press('Enter');
  await expect(box(page)).toHaveValue('status:');
  await expect(box(page)).toBeFocused();

  await expect(offers(page)).toContainText(['OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE']);
  await page.keyboard.type('TR');
  await expect(offers(page)).toHaveCount(1);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Tab');
  await expect(box(page)).toHaveValue('status:TRIAGED ');
  await expect(box(page)).toBeFocused();
  await shows(page, [BELL]);
  await expect(box(page)).toHaveAttribute('aria-expanded', 'false');
});

test('Escape closes what is offered and keeps what was written', async ({ people }) => {
  const { page } = await people.join('Mei Tanaka', 'MAINTAINER');
  await open(page, '/main/issues');
  await box(page).pressSequentially('sev');
  await expect(offers(page).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(offers(page)).toHaveCount(0);
  await expect(box(page)).toHaveValue('sev');
  await page.keyboard.press('ArrowDown');
  await expect(offers(page).first()).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('heading', { level: 1 }).click();
  await expect(offers(page)).toHaveCount(0);
});

test('people and tags are completed by mouse', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  const mei = (await api.view('CORE-3')).people.find((person) => person.name === 'Mei Tanaka');
  await api.assign('CORE-3', mei?.id ?? 0);
  await api.setTags('CORE-3', 'regression');
  await api.setTags('CORE-2', 'regression');
  await open(page, '/main/issues');
  await box(page).click();
  await offers(page).filter({ hasText: 'tag:' }).click();
  await expect(box(page)).toHaveValue('tag:');
  await box(page).pressSequentially('reg');
  await offers(page).filter({ hasText: 'regression' }).click();
  await expect(box(page)).toHaveValue('tag:regression ');
  await expect(titles(page)).toHaveCount(2);
  await box(page).pressSequentially('assignee:me');
  await offers(page).filter({ hasText: 'Mei Tanaka' }).click();
  await expect(box(page)).toHaveValue(/^tag:regression assignee:\S.* $/);
  await shows(page, [COMPASS]);
});

test('first results come while one types, and Enter makes them a step', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  const before = await steps(page);
  await box(page).pressSequentially('compass');
  await shows(page, [COMPASS]);
  await expect.poll(() => asked(page)).toBe('compass');
  await expect(page.getByRole('status').filter({ hasText: /^1 issue$/ })).toBeAttached();
  await expect(box(page)).toBeFocused();
  expect(await steps(page)).toBe(before);

  await page.keyboard.press('Enter');
  await expect.poll(() => steps(page)).toBe(before + 1);
  expect(asked(page)).toBe('compass');
  await page.goBack();
  await expect(titles(page)).toHaveCount(3);
  expect(asked(page)).toBe('');
  await expect(box(page)).toHaveValue('');

  // The same once more: it is a step again.
  await box(page).pressSequentially('compass');
  await page.keyboard.press('Enter');
  await shows(page, [COMPASS]);
  await expect.poll(() => asked(page)).toBe('compass');
  await page.goBack();
  await expect(titles(page)).toHaveCount(3);
});

test('an older answer never overwrites a newer one', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  const slow = await held(page, 'anchor');
  await box(page).fill('anchor');
  await slow.asked;
  await box(page).fill('bell');
  await shows(page, [BELL]);
  await slow.release();
  await expect.poll(() => asked(page)).toBe('bell');
  await shows(page, [BELL]);
  await expect(box(page)).toHaveValue('bell');
  // A newer question of the same kind is still answered.
  await box(page).fill('compass');
  await shows(page, [COMPASS]);
});

test('an answer for a list that was left is not shown', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  const slow = await held(page, 'anchor');
  await box(page).fill('anchor');
  await slow.asked;
  await page.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
  await shows(page, [ANCHOR, BELL, COMPASS]);
  await slow.release();
  await expect.poll(() => asked(page)).toBe('sort:title');
  await shows(page, [ANCHOR, BELL, COMPASS]);
});

test('an older completion never overwrites a newer one', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await api.setTags('CORE-1', 'alpha');
  await api.setTags('CORE-2', 'beta');
  await open(page, '/main/issues');
  let let_go = () => {};
  const released = new Promise<void>((resolve) => {
    let_go = resolve;
  });
  const about = (data: string | null) => (JSON.parse(data ?? '{}') as { prefix?: string }).prefix;
  await page.route('**/api/v1/issues/complete', async (route) => {
    if (about(route.request().postData()) === 'a') await released;
    await route.continue();
  });
  const late = page.waitForResponse((answer) => answer.url().endsWith('/issues/complete') && about(answer.request().postData()) === 'a');
  const first = page.waitForRequest((request) => request.url().endsWith('/issues/complete'));
  await box(page).fill('tag:a');
  await first;
  await box(page).fill('tag:b');
  await expect(offers(page)).toHaveText([/beta/]);
  let_go();
  await (await late).finished();
  await expect(offers(page)).toHaveText([/beta/]);
});

test('what is not written to its end leaves the rows, and is named after a pause', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await box(page).fill('severity:HUG');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(titles(page)).toHaveCount(3);
  await expect(refusal(page, 'HUG')).toBeVisible();
  await expect(box(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(titles(page)).toHaveCount(3);
  expect(asked(page)).toBe('');

  await page.keyboard.press('Backspace');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await box(page).fill('severity:MEDIUM');
  await expect.poll(() => asked(page)).toBe('severity:MEDIUM');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('what one types is never changed under the cursor', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(api);
  await open(page, '/main/issues');
  await box(page).pressSequentially('bell  ');
  await expect.poll(() => asked(page)).toBe('bell');
  await shows(page, [BELL]);
  await expect(box(page)).toHaveValue('bell  ');
  await page.keyboard.press('Home');
  await page.keyboard.type('is:open ');
  await expect.poll(() => asked(page)).toContain('is:open');
  await expect(box(page)).toHaveValue('is:open bell  ');
  expect(await box(page).evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(8);
  await page.keyboard.press('Enter');
  await expect(box(page)).toHaveValue('is:open bell  ');
  await expect(field(page, 'Status')).toHaveValue('open');
});

test('a row leaves the list and comes back as its issue changes', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(mei.api);
  await open(ana.page, listOf('status:OPEN'));
  await listening(ana.page);
  await mei.api.setStatus('CORE-2', 'DONE');
  await expect(row(ana.page, BELL)).toHaveCount(0);
  await expect(titles(ana.page)).toHaveCount(2);
  await mei.api.setStatus('CORE-2', 'OPEN');
  await shows(ana.page, [BELL, COMPASS, ANCHOR]);
});

test('a row comes into its place where another order rules', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(mei.api);
  await open(ana.page, listOf('severity:MEDIUM sort:title'));
  await listening(ana.page);
  await mei.api.setSeverity('CORE-2', 'LOW');
  await shows(ana.page, [ANCHOR, COMPASS]);
  await mei.api.setSeverity('CORE-2', 'MEDIUM');
  await shows(ana.page, [ANCHOR, BELL, COMPASS]);
});

test('with words to look for the server is asked again', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  await scene(mei.api);
  await open(ana.page, listOf('bell'));
  await listening(ana.page);
  await shows(ana.page, [BELL]);
  await mei.api.edit('CORE-1', 'A bell too', '');
  await expect(titles(ana.page)).toHaveCount(2);
  await mei.api.edit('CORE-2', 'Horn blows twice', '');
  await shows(ana.page, ['A bell too']);
});
