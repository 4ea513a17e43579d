// What files can do with JavaScript alone: dropping, pasting, progress, cancelling, and open pages that hear of them.
import type { Page } from '@playwright/test';
import { button, createIssue, expect, field, open, refusal, test } from '../fixtures';
import { LOG } from '../fixtures/files';

/** Drops or pastes a file onto a part of the page. */
async function give(page: Page, kind: 'drop' | 'paste', onto: string, name: string, text: string): Promise<void> {
  await page.locator('html[data-files]').waitFor({ state: 'attached' });
  await page.locator(onto).evaluate(
    (element, [event, called, words]) => {
      const data = new DataTransfer();
      data.items.add(new File([words ?? ''], called ?? '', { type: 'text/plain' }));
      const made =
        event === 'drop'
          ? new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data })
          : new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data });
      element.dispatchEvent(made);
    },
    [kind, name, text],
  );
}

test('what is chosen on the page of an issue is there at once, for others too', async ({ people }) => {
  const max = await people.join('Max Weber', 'MAINTAINER');
  const omar = await people.join('Omar Haddad', 'REPORTER');
  const key = await createIssue(omar.page, { title: 'It breaks' });
  await open(max.page, `/main/issues/${key}`);
  await field(omar.page, 'Attach files').setInputFiles([LOG]);
  for (const { page } of [omar, max]) {
    await expect(page.getByRole('region', { name: 'Files' }).getByRole('link', { name: LOG.name })).toBeVisible();
  }
  await button(max.page, `Hide ${LOG.name}`).click();
  await expect(max.page.getByText('hidden', { exact: true })).toBeVisible();
  await expect(omar.page.getByRole('region', { name: 'Files' }).getByRole('link')).toHaveCount(0);
});

test('files are dropped and pasted into a comment, and one is taken out again', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await createIssue(page, { title: 'It breaks' });
  await give(page, 'drop', '#f-body', 'dropped.txt', 'dropped');
  await give(page, 'paste', '#f-body', 'pasted.txt', 'pasted');
  await expect(page.getByText('uploaded')).toHaveCount(2);
  await button(page, 'Remove dropped.txt').click();
  await field(page, 'Comment').fill('Look');
  await button(page, 'Add comment').click();
  await expect(page.getByRole('list', { name: 'Its files' }).getByRole('link')).toHaveText(['pasted.txt']);
});

test('an upload is cancelled, and one that failed says why', async ({ people, console }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues/new');
  await page.locator('html[data-files]').waitFor({ state: 'attached' });
  await page.route('**/api/v1/files/upload', () => {
    // Never answered.
  });
  await field(page, 'Attach files').setInputFiles([LOG]);
  await expect(page.getByRole('progressbar', { name: `Upload of ${LOG.name}` })).toBeVisible();
  await button(page, `Cancel the upload of ${LOG.name}`).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await page.unroute('**/api/v1/files/upload');

  console.allow(/422/);
  await field(page, 'Attach files').setInputFiles([{ name: 'a.bin', mimeType: 'text/plain', buffer: Buffer.from([0, 1, 2]) }]);
  await expect(refusal(page, 'a.bin: Files of this kind cannot be attached')).toBeVisible();
  await button(page, 'Dismiss a.bin').click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a drawing with a script in it runs nothing, wherever it is opened', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await createIssue(page, { title: 'It breaks' });
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.name = "ran"</script></svg>';
  await field(page, 'Attach files').setInputFiles([
    { name: '<img src=x onerror=window.name="ran">.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(drawing) },
  ]);
  const file = page.getByRole('region', { name: 'Files' }).getByRole('link');
  await expect(file).toBeVisible();
  const path = (await file.getAttribute('href')) ?? '';
  const downloading = page.waitForEvent('download');
  await page.evaluate((to) => window.location.assign(to), path);
  expect(await (await downloading).failure()).toBeNull();
  expect(await page.evaluate(() => window.name)).toBe('');
});
