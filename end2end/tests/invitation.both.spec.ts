// Mail: invitations, a forgotten password, and one's own account.
import { PASSWORD, announced, button, expect, field, link, linkTo, open, openAccountMenu, refusal, sending, signIn, test } from '../fixtures';

const NEW_PASSWORD = 'a quite different walrus';

test('somebody is invited by mail and comes in with the role that they were given', async ({ people, tracker }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await open(ana.page, '/main/settings/invitations');
  await field(ana.page, 'Email').fill('mei@example.org');
  await field(ana.page, 'Role').selectOption('MAINTAINER');
  await sending(ana.page, 'members/invite', () => button(ana.page, 'Invite').click());
  await expect(announced(ana.page, 'Invitation sent').first()).toBeVisible();
  await expect(ana.page.getByRole('listitem').filter({ hasText: 'mei@example.org' })).toContainText('Maintainer');

  const mei = await people.stranger();
  const invitation = await linkTo(tracker, 'mei@example.org', 'invitation');
  await open(mei.page, invitation);
  await expect(mei.page.getByRole('heading', { level: 1, name: 'Join Main' })).toBeVisible();
  await field(mei.page, 'Name').fill('Mei Tanaka');
  await field(mei.page, 'Password').fill('password1234');
  await button(mei.page, 'Accept').click();
  await expect(refusal(mei.page, 'easily guessed')).toBeVisible();
  await expect(field(mei.page, 'Name')).toHaveValue('Mei Tanaka');
  await field(mei.page, 'Password').fill(PASSWORD);
  await button(mei.page, 'Accept').click();
  await expect(mei.page).toHaveURL(/\/main\b/);
  await openAccountMenu(mei.page);
  await expect(mei.page.getByText('Mei Tanaka, Maintainer')).toBeVisible();

  const late = await people.stranger();
  await open(late.page, invitation);
  await expect(late.page.getByRole('heading', { level: 1, name: 'This invitation is over' })).toBeVisible();
});

test('a forgotten password is set anew by a link that works once', async ({ people, tracker }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const { page } = await people.stranger();
  await open(page, '/login');
  await link(page, 'Forgot your password?').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Forgot your password?' })).toBeVisible();
  await field(page, 'Email').fill(ana.email);
  await button(page, 'Send link').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Look into your mail' })).toBeVisible();

  const reset = await linkTo(tracker, ana.email, 'reset');
  await open(page, reset);
  await field(page, 'Password').fill(NEW_PASSWORD);
  await button(page, 'Set password').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Your password is set' })).toBeVisible();
  await ana.page.goto('/main/issues');
  await expect(ana.page, 'every session has ended').toHaveURL(/\/login/);
  await signIn(page, ana.email, NEW_PASSWORD);
  await expect(page).toHaveURL(/\/main\b/);

  const again = await people.stranger();
  await open(again.page, reset);
  await expect(again.page.getByRole('heading', { level: 1, name: 'This link is over' })).toBeVisible();
});

test('one confirms the address and changes the name', async ({ people, tracker }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const { page } = ana;
  await open(page, '/main/settings/profile');
  await expect(page.getByText('Not confirmed yet')).toBeVisible();
  await open(page, await linkTo(tracker, ana.email, 'verify'));
  await button(page, 'Confirm').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Your address is confirmed' })).toBeVisible();

  await open(page, '/main/settings/profile');
  await expect(page.getByText('Confirmed', { exact: false }).first()).toBeVisible();
  await expect(button(page, 'Send again')).toHaveCount(0);
  await field(page, 'Name').fill('Ana de Souza');
  await sending(page, 'accounts/set_name', () => button(page, 'Save name').click());
  await expect(announced(page, 'Name saved').first()).toBeVisible();
  await openAccountMenu(page);
  await expect(page.getByText('Ana de Souza, Admin')).toBeVisible();
});
