// Holds a running tracker to its own description: made-up requests from /api/openapi.json, as nobody and in each role.
//
//   E2E_BIN=target/release/tracker E2E_SITE=target/site DATABASE_URL=postgres://… node scripts/api/fuzz.mjs [ROLE …]
//
// DATABASE_URL is an empty database of its own. Schemathesis asks each function with its example, with values at the edge of
// every limit, and with what it makes up; no answer may be a fault, every answer must be as described, and nothing may be
// done that the description keeps from the role. `FUZZ_SECONDS` is how long each role is; `COUNT` is written as ./test wants it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CACHE = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'issues-insights-tracker');
const PYTHON = path.join(process.env.SCHEMATHESIS_VENV ?? path.join(CACHE, 'tools', 'schemathesis'), 'bin', 'python');
const ROLES = ['', 'REPORTER', 'MAINTAINER', 'ADMIN'];
const SECONDS = process.env.FUZZ_SECONDS ?? '35';
const PASSWORD = 'correct horse battery';
// A name that is not known, or a word in a place where another belongs, is refused although it fits its pattern; and not
// every name is refused that does not fit it, for `core-1` and ` CORE-1 ` are understood too.
const CHECKS = [
  'not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance',
  'response_schema_conformance', 'unsupported_method', 'ignored_auth', 'nothing_is_done_without_permission',
];

const program = path.resolve(process.env.E2E_BIN ?? 'target/release/tracker');
const folder = mkdtempSync(path.join(tmpdir(), 'fuzz-'));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A tracker that nobody is slowed down by; its log goes into the folder. */
async function serve() {
  const base = `http://127.0.0.1:${await freePort()}`;
  const foreign = /^(TRACKER_|LEPTOS_|PG|SECRET_KEY)/;
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))),
    SECRET_KEY: 'for the fuzzing of the API only, and for nobody else',
    TRACKER_DATA_DIR: folder,
    TRACKER_LISTEN: base.slice('http://'.length),
    TRACKER_MAIL_URL: `file:${folder}/mail`,
    TRACKER_PUBLIC_URL: base,
    TRACKER_RATE_DELAY: 'false',
    TRACKER_RATE_TOKEN: '0',
    TRACKER_SITE_ROOT: path.resolve(process.env.E2E_SITE ?? 'target/site'),
  };
  execFileSync(program, ['migrate'], { env, cwd: folder, stdio: 'ignore' });
  const log = path.join(folder, 'tracker.log');
  const tracker = spawn('sh', ['-c', 'exec "$0" serve >"$1" 2>&1', program, log], { env, cwd: folder, stdio: 'ignore' });
  for (let tries = 0; tries < 400; tries += 1) {
    const answer = await fetch(`${base}/health/ready`).catch(() => undefined);
    if (answer?.ok) return { base, env, tracker, log };
    if (tracker.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the tracker does not start:\n${readFileSync(log, 'utf8')}`);
}

/** Somebody who signed up: calls functions with their session. */
async function join(base, name) {
  let cookie = '';
  const call = async (verb, body) => {
    // While a role is tried nothing here sees that a connection was closed: none is kept.
    const headers = { 'content-type': 'application/json', origin: base, cookie, connection: 'close' };
    const answer = await fetch(`${base}/api/v1/${verb}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${verb}: ${answer.status} ${text}`);
    cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') || cookie;
    return JSON.parse(text);
  };
  await call('accounts/sign_up', { name, email: `${name.toLowerCase()}@example.org`, password: PASSWORD });
  return (verb, body) => call(verb, { org: 'main', ...body });
}

/** Three people, two issues, a team: what the names of hooks.py are of. Gives a token of each role, and Ana. */
async function furnish({ base, env }) {
  const ana = await join(base, 'Ana');
  const ben = await join(base, 'Ben');
  const max = await join(base, 'Max');
  execFileSync(program, ['admin', 'role', 'max@example.org', 'MAINTAINER'], { env, cwd: folder, stdio: 'ignore' });
  const issue = { project: 'CORE', title: 'Checkout fails', severity: 'HIGH' };
  await ben('issues/create', issue);
  await ana('issues/create', { ...issue, title: 'Of Ana' });
  await ana('comments/add', { key: 'CORE-2', body: 'Nobody else may see this.' });
  await ana('teams/create', { name: 'Web', slug: 'web' });
  const token = async (call, more) => (await call('tokens/create', { name: 'Fuzzing', read: true, write: true, ...more })).token;
  const tokens = { REPORTER: await token(ben), MAINTAINER: await token(max), ADMIN: await token(ana, { admin: true }) };
  return { ana, tokens };
}

function valid(base) {
  const document = path.join(folder, 'openapi.json');
  const read = spawnSync('curl', ['--silent', '--fail', '--noproxy', '*', '-o', document, `${base}/api/openapi.json`]);
  if (read.status !== 0) throw new Error('there is no description');
  return spawnSync(PYTHON, ['-m', 'openapi_spec_validator', document], { stdio: 'inherit' }).status === 0;
}

/** One role's run; gives how many functions passed and failed. One worker: threads trip over gh-106905 in older CPythons. */
function fuzz(base, role, token) {
  console.log(`-- as ${role || 'nobody'}`);
  const report = path.join(folder, `${role || 'nobody'}.xml`);
  const options = [
    '--url', base, '--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing', '--max-time', SECONDS, '--seed', '7',
    '--workers', '1', '--no-shrink', '--generation-database', 'none', '--request-timeout', '20', '--continue-on-failure',
    '--warnings', 'off', '--no-color', '--report', 'junit', '--report-junit-path', report,
    ...(token ? ['--header', `Authorization: Bearer ${token}`] : []),
  ];
  const env = { ...process.env, API_ROLE: role, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1' };
  const run = spawnSync(PYTHON.replace(/python$/, 'schemathesis'), ['run', `${base}/api/openapi.json`, ...options], { env, cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  const counted = /<testsuites[^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
  const number = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(counted)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  if (run.status !== 0) console.log(run.stdout + run.stderr);
  return { passed: number('tests') - failed, failed: failed || (run.status === 0 ? 0 : 1) };
}

const served = await serve();
const sum = { passed: 0, failed: 0 };
const count = (good, what) => {
  sum[good ? 'passed' : 'failed'] += 1;
  if (!good) console.log(`-- ${what}: FAILED`);
};
try {
  const { ana, tokens } = await furnish(served);
  count(valid(served.base), 'the description is valid');
  const issue = async () => JSON.stringify((await ana('issues/view', { key: 'CORE-2' })).view);
  const before = await issue();
  for (const role of process.argv.length > 2 ? process.argv.slice(2) : ROLES) {
    if (role === 'MAINTAINER') count((await issue()) === before, 'neither nobody nor a reporter touched an issue of somebody else');
    const { passed, failed } = fuzz(served.base, role === 'nobody' ? '' : role, tokens[role]);
    sum.passed += passed;
    sum.failed += failed;
  }
  const faults = readFileSync(served.log, 'utf8').split('\n').filter((line) => /\bERROR\b|panicked/.test(line));
  if (faults.length > 0) console.log(faults.slice(0, 20).join('\n'));
  count(faults.length === 0, 'the log has no fault');
} finally {
  served.tracker.kill();
  if (process.env.FUZZ_KEEP) console.log(`the log and the reports are in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
if (process.env.COUNT) writeFileSync(process.env.COUNT, `${sum.passed} ${sum.failed}\n`);
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 ? 0 : 1;
