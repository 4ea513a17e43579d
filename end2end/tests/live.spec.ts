// Two browsers: what one does the other sees, without loading anything anew.
import { expect, field, open, row, test, timeline, titles, twin } from '../fixtures';
import { arrives, listening } from '../fixtures/live';

test('a list shows new issues, and repaints the ones it has', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await mei.api.createIssue({ title: 'There before' });
  await open(ana.page, '/main/issues');
  await listening(ana.page);

  await arrives({
    what: 'a new issue in the list',
    page: ana.page,
    selector: 'tbody a',
    text: 'Reported just now',
    make: () => mei.api.createIssue({ title: 'Reported just now', severity: 'HIGH' }),
  });
  await expect(titles(ana.page)).toHaveText(['Reported just now', 'There before']);
  await expect(row(ana.page, 'Reported just now')).toContainText('High');

  for (const [status, label] of [['TRIAGED', 'Triaged'], ['IN_PROGRESS', 'In progress'], ['DONE', 'Done'], ['OPEN', 'Open'], ['DONE', 'Done']] as const) {
    await arrives({
      what: `a row that becomes ${status}`,
      page: ana.page,
      selector: 'tbody tr:last-child td.s',
      text: label,
      make: () => mei.api.setStatus(key, status),
    });
  }
  await mei.api.setSeverity(key, 'CRITICAL');
  await expect(row(ana.page, 'There before')).toContainText('Critical');
  await mei.api.comment(key, 'Hello');
  await expect(row(ana.page, 'There before')).toContainText('1 comment');
  await mei.api.setTags(key, 'ui');
  await expect(row(ana.page, 'There before')).toContainText('ui');
  await mei.api.edit(key, 'Called something else', '');
  await expect(titles(ana.page)).toHaveText(['Reported just now', 'Called something else']);
});

test('what comes in while somebody reads waits above', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  await mei.api.createIssue({ title: 'Being read' });
  await open(ana.page, '/main/issues');
  await listening(ana.page);
  await ana.page.getByRole('link', { name: 'Being read' }).focus();
  for (const title of ['First of two', 'Second of two']) await mei.api.createIssue({ title });
  const waiting = ana.page.getByRole('button', { name: '2 new issues above' });
  await expect(waiting).toBeVisible();
  await expect(titles(ana.page)).toHaveText(['Being read']);
  await waiting.click();
  await expect(titles(ana.page)).toHaveText(['Second of two', 'First of two', 'Being read']);
});

test('an issue page shows comments and moves as they happen', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const key = await omar.api.createIssue({ title: 'Followed by two' });
  for (const person of [ana, omar]) {
    await open(person.page, `/main/issues/${key}`);
    await listening(person.page);
  }

  await arrives({
    what: 'a comment',
    page: ana.page,
    selector: '.tl .md',
    text: 'I can show it to you.',
    make: () => omar.api.comment(key, 'I can **show** it to you.'),
  });
  await expect(timeline(ana.page).locator('strong')).toHaveText('show');

  await arrives({
    what: 'a status, at its reporter',
    page: omar.page,
    selector: '.props',
    text: 'Triaged',
    make: () => ana.api.setStatus(key, 'TRIAGED'),
  });
  await expect(field(ana.page, 'Status')).toHaveValue('TRIAGED');
  await expect(timeline(omar.page).filter({ hasText: 'moved it from' })).toBeVisible();

  await ana.api.edit(key, 'Called better', 'And *described*.');
  await expect(omar.page.getByRole('heading', { level: 1 })).toHaveText('Called better');
  await expect(omar.page.locator('article em')).toHaveText('described');
});

test('what is being typed survives what others do', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await ana.api.createIssue({ title: 'Busy' });
  await open(ana.page, `/main/issues/${key}`);
  await listening(ana.page);
  await field(ana.page, 'Comment').fill('Half a thought');
  await mei.api.comment(key, 'A whole thought');
  await mei.api.setStatus(key, 'TRIAGED');
  await expect(timeline(ana.page).filter({ hasText: 'A whole thought' })).toBeVisible();
  await expect(field(ana.page, 'Status')).toHaveValue('TRIAGED');
  await expect(field(ana.page, 'Comment')).toHaveValue('Half a thought');
});

test('the numbers follow within a second', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await mei.api.createIssue({ title: 'Counted', severity: 'HIGH' });
  await expect(async () => {
    await open(ana.page, '/main/insights');
    await expect(twin(ana.page, /^HIGH\b/).getByRole('cell')).toHaveText('1', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await listening(ana.page);

  const late = await arrives({
    what: 'a number on the insights page',
    page: ana.page,
    selector: '.twin tr',
    text: 'HIGH2',
    make: () => mei.api.createIssue({ title: 'Counted too', severity: 'HIGH' }),
  });
  expect(late).toBeLessThan(1_000);
  await mei.api.setStatus(key, 'DONE');
  await expect(twin(ana.page, /^HIGH\b/).getByRole('cell')).toHaveText('1');
  await expect(twin(ana.page, /^DONE\b/).getByRole('cell')).toHaveText('1');
  const today = new Date().toISOString().slice(0, 10);
  await expect(twin(ana.page, new RegExp(`^${today}`)).getByRole('cell')).toHaveText(['2', '1', '0']);
});

test('nobody hears of what they may not see', async ({ people }) => {
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const priya = await people.join('Priya Nair', 'REPORTER');
  const frames: string[] = [];
  omar.page.on('websocket', (socket) => socket.on('framereceived', (frame) => frames.push(String(frame.payload))));
  await open(omar.page, '/main/issues');
  await listening(omar.page);
  await priya.api.createIssue({ title: 'Of Priya' });
  await omar.api.createIssue({ title: 'Of Omar' });
  await expect(titles(omar.page)).toHaveText(['Of Omar']);
  expect(frames.join('\n')).toContain('Of Omar');
  expect(frames.join('\n')).not.toContain('Of Priya');
});
