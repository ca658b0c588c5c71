// The SAML sign-in in a browser: from the bare address of the doors to credentials and the console.

import { existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npmStart, type Started } from './npm-start.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
process.stdout.write(executablePath ? '' : 'No Chromium here: its conformance tests are skipped.\n');

describe.skipIf(executablePath === undefined)('Chromium', () => {
  let daypass: Started;
  let browser: Browser;
  const screenshots = mkdtempSync(join(tmpdir(), 'daypass-screenshots-'));

  beforeAll(async () => {
    daypass = await npmStart({ args: ['--bundled'] });
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await daypass?.stop();
  });

  /** What a content security policy or a broken page would make the browser say. */
  const complaintsOf = (page: Page): readonly string[] => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      // No page has an icon.
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return complaints;
  };

  const signIn = async (page: Page, person: string) => {
    await page.goto(daypass.gateway);
    await page.getByRole('link', { name: 'Sign in with corp' }).click();
    await page.getByRole('button', { name: person }).click();
    await page.waitForURL(`${daypass.gateway}/portal`);
  };

  test.each([
    ['with script', true],
    ['without script', false],
  ])('signs alice in and gives her credentials and the console, %s', async (name, javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    if (javaScriptEnabled) {
      await signIn(page, 'alice');
    } else {
      await page.goto(`${daypass.gateway}/sign-in/corp`);
      await page.getByRole('button', { name: 'alice' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
    }
    await page.getByText('Signed in as alice@acme.example').waitFor();
    const picture = join(screenshots, `portal-${name.replace(' ', '-')}.png`);
    await page.screenshot({ path: picture, fullPage: true });
    expect(statSync(picture).size).toBeGreaterThan(5000);
    process.stdout.write(`Screenshot: ${picture}\n`);

    const support = page.locator('section', { has: page.getByRole('heading', { name: 'support' }) });
    await support.getByRole('button', { name: 'Get credentials' }).click();
    await expect.poll(() => page.locator('pre').first().textContent()).toMatch(/^export AWS_ACCESS_KEY_ID=ASIA/);
    await page.getByRole('link', { name: 'Back' }).click();
    await support.getByRole('button', { name: 'Open the AWS console' }).click();
    await page.waitForURL(`${daypass.aws}/federation**`);
    expect(await page.textContent('main')).toContain('assumed-role/daypass-support/alice@acme.example');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('mallory sees that nothing fits her, and signs out', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, 'mallory');
    await page.getByText('No grant fits you').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with corp' }).waitFor();
    await context.close();
  });

  test('a response that another browser asked for signs nobody in', async () => {
    const [asking, other] = [await browser.newContext(), await browser.newContext({ javaScriptEnabled: false })];
    const stolen = await other.newPage();
    const asked = await asking.newPage();
    // The request is begun in one browser, the person is at the identity provider in the other.
    const request = asked.waitForRequest((each) => each.url().startsWith(`${daypass.samlIdentityProvider}/sso`));
    await asked.goto(`${daypass.gateway}/sign-in/corp`);
    await stolen.goto((await request).url());
    await stolen.getByRole('button', { name: 'alice' }).click();
    await stolen.getByRole('button', { name: 'Continue' }).click();
    expect(await stolen.textContent('main')).toContain('sign_in_not_begun_here');
    await Promise.all([asking.close(), other.close()]);
  });
});
