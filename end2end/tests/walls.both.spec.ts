// What one may not see does not exist.
import { button, expect, field, link, open, row, test, timeline, titles } from '../fixtures';

test('a reporter sees their own issues and no others', async ({ people }) => {
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const priya = await people.join('Priya Nair', 'REPORTER');
  await omar.api.createIssue({ title: 'Of Omar' });
  const hers = await priya.api.createIssue({ title: 'Of Priya' });

  await open(omar.page, '/main/issues');
  await expect(titles(omar.page)).toHaveText(['Of Omar']);
  await open(omar.page, '/main/issues?q=Priya');
  await expect(omar.page.getByText('Nothing matches')).toBeVisible();

  const refused = await open(omar.page, `/main/issues/${hers}`);
  const unknown = await open(omar.page, '/main/issues/CORE-999');
  expect([refused, unknown]).toEqual([404, 404]);
  await expect(omar.page.getByRole('heading', { level: 1, name: 'Not found' })).toBeVisible();
});

test('a reporter follows an issue without being able to move it', async ({ people }) => {
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await omar.api.createIssue({ title: 'Of Omar', severity: 'HIGH' });
  await mei.api.setStatus(key, 'TRIAGED');
  await mei.api.comment(key, 'We look at it.');

  await open(omar.page, `/main/issues/${key}`);
  for (const name of ['Status', 'Severity', 'Assignee', 'Tags']) await expect(field(omar.page, name)).toHaveCount(0);
  const properties = omar.page.getByRole('complementary', { name: 'Properties' });
  await expect(properties).toContainText('Triaged');
  await expect(properties).toContainText('High');
  await expect(timeline(omar.page).filter({ hasText: 'We look at it.' })).toBeVisible();
  await expect(button(omar.page, 'Edit')).toBeVisible();

  await mei.api.setStatus(key, 'DONE');
  await open(omar.page, `/main/issues/${key}`);
  await expect(button(omar.page, 'Edit')).toHaveCount(0);
  await expect(field(omar.page, 'Comment')).toBeVisible();
});

test('a role that changes counts on the very next page', async ({ people, tracker }) => {
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const priya = await people.join('Priya Nair', 'REPORTER');
  await priya.api.createIssue({ title: 'Of Priya' });
  await open(omar.page, '/main/issues');
  await expect(row(omar.page, 'Of Priya')).toHaveCount(0);
  await tracker.admin('role', omar.email, 'MAINTAINER');
  await open(omar.page, '/main/issues');
  await expect(row(omar.page, 'Of Priya')).toBeVisible();
  await tracker.admin('role', omar.email, 'REPORTER');
  await open(omar.page, '/main/issues');
  await expect(row(omar.page, 'Of Priya')).toHaveCount(0);
});

test('an address that leads nowhere says so and shows the way home', async ({ people }) => {
  const { page } = await people.join('Ana Ribeiro', 'ADMIN');
  for (const path of ['/nowhere/at/all/really', '/another-org/issues', '/main/issues/NOPE-1', '/main/issues/nonsense']) {
    expect(await open(page, path), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'Not found' })).toBeVisible();
  }
  await link(page, 'Go to the start page').click();
  await expect(page).toHaveURL(/\/main\b/);
  await expect(page.getByRole('heading', { level: 1, name: 'Issues' })).toBeVisible();
});
