// Every page, in both themes, wide and narrow: nothing that axe can find stands in anybody's way.
import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { DOORS, ROOMS, conflict, furnish } from '../fixtures/places';

async function check(page: Page, where: string): Promise<void> {
  // What is only passing by has no contrast of its own yet.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`) }));
  expect.soft(found, where).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing on any page, ${colorScheme}, ${width} pixels wide`, async ({ people }) => {
      test.setTimeout(300_000);
      const look = { colorScheme, reducedMotion: 'reduce', viewport: { width, height: 900 } } as const;
      const ana = await people.join('Ana Ribeiro', 'ADMIN', look);
      await furnish(ana);
      const stranger = await people.stranger(look);
      for (const place of DOORS) {
        await place.go(stranger.page);
        await check(stranger.page, place.name);
      }
      for (const place of ROOMS) {
        await place.go(ana.page);
        await check(ana.page, place.name);
      }
      await conflict(ana.page, ana);
      await check(ana.page, 'two versions');
      const omar = await people.join('Omar Haddad', 'REPORTER', look);
      const key = await omar.api.createIssue({ title: 'Of a reporter' });
      await omar.page.goto(`/main/issues/${key}`);
      await check(omar.page, 'issue of a reporter');
      if (width < 860) {
        await ana.page.goto('/main/issues');
        await ana.page.getByRole('button', { name: 'Menu' }).click();
        await check(ana.page, 'drawer');
      }
    });
  }
}
