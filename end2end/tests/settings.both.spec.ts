// What an ADMIN keeps: members, teams, projects, the audit trail.
import { readFile } from 'node:fs/promises';
import { announced, button, expect, field, hasJs, link, open, refusal, sending, test } from '../fixtures';
import type { Page } from '@playwright/test';

const SETTINGS = '/main/settings';

/** The line of a table or list that has this text. */
function line(page: Page, text: string) {
  const main = page.getByRole('main');
  return main.getByRole('row').or(main.getByRole('listitem')).filter({ hasText: text });
}

async function setRole(page: Page, name: string, role: string): Promise<void> {
  await sending(page, 'members/set_role', async () => {
    await field(page, `Role of ${name}`).selectOption(role);
    if (!hasJs()) await line(page, name).getByRole('button', { name: 'Set role' }).click();
  });
}

test('a role is set, and holds on the very next page', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'REPORTER');
  await ana.api.createIssue({ title: 'Seen by maintainers' });
  await open(mei.page, '/main/issues');
  await expect(link(mei.page, 'Seen by maintainers')).toHaveCount(0);

  await open(ana.page, `${SETTINGS}/members`);
  await setRole(ana.page, 'Mei Tanaka', 'MAINTAINER');
  await expect(announced(ana.page, 'Role set').first()).toBeVisible();
  await open(mei.page, '/main/issues');
  await expect(link(mei.page, 'Seen by maintainers')).toBeVisible();
  await open(mei.page, `${SETTINGS}/members`);
  await expect(mei.page.getByText('Only admins manage the organization.')).toBeVisible();
});

test('the last admin stays one, and the refusal stands at them', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await people.join('Mei Tanaka', 'REPORTER');
  await open(ana.page, `${SETTINGS}/members`);
  await setRole(ana.page, 'Ana Ribeiro', 'REPORTER');
  await expect(line(ana.page, 'Ana Ribeiro').getByRole('alert')).toContainText('This is the last admin');
  await expect(refusal(ana.page, 'last admin')).toHaveCount(1);
});

test('whoever is shut out is out, and comes back when they are let in', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  await open(ana.page, `${SETTINGS}/members`);
  await sending(ana.page, 'members/disable', () => button(ana.page, 'Shut out Mei Tanaka').click());
  await expect(button(ana.page, 'Let in Mei Tanaka')).toBeVisible();
  expect(await open(mei.page, '/main/issues')).toBe(404);
  await sending(ana.page, 'members/enable', () => button(ana.page, 'Let in Mei Tanaka').click());
  await expect(button(ana.page, 'Shut out Mei Tanaka')).toBeVisible();
  expect(await open(mei.page, '/main/issues')).toBe(200);
});

test('a member is found by a part of their name', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  await people.join('Mei Tanaka', 'REPORTER');
  await open(ana.page, `${SETTINGS}/members`);
  await field(ana.page, 'Name or address').fill('tana');
  await button(ana.page, 'Search').click();
  await expect(line(ana.page, 'mei.tanaka@example.org')).toBeVisible();
  await expect(line(ana.page, 'ana.ribeiro@example.org')).toHaveCount(0);
  await link(ana.page, 'Show all').click();
  await expect(line(ana.page, 'ana.ribeiro@example.org')).toBeVisible();
});

test('a team gets people and a project, and its issues are found by it', async ({ people }) => {
  const { page, api } = await people.join('Ana Ribeiro', 'ADMIN');
  await people.join('Mei Tanaka', 'MAINTAINER');
  await api.createIssue({ title: 'Of the core' });
  await open(page, `${SETTINGS}/teams`);
  await field(page, 'Name').fill('Platform');
  await sending(page, 'teams/create', () => button(page, 'Create team').click());
  await expect(page.getByRole('heading', { name: 'Platform' })).toBeVisible();
  await field(page, 'Address').fill('mei.tanaka@example.org');
  await sending(page, 'teams/add_person', () => button(page, 'Add person').click());
  await expect(button(page, 'Remove Mei Tanaka')).toBeVisible();
  await field(page, 'Address').fill('nobody@example.org');
  await sending(page, 'teams/add_person', () => button(page, 'Add person').click());
  await expect(refusal(page, 'Nobody who comes in here')).toBeVisible();

  await open(page, `${SETTINGS}/projects`);
  await link(page, 'Edit CORE').click();
  // The form for a new project, which has a field of that name too, stands until the answer is there.
  await expect(page.getByRole('heading', { name: 'Project CORE' })).toBeVisible();
  await field(page, 'Team').selectOption('Platform');
  await sending(page, 'projects/edit', () => button(page, 'Save changes').click());
  await expect(line(page, 'CORE')).toContainText('Platform');
  await open(page, '/main/issues?q=team%3Aplatform');
  await expect(link(page, 'Of the core')).toBeVisible();

  await open(page, `${SETTINGS}/teams?team=platform`);
  await sending(page, 'teams/delete', () => button(page, 'Delete team').click());
  await expect(page.getByText('There is no team yet.')).toBeVisible();
});

test('a project is made, and stands in the sidebar', async ({ people }) => {
  const { page } = await people.join('Ana Ribeiro', 'ADMIN');
  await open(page, `${SETTINGS}/projects`);
  await field(page, 'Key').fill('core');
  await field(page, 'Name').fill('The site');
  await sending(page, 'projects/create', () => button(page, 'Create project').click());
  await expect(refusal(page, 'There is a project CORE already')).toBeVisible();
  await field(page, 'Key').fill('SITE');
  await sending(page, 'projects/create', () => button(page, 'Create project').click());
  await expect(line(page, 'SITE').filter({ hasText: 'no team' })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /SITE · The site/ })).toBeVisible();
});

test('the audit trail is narrowed down and taken out', async ({ people }) => {
  const { page } = await people.join('Ana Ribeiro', 'ADMIN');
  await people.join('Mei Tanaka', 'REPORTER');
  await open(page, `${SETTINGS}/members`);
  await setRole(page, 'Mei Tanaka', 'MAINTAINER');
  await expect(announced(page, 'Role set').first()).toBeVisible();
  await open(page, `${SETTINGS}/audit`);
  await expect(line(page, 'created an account').first()).toBeVisible();
  await field(page, 'What').selectOption('ROLE_CHANGED');
  await button(page, 'Filter').click();
  await expect(line(page, 'changed the role of mei.tanaka@example.org')).toBeVisible();
  await expect(line(page, 'created an account')).toHaveCount(0);
  const [download] = await Promise.all([page.waitForEvent('download'), link(page, 'Export CSV').click()]);
  const table = await readFile(await download.path(), 'utf8');
  expect(table).toContain('ROLE_CHANGED,mei.tanaka@example.org');
  expect(table).not.toContain('SIGNED_UP');
});

test('whoever has two organizations goes from one to the other', async ({ people, tracker }) => {
  const { page, email } = await people.join('Ana Ribeiro', 'ADMIN');
  await tracker.admin('org', 'create', 'other', '--name', 'Other place', '--admin', email);
  await open(page, '/main/issues');
  await page.locator('summary', { hasText: 'Main' }).click();
  await button(page, 'Other place').click();
  await expect(page).toHaveURL(/\/other\b/);
  await page.goto('/');
  await expect(page).toHaveURL(/\/other\b/);
});
