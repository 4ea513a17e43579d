// Every number, in the table twins of the charts.
import { button, expect, field, hasJs, link, open, refusal, sending, test, titles, twin } from '../fixtures';

const today = (): string => new Date().toISOString().slice(0, 10);

test('the numbers are what was done', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const keys: string[] = [];
  for (const severity of ['HIGH', 'HIGH', 'CRITICAL', 'LOW']) keys.push(await api.createIssue({ title: `A ${severity} one`, severity }));
  const [done, again, moving] = keys as [string, string, string];
  await api.setStatus(done, 'DONE');
  await api.setStatus(again, 'DONE');
  await api.setStatus(again, 'OPEN');
  await api.setStatus(moving, 'IN_PROGRESS');
  await api.setSeverity(moving, 'MEDIUM');

  const rows: [RegExp, string[]][] = [
    [/^CRITICAL\b/, ['0']],
    [/^HIGH\b/, ['1']],
    [/^MEDIUM\b/, ['1']],
    [/^LOW\b/, ['1']],
    [/^OPEN\b/, ['2']],
    [/^TRIAGED\b/, ['0']],
    [/^IN_PROGRESS\b/, ['1']],
    [/^DONE\b/, ['1']],
    [new RegExp(`^${today()}\\b`), ['4', '2', '1']],
  ];
  // The statistics are a reader of the log, which may be a moment behind it.
  await expect(async () => {
    await open(page, '/main/insights');
    for (const [word, numbers] of rows) {
      await expect(twin(page, word).getByRole('cell'), String(word)).toHaveText(numbers, { timeout: 500 });
    }
  }).toPass({ timeout: 10_000 });
});

test('a number leads to the list that it counts', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (const title of ['One', 'Two', 'Three']) await api.createIssue({ title, severity: 'HIGH' });
  await api.setStatus('CORE-3', 'DONE');
  await expect(async () => {
    await open(page, '/main/insights');
    await expect(twin(page, /^HIGH\b/).getByRole('link')).toHaveText('2', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await twin(page, /^HIGH\b/).getByRole('link').click();
  await expect(titles(page)).toHaveText(['Two', 'One']);
});

test('thirty days stand in the table, those without events as zeros', async ({ people }) => {
  const { page } = await people.join('Mei Tanaka', 'MAINTAINER');
  await open(page, '/main/insights');
  const days = twin(page, /^\d{4}-\d{2}-\d{2}\b/);
  await expect(days).toHaveCount(30);
  await expect(days.first()).toContainText(today());
  await expect(days.last().getByRole('cell')).toHaveText(['0', '0', '0']);
});

test('a reporter counts their own issues only', async ({ people }) => {
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const priya = await people.join('Priya Nair', 'REPORTER');
  await omar.api.createIssue({ title: 'Of Omar', severity: 'HIGH' });
  for (const title of ['Of Priya', 'Of Priya too']) await priya.api.createIssue({ title, severity: 'HIGH' });
  await expect(async () => {
    await open(priya.page, '/main/insights');
    await expect(twin(priya.page, /^HIGH\b/).getByRole('cell')).toHaveText('2', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await open(omar.page, '/main/insights');
  await expect(twin(omar.page, /^HIGH\b/).getByRole('cell')).toHaveText('1');
  await link(omar.page, 'Issues').first().click();
  await expect(titles(omar.page)).toHaveText(['Of Omar']);
});

test('a count of events leads to what happened, and there is as much of it', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const keys: string[] = [];
  for (const title of ['One', 'Two', 'Three']) keys.push(await api.createIssue({ title, severity: 'HIGH' }));
  await api.setStatus(keys[0]!, 'DONE');
  await expect(async () => {
    await open(page, '/main/insights');
    await expect(twin(page, new RegExp(`^${today()}\\b`)).getByRole('link')).toHaveText(['3', '1', '0'], { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await twin(page, new RegExp(`^${today()}\\b`)).getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Behind the number');
  const rows = page.getByRole('table', { name: 'Rows behind the number' }).locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(page.getByText('3 rows')).toBeVisible();
  await rows.filter({ hasText: 'Two' }).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two');
});

test('the numbers are narrowed down, and what they cannot be narrowed by is said at the field', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (const severity of ['HIGH', 'LOW']) await api.createIssue({ title: `A ${severity} one`, severity });
  await expect(async () => {
    await open(page, '/main/insights');
    await expect(twin(page, /^OPEN\b/).getByRole('cell')).toHaveText('2', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await field(page, 'Which issues').fill('severity:HIGH');
  await field(page, 'Which issues').press('Enter');
  await expect(twin(page, /^OPEN\b/).getByRole('cell')).toHaveText('1');
  await twin(page, /^OPEN\b/).getByRole('link').click();
  await expect(titles(page)).toHaveText(['A HIGH one']);
  await open(page, '/main/insights?q=checkout');
  await expect(page.getByRole('alert')).toContainText('not by words');
  await expect(field(page, 'Which issues')).toHaveValue('checkout');
  await expect(field(page, 'Which issues')).toHaveAttribute('aria-invalid', 'true');
});

test('a link to the numbers shows the same ones later', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await api.createIssue({ title: 'One', severity: 'HIGH' });
  await expect(async () => {
    await open(page, '/main/insights');
    await expect(twin(page, /^HIGH\b/).getByRole('cell')).toHaveText('1', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await link(page, 'Link to these numbers').click();
  await expect(page.getByText('These are the numbers of one moment')).toBeVisible();
  await api.createIssue({ title: 'Two', severity: 'HIGH' });
  const ana = await people.join('Ana Ribeiro', 'MAINTAINER');
  await expect(async () => {
    await open(ana.page, '/main/insights');
    await expect(twin(ana.page, /^HIGH\b/).getByRole('cell')).toHaveText('2', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await page.reload();
  await expect(twin(page, /^HIGH\b/).getByRole('cell')).toHaveText('1');
  await link(page, 'Show the present ones').click();
  await expect(twin(page, /^HIGH\b/).getByRole('cell')).toHaveText('2');
});

test('each chart is drawn, with scripts or without, and can be taken along', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await api.createIssue({ title: 'One', severity: 'HIGH' });
  await open(page, '/main/insights');
  const drawings = page.locator('.drawing');
  await expect(drawings).toHaveCount(11);
  if (hasJs()) {
    for (const drawing of await drawings.all()) await expect(drawing.locator('canvas').first()).toBeAttached();
  } else {
    for (const picture of await page.locator('.drawing picture.light img').all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0), { timeout: 20_000 }).toBe(true);
    }
  }
  const of = (kind: string) => page.locator('section', { has: page.locator('#flow') }).getByRole('link', { name: kind });
  const csv = await page.request.get((await of('CSV').getAttribute('href'))!);
  expect(csv.headers()['content-type']).toContain('text/csv');
  expect(await csv.text()).toContain(',Opened,Closed,Reopened,Balance');
  const svg = await page.request.get((await of('SVG').getAttribute('href'))!);
  expect(svg.headers()['content-type']).toBe('image/svg+xml');
  expect(await svg.text()).toMatch(/^<svg [^>]*role="img"/);
  expect(await svg.text()).not.toMatch(/style=|<script|href=/);
});

test('everybody chooses whose days the charts are of', async ({ people }) => {
  const { page } = await people.join('Mei Tanaka', 'MAINTAINER');
  await open(page, '/main/insights');
  await expect(page.getByText('days of UTC')).toBeVisible();
  await open(page, '/main/settings/profile');
  await field(page, 'Time zone').fill('Mars/Olympus');
  await button(page, 'Save time zone').click();
  await expect(refusal(page, 'is no time zone')).toBeVisible();
  await expect(field(page, 'Time zone')).toHaveValue('Mars/Olympus');
  await field(page, 'Time zone').fill('Asia/Kathmandu');
  await sending(page, 'accounts/set_zone', () => button(page, 'Save time zone').click());
  await open(page, '/main/insights');
  await expect(page.getByText('days of Asia/Kathmandu')).toBeVisible();
});
