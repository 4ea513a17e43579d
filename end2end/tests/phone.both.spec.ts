// 390 pixels wide.
import { button, expect, field, link, open, test } from '../fixtures';
import { DOORS, ROOMS, conflict, furnish } from '../fixtures/places';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test('no page scrolls sideways', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await furnish(ana);
  const stranger = await people.stranger();
  const places = [...DOORS.map((place) => ({ place, page: stranger.page })), ...ROOMS.map((place) => ({ place, page: ana.page }))];
  const two = { place: { name: 'two versions', go: (page: typeof ana.page) => conflict(page, ana) }, page: ana.page };
  for (const { place, page } of [...places, two]) {
    await place.go(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(wide, place.name).toBeLessThanOrEqual(390);
  }
});

test('the sidebar is a drawer that opens and closes', async ({ people }) => {
  const { page } = await people.join('Ana Ribeiro', 'ADMIN');
  await open(page, '/main/issues');
  const drawer = page.getByRole('navigation', { name: 'Main' });
  await expect(drawer).toBeHidden();
  await button(page, 'Menu').click();
  await expect(drawer).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await button(page, 'Menu').click();
  await expect(drawer).toBeVisible();
  await page.mouse.click(380, 400);
  await expect(drawer).toBeHidden();

  await button(page, 'Menu').click();
  await drawer.getByRole('link', { name: 'Insights' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Insights');
  await expect(drawer).toBeHidden();
});

test('an issue is filed and found with a thumb', async ({ people }) => {
  const { page } = await people.join('Omar Haddad', 'REPORTER');
  await open(page, '/main/issues');
  await link(page, 'New issue').tap();
  await field(page, 'Title').fill('Written on the train');
  await button(page, 'Create issue').tap();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Written on the train');
  await open(page, '/main/issues');
  await link(page, 'Written on the train').tap();
  await expect(page).toHaveURL(/CORE-1/);
});

test('what is tapped is large enough', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await furnish(ana);
  for (const place of ROOMS) {
    await place.go(ana.page);
    const small = await ana.page.evaluate(() =>
      [...document.querySelectorAll('main :is(button, select, input:not([type=hidden], [type=checkbox]), .btn)')]
        .filter((element) => element.checkVisibility())
        .map((element) => ({ what: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? element.tagName, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.height > 0 && box.height < 40)
        .map(({ what, box }) => `${what}: ${Math.round(box.height)} px`),
    );
    expect.soft(small, place.name).toEqual([]);
  }
});
