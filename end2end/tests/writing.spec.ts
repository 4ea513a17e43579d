// Forms with JavaScript: the page stays, and so does what was typed.
import { alive, announced, button, expect, field, open, refusal, test } from '../fixtures';

test('a preview is what will be shown', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await field(page, 'Description').fill('A **bold** claim <script>document.title = "hacked"</script>');
  await page.getByRole('tab', { name: 'Preview' }).click();
  await expect(page.getByRole('tab', { name: 'Preview' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.preview strong')).toHaveText('bold');
  await expect(page.locator('.preview script')).toHaveCount(0);
  await page.getByRole('tab', { name: 'Write' }).click();
  await expect(field(page, 'Description')).toHaveValue(/A \*\*bold\*\* claim/);
});

test('a refusal does not load the page, and moves the focus to the field', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await page.evaluate(() => document.body.setAttribute('data-same-page', ''));
  await button(page, 'Create issue').click();
  await expect(refusal(page, 'The title is missing')).toBeVisible();
  await expect(field(page, 'Title')).toBeFocused();
  await field(page, 'Title').fill('Has one now');
  await button(page, 'Create issue').click();
  await expect(announced(page, 'Issue created')).toBeVisible();
  await expect(page.locator('body[data-same-page]')).toBeAttached();
});

test('going back and forth in the history keeps the pages right', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (const title of ['One', 'Two']) await api.createIssue({ title });
  await open(page, '/main/issues');
  await page.getByRole('link', { name: 'One', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Issues');
  await page.getByRole('link', { name: 'Two', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two');
  await page.goBack();
  await page.goForward();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Two');
  await expect(page).toHaveTitle(/CORE-2 Two/);
});

test('a session that ended is said at the form, and nothing typed is lost', async ({ people }) => {
  const { page, context } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await alive(page);
  await field(page, 'Title').fill('Took too long');
  await context.clearCookies();
  await button(page, 'Create issue').click();
  await expect(refusal(page, 'Sign in')).toBeVisible();
  await expect(field(page, 'Title')).toHaveValue('Took too long');
});

test('a chosen theme stays', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER', { colorScheme: 'light' });
  await open(page, '/main/issues');
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.locator('summary', { hasText: 'Omar Haddad' }).click();
  await button(page, 'Dark').click();
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(dark).not.toBe(light);
  await open(page, '/main/insights');
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(dark);
});
