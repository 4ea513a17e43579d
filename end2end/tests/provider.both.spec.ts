// Signing in by a real provider of OpenID Connect.
import { type Page } from '@playwright/test';
import { announced, button, expect, hasJs, link, open, openAccountMenu, test as base } from '../fixtures';
import { Oidc, signInAtCorp } from '../fixtures/oidc';

const test = base.extend<{ oidc: Oidc }>({
  oidc: async ({}, use) => {
    const oidc = await Oidc.listen();
    await use(oidc);
    await oidc.close();
  },
  settings: async ({ oidc }, use) => use(oidc.settings()),
});

test.beforeEach(async ({ oidc, tracker }) => oidc.admit(tracker.url));

async function expectSignedInAs(page: Page, who: string): Promise<void> {
  await expect(page).toHaveURL(/\/main$/);
  await openAccountMenu(page);
  await expect(page.getByText(who)).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  await button(page, 'Sign out').click();
  await expect(page).toHaveURL(/\/login$/);
}

test('one signs up by a provider, and is the same person the next time', async ({ people }) => {
  const { page } = await people.stranger();
  await open(page, '/login');
  await link(page, 'Continue with Corp').click();
  await signInAtCorp(page, 'zoe');
  await expectSignedInAs(page, 'Zoe Hill, Admin');
  await signOut(page);

  await link(page, 'Continue with Corp').click();
  await expectSignedInAs(page, 'Zoe Hill, Admin');
  await page.goBack();
  expect(page.url(), 'the code is not in the history').not.toContain('code=');
});

test('a provider is linked in the settings, signs in, and is unlinked', async ({ people }) => {
  const { page } = await people.join('Ana Ribeiro', 'ADMIN');
  await open(page, '/main/settings/providers');
  await button(page, 'Link Corp').click();
  await signInAtCorp(page, 'ana');
  await expect(page).toHaveURL(/\/main\/settings\/providers$/);
  await expect(page.getByRole('listitem').filter({ hasText: 'ana@example.org' })).toBeVisible();
  await open(page, '/main');
  await openAccountMenu(page);
  await signOut(page);

  await link(page, 'Continue with Corp').click();
  await expectSignedInAs(page, 'Ana Ribeiro, Admin');
  await open(page, '/main/settings/providers');
  await button(page, 'Unlink Corp').click();
  await expect(announced(page, 'Provider unlinked').first()).toBeVisible();
  await expect(page.getByText('No account of a provider is linked')).toBeVisible();
  await expect(button(page, 'Link Corp')).toBeVisible();
});

test('whoever stops at the provider is told so, in our words', async ({ people }) => {
  const { page } = await people.stranger();
  await open(page, '/login');
  await link(page, 'Continue with Corp').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You stopped at the provider');
  await expect(page.getByText('a text of the provider')).toHaveCount(0);
  await link(page, 'Back to sign-in').click();
  await expect(page).toHaveURL(/\/login$/);
});

const TAMPERED = [
  { part: 'state', words: 'This sign-in is over' },
  { part: 'nonce', words: 'The provider\'s answer cannot be trusted' },
  { part: 'code_challenge', words: 'The provider\'s answer cannot be trusted' },
];

for (const { part, words } of TAMPERED) {
  test(`a sign-in whose ${part} was changed on the way is refused`, async ({ people }) => {
    const { page, context } = await people.stranger();
    await open(page, '/login');
    const out = await context.request.get('/login/corp', { maxRedirects: 0 });
    const url = new URL(out.headers()['location'] ?? '');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    url.searchParams.set(part, 'x'.repeat(43));
    await page.goto(url.toString());
    await signInAtCorp(page, 'zoe');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words);
    await page.goto('/main');
    await expect(page).toHaveURL(/\/login$/);
  });
}

test('a way back that was used leads nowhere, in no browser', async ({ people }) => {
  const { page } = await people.stranger();
  let back = '';
  page.on('request', (request) => {
    if (request.url().includes('/login/corp/callback')) back = request.url();
  });
  await open(page, '/login');
  await link(page, 'Continue with Corp').click();
  await signInAtCorp(page, 'zoe');
  await expect(page).toHaveURL(/\/main$/);
  expect(back).toContain('code=');
  const thief = await people.stranger();
  for (const tab of [page, thief.page]) {
    await tab.goto(back);
    await expect(tab.getByRole('heading', { level: 1 })).toHaveText('This sign-in is over');
    expect(tab.url()).not.toContain('code=');
  }
  if (hasJs()) await expect(thief.page.locator('html[data-hydrated]')).toBeAttached();
});
