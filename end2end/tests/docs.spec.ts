// The documentation of the API where there are scripts: held to accessibility, and tried with a token.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../fixtures';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing in the guide, ${colorScheme}, ${width} pixels wide`, async ({ people }) => {
      // It is a page of thousands of lines.
      test.setTimeout(180_000);
      const { page } = await people.stranger({ colorScheme, viewport: { width, height: 900 } });
      await page.goto('/docs');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.target.join(' ')) }))).toEqual([]);
    });
  }
}

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
