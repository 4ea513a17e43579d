// Charts in the browser: by keyboard, and live.
import { expect, open, test, twin } from '../fixtures';
import { listening } from '../fixtures/live';

test('a chart is walked with the arrow keys, and Enter opens the list behind a point', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  for (const severity of ['HIGH', 'HIGH', 'CRITICAL']) await api.createIssue({ title: `A ${severity} one`, severity });
  await expect(async () => {
    await open(page, '/main/insights');
    await expect(twin(page, /^HIGH\b/).getByRole('cell')).toHaveText('2', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  const chart = page.locator('tracker-chart[twin="by-severity-table"]');
  await expect(chart.locator('canvas').first()).toBeAttached();
  await chart.focus();
  const said = chart.locator('[role=status]');
  await page.keyboard.press('ArrowRight');
  await expect(said).toContainText('Critical');
  await expect(said).toContainText('1');
  await page.keyboard.press('ArrowRight');
  await expect(said).toContainText('High');
  await expect(said).toContainText('2');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/main\/issues\?q=/);
});

test('a change is on the charts within a second, and nothing moves', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  await mei.api.createIssue({ title: 'One', severity: 'HIGH' });
  await expect(async () => {
    await open(ana.page, '/main/insights');
    await expect(twin(ana.page, /^HIGH\b/).getByRole('cell')).toHaveText('1', { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await listening(ana.page);
  const chart = ana.page.locator('tracker-chart[twin="by-severity-table"]');
  await expect(chart.locator('canvas').first()).toBeAttached();
  await chart.focus();
  await ana.page.keyboard.press('ArrowRight');
  await ana.page.keyboard.press('ArrowRight');
  await expect(chart.locator('[role=status]')).toContainText('1');
  await ana.page.evaluate(() => document.body.setAttribute('data-same-page', ''));
  const scrolled = await ana.page.evaluate(() => { scrollTo(0, 300); return scrollY; });
  await mei.api.createIssue({ title: 'Two', severity: 'HIGH' });
  await expect(chart.locator('[role=status]')).toContainText('2', { timeout: 1_000 });
  await expect(chart).toBeFocused();
  await expect(ana.page.locator('body[data-same-page]')).toBeAttached();
  expect(await ana.page.evaluate(() => scrollY)).toBe(scrolled);
});

test('nothing jumps while the charts are drawn', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  await api.createIssue({ title: 'One', severity: 'HIGH' });
  await page.addInitScript(() => {
    const seen = { shifted: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shifted += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
    Object.assign(window, { seen });
  });
  await open(page, '/main/insights');
  for (const chart of await page.locator('tracker-chart').all()) await expect(chart.locator('canvas').first()).toBeAttached();
  const shifted = await page.evaluate(() => new Promise<number>((told) => {
    requestAnimationFrame(() => requestAnimationFrame(() => told((window as unknown as { seen: { shifted: number } }).seen.shifted)));
  }));
  expect(shifted).toBeLessThan(0.01);
});
