// One issue: edited, moved through its life, weighed, given away, tagged, talked about.
import { announced, alive, button, choose, comment, expect, field, hasJs, open, refusal, tag, test, timeline } from '../fixtures';

test('an edit is saved, and a cancelled one is not', async ({ people }) => {
  const { page, api } = await people.join('Ana Ribeiro', 'ADMIN');
  const key = await api.createIssue({ title: 'Export is broken', description: 'Somehow.' });
  await open(page, `/main/issues/${key}`);
  await button(page, 'Edit').click();
  await field(page, 'Title').fill('Export loses the last page');
  await field(page, 'Description').fill('With *any* filter.');
  await button(page, 'Save changes').click();
  await expect(announced(page, 'Changes saved')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Export loses the last page');
  await expect(page.locator('em', { hasText: 'any' })).toBeVisible();
  await expect(timeline(page).filter({ hasText: 'changed the title from Export is broken' })).toBeVisible();

  await open(page, `/main/issues/${key}`);
  await button(page, 'Edit').click();
  await field(page, 'Title').fill('Something else');
  await button(page, 'Cancel').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Export loses the last page');
  expect((await api.view(key)).head.row.title).toBe('Export loses the last page');
});

test('an edit that cannot be saved keeps what was typed', async ({ people }) => {
  const { page, api } = await people.join('Ana Ribeiro', 'ADMIN');
  const key = await api.createIssue({ title: 'Export is broken' });
  await open(page, `/main/issues/${key}?edit=1`);
  await field(page, 'Title').fill('');
  await field(page, 'Description').fill('A long story.');
  await button(page, 'Save changes').click();
  await expect(refusal(page, 'The title is missing')).toBeVisible();
  await expect(field(page, 'Title')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Title')).toHaveValue('');
  await expect(field(page, 'Description')).toHaveValue('A long story.');
});

test('of two who edit at once the second sees both texts and loses nothing', async ({ people }) => {
  const ana = await people.join('Ana Ribeiro', 'ADMIN');
  const mei = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await ana.api.createIssue({ title: 'Export is broken', description: 'Before.' });
  await open(ana.page, `/main/issues/${key}?edit=1`);
  await mei.api.edit(key, 'Export is broken for all', 'What Mei wrote.');

  await field(ana.page, 'Description').fill('What Ana wrote.');
  await button(ana.page, 'Save changes').click();
  await expect(refusal(ana.page, 'Somebody else changed this')).toBeVisible();
  const both = ana.page.getByRole('region', { name: 'Two versions' });
  await expect(both).toContainText('What Mei wrote.');
  await expect(both).toContainText('What Ana wrote.');
  await expect(field(ana.page, 'Description')).toHaveValue('What Ana wrote.');
  expect((await ana.api.view(key)).head.description).toBe('What Mei wrote.');

  await field(ana.page, 'Description').fill('What Mei wrote. What Ana wrote.');
  await button(ana.page, 'Save changes').click();
  await expect(announced(ana.page, 'Changes saved')).toBeVisible();
  expect((await ana.api.view(key)).head.description).toBe('What Mei wrote. What Ana wrote.');
});

test('a status goes through its life and back', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await api.createIssue({ title: 'Lives' });
  await open(page, `/main/issues/${key}`);
  await expect(field(page, 'Status')).toHaveValue('OPEN');
  for (const status of ['TRIAGED', 'IN_PROGRESS', 'DONE', 'OPEN']) {
    await choose(page, 'Status', status);
    await expect(field(page, 'Status')).toHaveValue(status);
    expect((await api.view(key)).head.row.status).toBe(status);
  }
  for (const told of ['moved it from Open to Triaged', 'started it: Triaged to In progress', 'finished it', 'reopened it']) {
    await expect(timeline(page).filter({ hasText: new RegExp(told.replace(/ /g, '\\s+')) })).toBeVisible();
  }
});

test('severity, assignee and tags are set, and the history says who did it', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await api.createIssue({ title: 'Weighs', severity: 'LOW' });
  await open(page, `/main/issues/${key}`);
  await choose(page, 'Severity', 'CRITICAL');
  await choose(page, 'Assignee', 'Mei Tanaka');
  await tag(page, 'ui, regression');
  await expect(announced(page, 'Tags set').first()).toBeVisible();

  const { head } = await api.view(key);
  expect(head.row).toMatchObject({ severity: 'CRITICAL', tags: ['regression', 'ui'], assignee: { name: 'Mei Tanaka' } });
  await expect(timeline(page).filter({ hasText: /Mei Tanaka\s+set the severity from/ })).toBeVisible();
  await expect(timeline(page).filter({ hasText: /took it on/ })).toBeVisible();
  await expect(timeline(page).filter({ hasText: /added\s+regression\s+ui/ })).toBeVisible();

  await open(page, `/main/issues/${key}`);
  await expect(field(page, 'Severity')).toHaveValue('CRITICAL');
  await expect(field(page, 'Assignee').locator('option:checked')).toHaveText('Mei Tanaka');
  await expect(field(page, 'Tags')).toHaveValue('regression, ui');

  await choose(page, 'Assignee', 'Nobody');
  await tag(page, '');
  expect((await api.view(key)).head.row).toMatchObject({ tags: [], assignee: null });
});

test('a tag that cannot be is refused at its field', async ({ people }) => {
  const { page, api } = await people.join('Mei Tanaka', 'MAINTAINER');
  const key = await api.createIssue({ title: 'Tagged badly' });
  await open(page, `/main/issues/${key}`);
  await tag(page, 'fine, not:fine');
  await expect(refusal(page, 'a tag has no spaces, commas and colons')).toBeVisible();
  await expect(field(page, 'Tags')).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Tags')).toHaveValue('fine, not:fine');
  expect((await api.view(key)).head.row.tags).toEqual([]);
});

test('a comment is Markdown, and nothing in it can do harm', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  const key = await api.createIssue({ title: 'Talked about' });
  await open(page, `/main/issues/${key}`);
  await comment(
    page,
    [
      'It is **really** gone. <script>document.title = "hacked"</script>',
      '<img src="x" onerror="document.title = 1"> [click me](javascript:alert(1))',
      '',
      '- [x] seen',
      '- [ ] mended',
    ].join('\n'),
  );
  await expect(announced(page, 'Comment added')).toBeVisible();
  const said = timeline(page).filter({ hasText: 'Omar Haddad' }).filter({ hasText: 'It is really gone.' });
  await expect(said).toBeVisible();
  await expect(said.locator('strong')).toHaveText('really');
  await expect(said.locator('li')).toHaveCount(2);
  await expect(said.locator('script, img, [onerror], a[href^="javascript"]')).toHaveCount(0);
  await expect(page).not.toHaveTitle(/hacked/);
  await expect(field(page, 'Comment')).toHaveValue('');
});

test('an empty comment is refused, and the next one is taken', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  const key = await api.createIssue({ title: 'Talked about' });
  await open(page, `/main/issues/${key}`);
  await comment(page, '  ');
  await expect(refusal(page, 'Write something first')).toBeVisible();
  await expect(field(page, 'Comment')).toHaveAttribute('aria-invalid', 'true');
  await comment(page, 'First');
  await expect(timeline(page).filter({ hasText: 'First' })).toBeVisible();
  await comment(page, 'Second');
  await expect(timeline(page).filter({ hasText: 'Second' })).toBeVisible();
  expect((await api.list())[0]?.comments).toBe(2);
});

test('a description reads as Markdown', async ({ people }) => {
  const { page, api } = await people.join('Omar Haddad', 'REPORTER');
  const description = '| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n$ wc -l\n```\n\n~~wrong~~ https://example.org/x';
  const key = await api.createIssue({ title: 'Reads well', description });
  await open(page, `/main/issues/${key}`);
  await alive(page);
  const text = page.locator('article');
  await expect(text.getByRole('cell', { name: '2' })).toBeVisible();
  await expect(text.locator('pre')).toHaveText(/\$ wc -l/);
  await expect(text.locator('del')).toHaveText('wrong');
  await expect(text.getByRole('link', { name: 'https://example.org/x' })).toHaveAttribute('rel', /noopener|noreferrer|nofollow/);
});
