// Everything without a mouse, and the focus always in sight.
import { type Locator, type Page } from '@playwright/test';
import { button, expect, field, link, open, test } from '../fixtures';
import { ROOMS, furnish } from '../fixtures/places';

/** Numbers everything that can be reached by Tab; gives how much that is. */
function numberStops(page: Page): Promise<number> {
  return page.evaluate(() => {
    const focusable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
    const stops = [...document.querySelectorAll<HTMLElement>(focusable)].filter(
      (element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled'),
    );
    stops.forEach((element, n) => element.setAttribute('data-stop', `${n} ${element.tagName} ${element.textContent?.trim().slice(0, 30)}`));
    return stops.length;
  });
}

/** What has the focus, and whether one sees that. */
function focus(page: Page): Promise<{ stop: string | null; visible: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const marked = (part: Element | null | undefined) => {
      if (!part) return false;
      const style = getComputedStyle(part);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    };
    return { stop: element.getAttribute('data-stop'), visible: marked(element) || marked(element.parentElement) };
  });
}

async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let n = 0; n < 80; n += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error('Tab does not get there');
}

async function walk(page: Page, where: string): Promise<void> {
  const count = await numberStops(page);
  const reached: string[] = [];
  const unseen: string[] = [];
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let n = 0; n < count + 12 && reached.length < count; n += 1) {
    await page.keyboard.press('Tab');
    const { stop, visible } = await focus(page);
    if (stop && !reached.includes(stop)) {
      reached.push(stop);
      if (!visible) unseen.push(stop);
    }
  }
  const all = await page.locator('[data-stop]').evaluateAll((elements) => elements.map((element) => element.getAttribute('data-stop')));
  expect.soft(all.filter((stop) => !reached.includes(stop ?? '')), `${where}: not reached`).toEqual([]);
  expect.soft(unseen, `${where}: the focus cannot be seen`).toEqual([]);
}

test('the sign-in page is walked in reading order', async ({ people }) => {
  await people.join('Ana Ribeiro', 'ADMIN');
  const { page } = await people.stranger();
  await open(page, '/login');
  for (const stop of [field(page, 'Email'), field(page, 'Password'), button(page, 'Sign in'), link(page, 'Forgot your password?'), link(page, 'Create one')]) {
    await page.keyboard.press('Tab');
    await expect(stop).toBeFocused();
  }
  await walk(page, 'sign-in');
});

test('Tab reaches everything on every page, and the focus is seen', async ({ people }) => {
  // The insights have a link for each number.
  test.setTimeout(300_000);
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await furnish(ana);
  for (const place of ROOMS) {
    await place.go(ana.page);
    await walk(ana.page, place.name);
  }
});

test('the first Tab offers to skip to the content', async ({ people }) => {
  const { page } = await people.join('Ana Ribeiro', 'ADMIN');
  for (const path of ['/main/issues', '/main/insights']) {
    await open(page, path);
    await page.keyboard.press('Tab');
    const skip = link(page, 'Skip to content');
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press('Enter');
    await expect(page.locator('main')).toBeFocused();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement))).toBe(true);
  }
});

test('an issue is filed, moved and talked about by keyboard alone', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await open(page, '/main/issues');
  await tabTo(page, link(page, 'New issue'));
  await page.keyboard.press('Enter');
  await expect(field(page, 'Title')).toBeVisible();
  if (!(await field(page, 'Title').evaluate((element) => element === document.activeElement))) await tabTo(page, field(page, 'Title'));
  await page.keyboard.type('Typed without a mouse');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Typed without a mouse');

  await tabTo(page, field(page, 'Comment'));
  await page.keyboard.type('And commented');
  await tabTo(page, button(page, 'Add comment'));
  await page.keyboard.press('Enter');
  await expect(page.getByText('And commented').last()).toBeVisible();

  await tabTo(page, field(page, 'Status'));
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await api.view('CORE-1')).head.row.status).toBe('TRIAGED');
});

test('the tabs of a text are one stop, and the arrows go from one to the other', async ({ people }) => {
  const { page } = await people.join('Mei Tanaka', 'MAINTAINER');
  await open(page, '/main/issues/new');
  await field(page, 'Description').fill('Some **strong** words');
  const [write, preview] = [page.getByRole('tab', { name: 'Write' }), page.getByRole('tab', { name: 'Preview' })];
  await tabTo(page, write);
  await page.keyboard.press('ArrowRight');
  await expect(preview).toBeFocused();
  await expect(preview).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.preview strong')).toHaveText('strong');
  await expect(write).toHaveAttribute('tabindex', '-1');
  await page.keyboard.press('ArrowRight');
  await expect(write).toBeFocused();
  await expect(field(page, 'Description')).toBeVisible();
  await page.keyboard.press('End');
  await expect(preview).toBeFocused();
  await page.keyboard.press('Home');
  await expect(write).toBeFocused();
});

test('after going to another page the focus is in it', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await api.createIssue({ title: 'Opened by Enter' });
  await open(page, '/main/issues');
  await tabTo(page, link(page, 'Opened by Enter'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Opened by Enter');
  await expect.poll(() => page.evaluate(() => document.querySelector('main')?.contains(document.activeElement))).toBe(true);
});

test('nothing moves for those who do not want it', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER', { reducedMotion: 'reduce' });
  const key = await api.createIssue({ title: 'Stands still' });
  await open(page, '/main/issues');
  await api.setStatus(key, 'DONE');
  await expect(page.locator('tbody')).toContainText('Done');
  const moving = () =>
    page.evaluate(() => {
      const longest = (times: string) => Math.max(...times.split(',').map((time) => parseFloat(time) * (time.includes('ms') ? 1 : 1000)));
      return [...document.querySelectorAll('body *')]
        .filter((element) => {
          const style = getComputedStyle(element);
          const animated = style.animationName !== 'none' && longest(style.animationDuration) > 10;
          return animated || longest(style.transitionDuration) > 10;
        })
        .map((element) => `${element.tagName}.${element.className}`);
    });
  expect(await moving()).toEqual([]);
  await open(page, '/main/insights');
  expect(await moving()).toEqual([]);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe('auto');
});
