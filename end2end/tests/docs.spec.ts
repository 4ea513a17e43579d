// The viewer of the API with a token.
import { expect, test } from '../fixtures';

test('a token takes the place of the session', async ({ people }) => {
  const { page } = await people.stranger();
  await page.goto('/docs/try');
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.modal-ux');
  await dialog.locator('input').first().fill('trk_pat_not-a-token');
  await dialog.getByRole('button', { name: /apply/i }).first().click();
  await dialog.getByRole('button', { name: 'Close', exact: true }).first().click();
  await page.getByRole('link', { name: 'issues', exact: true }).click();
  const list = page.locator('#operations-issues-issues_list');
  await list.getByRole('button', { name: /issues\/list/ }).first().click();
  await list.getByRole('button', { name: 'Try it out' }).click();
  await list.getByRole('button', { name: 'Execute' }).click();
  await expect(list.locator('.live-responses-table')).toContainText('401');
});
