// An authenticator and its recovery codes, with and without JavaScript.
import { PASSWORD, announced, button, expect, field, link, open, refusal, signIn, test } from '../fixtures';
import { totp } from '../fixtures/totp';

const PAGE = '/main/settings/factors';

test('an authenticator is set up, asked for, and helped out by a recovery code', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  await open(page, PAGE);
  await link(page, 'Set up authenticator').click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Go on').click();
  await expect(page.getByRole('img', { name: 'QR code of the key' })).toBeVisible();
  const key = (await page.locator('code.secret').textContent()) ?? '';
  await field(page, 'Code').fill(totp(key));
  await button(page, 'Turn on').click();
  await expect(announced(page, 'Authenticator turned on').first()).toBeVisible();
  await expect(page.locator('.codes code')).toHaveCount(10);
  const codes = await page.locator('.codes code').allTextContents();
  await button(page, 'I have kept them').click();
  await expect(page.locator('.codes')).toBeHidden();

  const other = await people.stranger();
  await signIn(other.page, email);
  await expect(other.page).toHaveURL(/\/login\/second$/);
  await field(other.page, 'Code').fill('000000');
  await button(other.page, 'Verify').click();
  await expect(refusal(other.page, 'This code is not right')).toBeVisible();
  // The code of now was spent when it was set up; the next one is taken too.
  await field(other.page, 'Code').fill(totp(key, 1));
  await button(other.page, 'Verify').click();
  await expect(other.page).toHaveURL(/\/main\b/);

  const third = await people.stranger();
  await signIn(third.page, email);
  await field(third.page, 'Code').fill(codes[0] ?? '');
  await button(third.page, 'Verify').click();
  await expect(third.page).toHaveURL(/\/main\b/);

  await open(page, PAGE);
  await expect(page.getByText('9 recovery codes left')).toBeVisible();
  await link(page, 'Turn off authenticator').click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Turn off').click();
  await expect(announced(page, 'Authenticator turned off').first()).toBeVisible();
});
