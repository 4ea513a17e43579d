// The documentation of the API: readable by everybody, and tried where there are scripts.
import { expect, hasJs, link, test } from '../fixtures';

for (const width of [1440, 834, 390]) {
  test(`the guide can be read by everybody, ${width} pixels wide`, async ({ people }) => {
    const { page } = await people.stranger({ viewport: { width, height: 900 } });
    const answer = await page.goto('/docs');
    expect(answer?.status()).toBe(200);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('The API');
    await expect(page.getByRole('heading', { name: 'issues/create', exact: true })).toBeVisible();
    await link(page, 'Types').click();
    await expect(page.getByRole('heading', { name: 'Types', exact: true })).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test('a function is tried as whoever is signed in', async ({ people }) => {
  const { page, api } = await people.join('Ana Ribeiro', 'ADMIN');
  await api.createIssue({ title: 'Found by the viewer' });
  await page.goto('/docs/try');
  if (!hasJs()) {
    await link(page, 'The list of functions').click();
    await expect(page).toHaveURL(/\/docs#functions$/);
    return;
  }
  await page.getByRole('link', { name: 'issues', exact: true }).click();
  const list = page.locator('#operations-issues-issues_list');
  await list.getByRole('button', { name: /issues\/list/ }).first().click();
  await list.getByRole('button', { name: 'Try it out' }).click();
  await list.locator('textarea').first().fill('{ "org": "main" }');
  await list.getByRole('button', { name: 'Execute' }).click();
  await expect(list.locator('.live-responses-table')).toContainText('Found by the viewer');
});

