// Signing up, in and out.
import { PASSWORD, announced, button, emailOf, expect, field, link, open, openAccountMenu, refusal, signIn, signUp, test } from '../fixtures';

test('the first account runs the place, the next one reports', async ({ people }) => {
  const ana = await people.stranger();
  await signUp(ana.page, 'Ana Ribeiro', 'ana@example.org');
  await expect(ana.page).toHaveURL(/\/main\b/);
  await openAccountMenu(ana.page);
  await expect(ana.page.getByText('Ana Ribeiro, Admin')).toBeVisible();

  const mei = await people.stranger();
  await signUp(mei.page, 'Mei Tanaka', 'mei@example.org');
  await expect(mei.page).toHaveURL(/\/main\b/);
  await openAccountMenu(mei.page);
  await expect(mei.page.getByText('Mei Tanaka, Reporter')).toBeVisible();
});

test('signing out ends the session, and signing in again begins one', async ({ people }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  await open(page, '/main/issues');
  await openAccountMenu(page);
  await button(page, 'Sign out').click();
  await expect(page).toHaveURL(/\/login$/);
  await page.goto('/main/issues');
  await expect(page).toHaveURL(/\/login/);

  await signIn(page, email);
  await expect(page).toHaveURL(/\/main\b/);
  await expect(page.getByRole('heading', { level: 1, name: 'Issues' })).toBeVisible();
});

test('a wrong password is refused next to its field, and the address stays', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const { page } = await people.stranger();
  await signIn(page, ana.email, 'wrong horse battery');
  await expect(refusal(page, 'Email or password is not right')).toBeVisible();
  await expect(field(page, 'Password')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Email')).toHaveValue(ana.email);

  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(/\/main\b/);
});

test('nobody learns from the refusal whether an address has an account', async ({ people }) => {
  await people.join('Ana Ribeiro', 'ADMIN');
  const { page } = await people.stranger();
  await signIn(page, 'nobody@example.org');
  await expect(refusal(page, 'Email or password is not right')).toBeVisible();
});

test('a sign-up that cannot be is refused at each field, and what was typed stays', async ({ people }) => {
  const { page } = await people.stranger();
  await signUp(page, 'Ana Ribeiro', 'not an address', 'short');
  await expect(refusal(page, 'a mail address like')).toBeVisible();
  await expect(refusal(page, 'The password has 5 characters')).toBeVisible();
  await expect(field(page, 'Email')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Password')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Name')).toHaveValue('Ana Ribeiro');
  await expect(field(page, 'Email')).toHaveValue('not an address');
});

test('an address has one account', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const { page } = await people.stranger();
  await signUp(page, 'Another Ana', ana.email);
  await expect(refusal(page, 'has an account already')).toBeVisible();
  await expect(field(page, 'Name')).toHaveValue('Another Ana');
});

test('everybody is shown to where they belong', async ({ people }) => {
  const { page } = await people.stranger();
  await page.goto('/');
  await expect(page, 'an empty place begins with an account').toHaveURL(/\/signup$/);

  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await page.goto('/');
  await expect(page).toHaveURL(/\/login$/);
  await page.goto('/main/insights');
  await expect(page).toHaveURL(/\/login/);
  await link(page, 'Create one').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create your account');

  for (const path of ['/', '/login', '/signup']) {
    await ana.page.goto(path);
    await expect(ana.page).toHaveURL(/\/main\b/);
  }
});

test('a new account is greeted with an empty list and the first step', async ({ people }) => {
  const { page } = await people.stranger();
  await signUp(page, 'Ana Ribeiro', emailOf('Ana Ribeiro'));
  await expect(page).toHaveURL(/\/main\b/);
  await expect(page.getByText('No issues yet')).toBeVisible();
  await link(page, 'Report the first one').click();
  await expect(field(page, 'Title')).toBeVisible();
  await expect(announced(page, 'Issue created')).toHaveCount(0);
});
