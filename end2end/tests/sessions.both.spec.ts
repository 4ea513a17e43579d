// Where one is signed in, and the way out of it.
import { announced, button, expect, hasJs, link, open, openAccountMenu, sending, signIn, test } from '../fixtures';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

test('a session of another browser is seen and ended from here', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  const { page: elsewhere } = await people.stranger({ userAgent: IPHONE });
  await signIn(elsewhere, email);
  await expect(elsewhere).toHaveURL(/\/main\b/);

  await open(page, '/main/issues');
  await openAccountMenu(page);
  await link(page, 'Settings').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Security');
  const sessions = page.getByRole('region', { name: 'Sessions' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await expect(sessions.first()).toContainText('This session');
  await sending(page, 'sessions/end', () => button(page, 'End session of Safari on iPhone').click());
  await expect(announced(page, 'Session ended').first()).toBeVisible();
  await expect(sessions).toHaveCount(1);

  // A page that is alive notices by itself.
  if (!hasJs()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/login/);
});

test('one signs out everywhere at once', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  const { page: elsewhere } = await people.stranger();
  await signIn(elsewhere, email);
  await expect(elsewhere).toHaveURL(/\/main\b/);

  await open(page, '/main/settings/security');
  await button(page, 'Sign out everywhere').click();
  await expect(page).toHaveURL(/\/login/);
  if (!hasJs()) await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/login/);
});
