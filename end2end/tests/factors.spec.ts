// Second factors with JavaScript: passkeys, with the browser's virtual authenticator, and the forms of the page.
import { type Page } from '@playwright/test';
import { announced, button, expect, field, link, open, openAccountMenu, refusal, signIn, test, PASSWORD } from '../fixtures';
import { totp } from '../fixtures/totp';

// Browsers have passkeys over https and on localhost, not at 127.0.0.1.
test.use({ host: 'localhost' });

const PAGE = '/main/settings/factors';

/** A device that has passkeys and knows its owner. */
async function device(page: Page): Promise<{ forget: () => Promise<unknown> }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true } as const;
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, automaticPresenceSimulation: true } });
  return { forget: () => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }) };
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await open(page, PAGE);
  await link(page, 'Add a passkey').click();
  await field(page, 'Name').fill(name);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Add passkey').click();
  await expect(announced(page, 'Passkey added')).toBeVisible();
  await expect(page.getByText(name, { exact: true }).first()).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  await openAccountMenu(page);
  await button(page, 'Sign out').click();
  await expect(page).toHaveURL(/\/login$/);
}

test('a passkey is added, opens in the place of the password, and is removed', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  await device(page);
  await open(page, `${PAGE}?do=passkey`);
  await field(page, 'Password').fill('wrong horse battery');
  await button(page, 'Add passkey').click();
  await expect(refusal(page, 'This is not right')).toBeVisible();

  await addPasskey(page, 'Laptop');
  await expect(page.getByRole('heading', { name: 'Keep these recovery codes' })).toBeVisible();
  await button(page, 'I have kept them').click();
  await expect(page.getByRole('heading', { name: 'Keep these recovery codes' })).toBeHidden();
  await expect(page.getByText('not used yet')).toBeVisible();

  await signOut(page);
  await field(page, 'Email').fill(email);
  await button(page, 'Sign in with a passkey').click();
  await expect(page).toHaveURL(/\/main\b/);

  await open(page, PAGE);
  await expect(page.getByText('not used yet')).toBeHidden();
  await link(page, 'Remove Laptop').click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Remove').click();
  await expect(announced(page, 'Passkey removed')).toBeVisible();
  await expect(link(page, 'Remove Laptop')).toHaveCount(0);
});

test('a passkey is the second step after the password', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  await device(page);
  await addPasskey(page, 'Phone');
  await signOut(page);
  await signIn(page, email);
  await expect(page).toHaveURL(/\/login\/second$/);
  await button(page, 'Use a passkey').click();
  await expect(page).toHaveURL(/\/main\b/);
});

test('a device that does not know its owner opens nothing, and one can go on', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  const phone = await device(page);
  await addPasskey(page, 'Phone');
  await signOut(page);
  await phone.forget();
  await field(page, 'Email').fill(email);
  await button(page, 'Sign in with a passkey').click();
  await expect(refusal(page, 'No passkey was used')).toBeVisible();
  await expect(button(page, 'Sign in')).toBeEnabled();
});

test('an organization that asks for a factor keeps out who has none until they add one', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'REPORTER');
  await device(ana.page);
  await addPasskey(ana.page, 'Laptop');
  await open(ana.page, '/main/settings/sign-in');
  await expect(ana.page.getByText(/ha(s|ve) none yet/)).toBeVisible();
  await button(ana.page, 'Require a second factor').click();
  await expect(announced(ana.page, 'Sign-in rules saved')).toBeVisible();

  await open(mei.page, '/main/issues');
  await expect(mei.page).toHaveURL(/\/second-factor$/);
  await link(mei.page, 'Set up authenticator').click();
  await field(mei.page, 'Password').fill(PASSWORD);
  await button(mei.page, 'Go on').click();
  const key = await mei.page.locator('code.secret').textContent();
  await field(mei.page, 'Code').fill(totp(key ?? ''));
  await button(mei.page, 'Turn on').click();
  await link(mei.page, 'Go on').click();
  await expect(mei.page.getByRole('heading', { level: 1, name: 'Issues' })).toBeVisible();
});
