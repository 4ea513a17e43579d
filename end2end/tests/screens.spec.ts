// Pictures of every page in both themes and three widths, from the running program. Three of them are the README's and
// go into docs/screens; the others into test-results/screens, to be looked at. Run with
//   npx playwright test --config end2end/playwright.config.ts --project=screens
import { type Page } from '@playwright/test';
import { PASSWORD, alive, expect, offers, test } from '../fixtures';
import { EXPORT_KEY, play } from '../fixtures/scene';
import { listening } from '../fixtures/live';

const README = new Map([
  ['list-light-1440', 'docs/screens/list.png'],
  ['issue-dark-1440', 'docs/screens/issue.png'],
  ['insights-light-1440', 'docs/screens/insights.png'],
]);
const WIDTHS: [width: number, height: number][] = [[1440, 900], [834, 1112], [390, 844]];

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  const root = `${__dirname}/../..`;
  const path = README.get(name) ?? `test-results/screens/${name}.png`;
  await page.screenshot({ path: `${root}/${path}`, animations: 'disabled', caret: 'hide' });
}

test('pictures of every page', async ({ people, tracker }) => {
  test.setTimeout(300_000);
  const ana = await play(people, tracker);
  const cookies = await ana.context.storageState();
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of WIDTHS) {
      const look = { colorScheme, viewport: { width, height } };
      const name = (page: string) => `${page}-${colorScheme}-${width}`;
      const inside = await people.stranger({ ...look, storageState: cookies });
      const rooms: [string, string][] = [
        ['list', '/main/issues'],
        ['empty', '/main/issues?q=submarine'],
        ['refused', '/main/issues?q=is%3Aopen%20stauts%3AOPEN'],
        ['new', '/main/issues/new'],
        ['issue', `/main/issues/${EXPORT_KEY.key}`],
        ['edit', `/main/issues/${EXPORT_KEY.key}?edit=1`],
        ['insights', '/main/insights'],
        ['lost', '/main/issues/CORE-999'],
      ];
      for (const [room, path] of rooms) {
        await inside.page.goto(path);
        if (['list', 'issue', 'insights'].includes(room)) await listening(inside.page);
        else await alive(inside.page);
        await picture(inside.page, name(room));
      }
      await inside.page.goto('/main/issues');
      await alive(inside.page);
      await inside.page.getByLabel('Search issues').pressSequentially('is:open s');
      await expect(offers(inside.page).first()).toBeVisible();
      await picture(inside.page, name('offers'));
      await inside.page.goto('/main/issues/new');
      await alive(inside.page);
      await inside.page.getByRole('button', { name: 'Create issue' }).click();
      await expect(inside.page.getByRole('alert')).toBeVisible();
      await picture(inside.page, name('new-refused'));
      if (width < 860) {
        await inside.page.goto('/main/issues');
        await alive(inside.page);
        await inside.page.getByRole('button', { name: 'Menu' }).click();
        await picture(inside.page, name('drawer'));
      }
      const outside = await people.stranger(look);
      await outside.page.goto('/signup');
      await alive(outside.page);
      await picture(outside.page, name('signup'));
      await outside.page.goto('/login');
      await alive(outside.page);
      await outside.page.getByLabel('Email').fill('ana@example.org');
      await outside.page.getByLabel('Password').fill(`not ${PASSWORD}`);
      await picture(outside.page, name('login'));
    }
  }
});
