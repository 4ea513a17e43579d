// Every number, in the table twins of the charts.
import { expect, link, open, test, titles, twin } from '../fixtures';

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
