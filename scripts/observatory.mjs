// What Mozilla's Observatory says of the tracker as it is served over TLS; fails below A+.
//
//   E2E_BIN=target/release/tracker E2E_SITE=target/site DATABASE_URL=postgres://… node scripts/observatory.mjs [page …]
//
// DATABASE_URL is an empty database of its own. The tracker runs behind a small TLS proxy with a certificate made for it,
// as behind anybody's proxy; what comes without TLS is sent on. The Observatory is Mozilla's own package, at a fixed
// version, in a folder of the cache: it brings two hundred others (a web server, a database's driver), so it is none of
// ours. It is installed without what its packages would fetch then: lists of other sites that are not needed here.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const PACKAGE = '@mdn/mdn-http-observatory';
const VERSION = '1.4.8';
const BEST = 'A+';
const PAGES = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['/login', '/signup', '/'];

/** The folder of the package; installed when it is not there. */
function observatory() {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'issues-insights-tracker', `observatory-${VERSION}`);
  const folder = path.join(cache, 'node_modules', PACKAGE);
  const list = path.join(folder, 'conf', 'hsts-preload.json');
  if (!existsSync(list)) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(path.join(cache, 'package.json'), '{ "private": true }');
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `${PACKAGE}@${VERSION}`], { cwd: cache, stdio: 'inherit' });
    // Which sites browsers know to be on TLS; ours is not among them.
    writeFileSync(list, '{}');
  }
  return folder;
}

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

/** The tracker behind TLS; gives the two ports, and how to end it. */
async function serve(folder) {
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const inner = http.createServer();
  const innerPort = await listening(inner);
  inner.close();
  const outer = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const { method, url, headers } = request;
    const passed = http.request({ host: '127.0.0.1', port: innerPort, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  const tls = await listening(outer);
  const plain = http.createServer((request, response) => {
    response.writeHead(308, { location: `https://localhost:${tls}${request.url}` }).end();
  });
  const plainPort = await listening(plain);
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRACKER_'))),
    SECRET_KEY: 'for the observatory only, and for nobody else',
    TRACKER_DATA_DIR: folder,
    TRACKER_LISTEN: `127.0.0.1:${innerPort}`,
    TRACKER_PUBLIC_URL: `https://localhost:${tls}`,
    TRACKER_SITE_ROOT: path.resolve(process.env.E2E_SITE ?? 'target/site'),
  };
  const program = path.resolve(process.env.E2E_BIN ?? 'target/release/tracker');
  execFileSync(program, ['migrate'], { env, cwd: folder, stdio: 'ignore' });
  const tracker = spawn(program, ['serve'], { env, cwd: folder, stdio: 'ignore' });
  const end = () => {
    tracker.kill();
    outer.close();
    outer.closeAllConnections();
    plain.close();
  };
  for (let tries = 0; tries < 400; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${innerPort}/health/ready`).catch(() => undefined);
    if (answer?.ok) return { cert, tls, plain: plainPort, end };
    if (tracker.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  end();
  throw new Error('the tracker does not start');
}

/** The grade of one page, as the Observatory's own program counts it (there for standard ports only). */
async function grade(folder, page, ports) {
  const load = (file) => import(pathToFileURL(path.join(folder, 'src', file)).href);
  const [{ retrieve }, { ALL_TESTS }, grader, { MINIMUM_SCORE_FOR_EXTRA_CREDIT }] = await Promise.all(
    ['retriever/retriever.js', 'constants.js', 'grader/grader.js', 'grader/charts.js'].map(load),
  );
  const answers = await retrieve('localhost', { httpPort: ports.plain, httpsPort: ports.tls, path: page });
  const results = ALL_TESTS.map((test) => test(answers)).filter((one) => one.result);
  const points = results.map((one) => grader.getScoreModifier(one.result));
  const lost = points.filter((each) => each < 0).reduce((sum, each) => sum + each, 100);
  const score = lost >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? points.reduce((sum, each) => sum + each, 100) : lost;
  const final = grader.getGradeForScore(score);
  console.log(`${page}: ${final.grade} (${final.score})`);
  results.forEach((one, nth) => console.log(`  ${String(points[nth]).padStart(4)}  ${one.result}${one.pass ? '' : '  NOT PASSED'}`));
  return final.grade === BEST && results.every((one) => one.pass);
}

const [mark, folder, tls, plain] = process.argv.slice(2);
if (mark === '--grade') {
  let good = true;
  for (const page of process.argv.slice(6)) good = (await grade(folder, page, { tls, plain })) && good;
  process.exit(good ? 0 : 1);
}
const work = mkdtempSync(path.join(tmpdir(), 'observatory-'));
const served = await serve(work);
// A certificate is trusted from the start of a process only; and the proxy is of this one, so it must not wait.
const env = { ...process.env, NODE_EXTRA_CA_CERTS: served.cert };
const child = spawn(process.execPath, [process.argv[1], '--grade', observatory(), served.tls, served.plain, ...PAGES], { env, stdio: 'inherit' });
child.on('exit', (code) => {
  served.end();
  rmSync(work, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});
