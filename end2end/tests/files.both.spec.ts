// Files with an issue, with and without JavaScript.
import { announced, button, comment, createIssue, expect, field, hasJs, link, open, refusal, test } from '../fixtures';
import { LOG, PHOTO } from '../fixtures/files';

test('an issue is filed with a picture and a log, and both are given out as what they are', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await field(page, 'Title').fill('The export is cut');
  await field(page, 'Attach files').setInputFiles([PHOTO, LOG]);
  if (hasJs()) await expect(page.getByRole('list', { name: 'Uploads' }).getByText('uploaded')).toHaveCount(2);
  await button(page, 'Create issue').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The export is cut');

  const files = page.getByRole('region', { name: 'Files' });
  await expect(files.getByRole('listitem')).toHaveCount(2);
  const picture = files.getByRole('listitem').filter({ hasText: PHOTO.name }).locator('img');
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  const path = await files.getByRole('link', { name: LOG.name }).getAttribute('href');
  const answer = await page.request.get(path ?? '');
  expect(answer.headers()['content-type']).toBe('text/plain; charset=utf-8');
  expect(answer.headers()['content-disposition']).toContain('attachment');
  expect(await answer.text()).toBe(LOG.buffer.toString());
});

test('a file that is not allowed is refused at its field, and the rest of the form stays', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await field(page, 'Title').fill('With a program');
  const program = { name: 'setup.png', mimeType: 'image/png', buffer: Buffer.from('MZ\x90\x00\x03\x00\x00\x00', 'latin1') };
  await field(page, 'Attach files').setInputFiles([program]);
  if (!hasJs()) await button(page, 'Create issue').click();
  await expect(refusal(page, 'Files of this kind cannot be attached')).toBeVisible();
  await expect(field(page, 'Title')).toHaveValue('With a program');
});

test('a comment takes files along, and one takes a file back', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await createIssue(page, { title: 'It breaks' });
  await field(page, 'Files that go along').setInputFiles([LOG]);
  if (hasJs()) await expect(page.getByText('uploaded')).toBeVisible();
  await comment(page, 'Look at line 3');
  const said = page.getByRole('region', { name: 'Comments and history' }).getByRole('list', { name: 'Its files' });
  await expect(said.getByRole('link', { name: LOG.name })).toBeVisible();
  await button(page, `Remove ${LOG.name}`).click();
  await expect(announced(page, 'File removed').first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Files' }).getByRole('link', { name: LOG.name })).toHaveCount(0);
});

test('the issues that have a file are found', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await createIssue(page, { title: 'Without' });
  await open(page, '/main/issues/new');
  await field(page, 'Title').fill('With');
  await field(page, 'Attach files').setInputFiles([LOG]);
  if (hasJs()) await expect(page.getByText('uploaded')).toBeVisible();
  await button(page, 'Create issue').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('With');
  await open(page, `/main/issues?q=${encodeURIComponent('has:attachment')}`);
  await expect(link(page, 'With')).toBeVisible();
  await expect(link(page, 'Without')).toHaveCount(0);
});
