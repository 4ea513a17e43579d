// What is passed around in public to break pages like ours, wherever somebody may write: no script runs, nothing but a short
// list of elements comes out of a text, and nothing of it reaches what stands around it. The console has to stay silent, so
// that not even an attempt was made that the policy had to stop.
import type { Page } from '@playwright/test';
import { expect, field, open, test } from '../fixtures';
import { MARKDOWN, MARKUP } from '../fixtures/payloads';

const ELEMENTS = new Set(
  'A BLOCKQUOTE BR CODE DEL EM H3 H4 H5 H6 HR INPUT LI OL P PRE STRONG TABLE TBODY TD TH THEAD TR UL'.split(' '),
);
const ATTRIBUTES = new Set(['href', 'title', 'rel', 'class', 'start', 'align', 'checked', 'disabled', 'type', 'tabindex', 'aria-label']);

// A text with U+0000 is refused: there it could not do any harm.
const ATTACKS = [...MARKUP, ...MARKDOWN].map((payload) => payload.replaceAll('\u0000', ' '));

/** Whatever ran would have asked to be confirmed. */
function watch(page: Page): string[] {
  const ran: string[] = [];
  page.on('dialog', (dialog) => {
    ran.push(dialog.message());
    void dialog.dismiss();
  });
  return ran;
}

/** What came out of the texts of a page, and what it did to the page. */
function look(page: Page) {
  return page.evaluate(() => {
    const inside = [...document.querySelectorAll('.md *')];
    const main = document.querySelector('main');
    return {
      texts: document.querySelectorAll('.md').length,
      elements: [...new Set(inside.map((element) => element.tagName))],
      attributes: [...new Set(inside.flatMap((element) => element.getAttributeNames()))],
      schemes: [...new Set(inside.filter((element) => element instanceof HTMLAnchorElement).map((link) => (link as HTMLAnchorElement).protocol))],
      boxes: inside.filter((element) => element instanceof HTMLInputElement && !(element.disabled && element.type === 'checkbox')).length,
      classes: [...new Set(inside.flatMap((element) => [...element.classList]))].filter((name) => !/^(language-|contains-task-list|task-list-item)/.test(name)),
      sheets: document.styleSheets.length,
      hidden: getComputedStyle(document.body).display === 'none' || !main?.checkVisibility(),
      strange: document.querySelectorAll('body script:not([nonce]):not([src]), iframe, object, embed, base, math, [style*=fixed]').length,
    };
  });
}

async function harmless(page: Page, texts: number, sheets: number): Promise<void> {
  const seen = await look(page);
  expect(seen.texts).toBeGreaterThanOrEqual(texts);
  expect(seen.elements.filter((name) => !ELEMENTS.has(name))).toEqual([]);
  expect(seen.attributes.filter((name) => !ATTRIBUTES.has(name))).toEqual([]);
  expect(seen.schemes.filter((name) => !['http:', 'https:', 'mailto:'].includes(name))).toEqual([]);
  expect(seen).toMatchObject({ boxes: 0, classes: [], sheets, hidden: false, strange: 0 });
}

test('public attacks in titles, descriptions and comments come to nothing', async ({ people }) => {
  test.setTimeout(180_000);
  const { page, api } = await people.join('Ana Ribeiro', 'ADMIN');
  const ran = watch(page);
  await open(page, '/main/issues');
  const sheets = (await look(page)).sheets;
  const key = await api.createIssue({ title: 'All of them', description: ATTACKS.join('\n\n') });
  for (const payload of ATTACKS) {
    await api.comment(key, payload);
    const line = payload.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 200);
    await api.createIssue({ title: line, description: payload });
  }
  for (let next: string | null = '/main/issues?sort=created'; next; ) {
    await open(page, next);
    await harmless(page, 0, sheets);
    next = await page.getByRole('link', { name: 'Next page' }).getAttribute('href', { timeout: 1_000 }).catch(() => null);
  }
  await open(page, '/main/issues?q=alert');
  await expect(page.locator('mark').first()).toBeVisible();
  await harmless(page, 0, sheets);

  await open(page, `/main/issues/${key}`);
  await harmless(page, 20, sheets);
  // What comes while one looks on is put in by the program, not by the server.
  await api.comment(key, ATTACKS.join('\n\n'));
  await expect(page.locator('.md:not(.preview)').last()).toContainText('onpointerover');
  await harmless(page, 20, sheets);
  await field(page, 'Comment').fill([...ATTACKS].reverse().join('\n\n'));
  await page.getByRole('tab', { name: 'Preview' }).click();
  await expect(page.locator('.preview.md').last()).toContainText('onpointerover');
  await harmless(page, 20, sheets);
  expect(ran).toEqual([]);
});

test('public attacks in the names and contents of files come to nothing', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  const ran = watch(page);
  const key = await api.createIssue({ title: 'With files' });
  await open(page, `/main/issues/${key}`);
  const sheets = (await look(page)).sheets;
  const pages = [
    '<!doctype html><script>alert(1)</script>',
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    '<?xml version="1.0"?><?xml-stylesheet href="javascript:alert(1)"?><x/>',
    'alert(1)',
  ];
  const files = MARKUP.slice(0, 20).map((name, n) => ({
    name: `${name}.html`,
    mimeType: 'text/html',
    buffer: Buffer.from(pages[n % pages.length] ?? ''),
  }));
  await field(page, 'Attach files').setInputFiles(files);
  const links = page.getByRole('region', { name: 'Files' }).getByRole('link');
  await expect(links).toHaveCount(files.length);
  await harmless(page, 0, sheets);
  await open(page, `/main/issues/${key}`);
  await harmless(page, 0, sheets);
  const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  for (const path of paths.slice(0, pages.length)) {
    const downloading = page.waitForEvent('download');
    await page.evaluate((to) => window.location.assign(to), path);
    expect(await (await downloading).failure()).toBeNull();
  }
  // Taken in by another page of ours they are no script, no style and no document either.
  const taken = await page.evaluate(async (all) => {
    const loads = (element: HTMLElement) =>
      new Promise<boolean>((done) => {
        element.onload = () => done(true);
        element.onerror = () => done(false);
        document.body.append(element);
      });
    const picture = (path: string) => loads(Object.assign(document.createElement('img'), { src: path }));
    return Promise.all(all.map(picture));
  }, paths.slice(0, pages.length));
  expect(taken).toEqual(pages.map(() => false));
  expect(ran).toEqual([]);
});
