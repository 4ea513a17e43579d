// The stories of the product in a real browser.
//
// `./test e2e` starts a PostgreSQL, builds the release and runs this. By hand it needs three settings: E2E_BIN (the
// program `tracker`), E2E_SITE (the folder of the built browser side) and DATABASE_URL (a role that may create
// databases). CHROMIUM_BIN names a Chromium; without it Playwright's own is used, else the system's.
import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';

/** Stories that must work with and without JavaScript are in `*.both.spec.ts` and run twice. */
const BOTH = /\.both\.spec\.ts$/;
/** Pictures for the README; made by `npx playwright test --config end2end/playwright.config.ts --project screens`. */
const SCREENS = /screens\.spec\.ts$/;

const executablePath = process.env.CHROMIUM_BIN || (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);

/** The sandbox of Chromium does not work for root, and a build machine has no use for what phones home. */
const AS_ROOT = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// The processes that run the tests read this file too, with other arguments but the same environment.
if (process.argv.some((argument) => /^(--project=)?screens$/.test(argument))) process.env.E2E_SCREENS = 'wanted';

export default defineConfig({
  testDir: './tests',
  outputDir: '../test-results',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // What passes only when it is tried again is broken.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 960 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: 'retain-on-failure',
    launchOptions: { executablePath, args: process.getuid?.() === 0 ? AS_ROOT : [] },
  },
  projects: [
    { name: 'javascript', testIgnore: SCREENS },
    { name: 'no-javascript', testMatch: BOTH, use: { javaScriptEnabled: false } },
    // Only when asked for by name: it writes into docs/.
    ...(process.env.E2E_SCREENS ? [{ name: 'screens', testMatch: SCREENS }] : []),
  ],
});
