// Reporting an issue.
import { announced, button, createIssue, expect, field, hasJs, link, open, refusal, row, test } from '../fixtures';

test('an issue is filed, announced, and stands in the list', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues');
  await link(page, 'New issue').click();
  await field(page, 'Title').fill('Export loses the last page');
  await field(page, 'Description').fill('The CSV has **one page too few**.');
  await field(page, 'Severity').selectOption('HIGH');
  await button(page, 'Create issue').click();

  await expect(announced(page, 'Issue created')).toBeVisible();
  await expect(page).toHaveURL(/\/main\/issues\/CORE-1\b/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Export loses the last page');
  await expect(page.locator('strong', { hasText: 'one page too few' })).toBeVisible();

  await open(page, '/main/issues');
  const filed = row(page, 'Export loses the last page');
  await expect(filed).toContainText('CORE-1');
  await expect(filed).toContainText('Open');
  await expect(filed).toContainText('High');
});

test('a refused issue keeps all that was typed and says what to change at the field', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await field(page, 'Title').fill('   ');
  await field(page, 'Description').fill('Half an hour of <careful> typing & more');
  await field(page, 'Severity').selectOption('CRITICAL');
  await button(page, 'Create issue').click();

  await expect(refusal(page, 'The title is missing')).toBeVisible();
  await expect(field(page, 'Title')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Description')).toHaveValue('Half an hour of <careful> typing & more');
  await expect(field(page, 'Severity')).toHaveValue('CRITICAL');

  await field(page, 'Title').fill('Now with a title');
  await button(page, 'Create issue').click();
  await expect(announced(page, 'Issue created')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Now with a title');
});

test('a title that is too long is refused with the limit and its length', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await field(page, 'Title').fill('x'.repeat(201));
  await button(page, 'Create issue').click();
  await expect(refusal(page, 'has 201 characters; at most 200')).toBeVisible();
  await expect(field(page, 'Title')).toHaveValue('x'.repeat(201));
  expect(await api.list()).toEqual([]);
});

test('clicking twice files one issue', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await field(page, 'Title').fill('Filed with a nervous finger');
  await button(page, 'Create issue').dblclick();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Filed with a nervous finger');
  expect(await api.list()).toHaveLength(1);
});

test('the next issue after one is another one', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  expect(await createIssue(page, { title: 'Same words' })).toBe('CORE-1');
  expect(await createIssue(page, { title: 'Same words' })).toBe('CORE-2');
  expect(await api.list()).toHaveLength(2);
});

test('a title is a text and never markup', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  const title = `<img src=x onerror="alert(1)"> & "quotes" 'n' </title><script>alert(1)</script>`;
  const key = await createIssue(page, { title });
  for (const path of ['/main/issues', `/main/issues/${key}`]) {
    await open(page, path);
    await expect(page.locator('img')).toHaveCount(0);
    // As the server sent it: nothing of the title is an element of the page.
    const sent = await (await page.request.get(path)).text();
    expect(sent, path).not.toMatch(/<img|<script>alert/);
  }
  await open(page, `/main/issues/${key}?edit=1`);
  await expect(field(page, 'Title')).toHaveValue(title);
  await expect(page.locator('img')).toHaveCount(0);
  await open(page, '/main/issues');
  await expect(row(page, title)).toBeVisible();
});
