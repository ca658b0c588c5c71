// A real identity provider nobody here wrote, driven by HTTP as a browser without script would.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../kit/loopback.ts';
import { aBrowser, type Browser, type Page } from './browser.ts';
import { npmStart, type Started } from './npm-start.ts';
import { isInstalled, type ServiceProvider, type SimpleSamlPhp, simpleSamlPhp } from './simplesamlphp.ts';

const installed = isInstalled();
process.stdout.write(installed ? '' : 'SimpleSAMLphp is not installed: its conformance tests are skipped.\n');

const roleArn = 'arn:aws:iam::111122223333:role/daypass-desk';
const pair = `${roleArn},arn:aws:iam::111122223333:saml-provider/daypass-corp`;
const user = {
  name: 'alice',
  password: 'alicepass',
  attributes: {
    mail: ['alice@corp.test'],
    groups: ['desk', 'staff'],
    'https://aws.amazon.com/SAML/Attributes/Role': [pair],
    'https://aws.amazon.com/SAML/Attributes/RoleSessionName': ['alice@corp.test'],
    'https://aws.amazon.com/SAML/Attributes/SessionDuration': ['7200'],
  },
};

const configuration = (allowUnsolicited: boolean) => `
providers:
  corp: { saml: { metadata: idp.xml, allowUnsolicited: ${allowUnsolicited} } }
grants:
  desk:
    from: corp
    when: { ForAnyValue:StringEquals: { groups: [desk] } }
    acceptsDirectStsCalls: true
    role: { permissions: [{ actions: [s3:GetObject], resources: ["arn:aws:s3:::privet/*"] }] }
    session: { duration: 2h }
`;

describe.skipIf(!installed)('SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp;
  let daypass: Started;
  let sp: ServiceProvider;
  let port: number;
  const folder = mkdtempSync(join(tmpdir(), 'daypass-conformance-'));

  const start = async (allowUnsolicited: boolean) => {
    writeFileSync(join(folder, 'daypass.yaml'), configuration(allowUnsolicited));
    return npmStart({
      args: ['--bundled'],
      port,
      environment: { DAYPASS_CONFIG: join(folder, 'daypass.yaml') },
    });
  };

  beforeAll(async () => {
    const [first, phpPort] = [await freePorts(4), await freePorts(1)];
    port = first;
    sp = { entityId: `http://127.0.0.1:${port}/saml/metadata`, acs: `http://127.0.0.1:${port}/saml/acs` };
    idp = await simpleSamlPhp(phpPort, [user]);
    writeFileSync(join(folder, 'idp.xml'), idp.metadata);
    daypass = await start(false);
  });
  afterAll(async () => {
    await daypass?.stop();
    idp?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Through its login form to the page that posts the response. */
  const signInAt = async (browser: Browser, url: string): Promise<Page> => {
    const form = await browser.open(url);
    expect(form.html).toContain('name="password"');
    const page = await browser.submit(form, { username: user.name, password: user.password });
    expect(page.fields.get('SAMLResponse')).toBeDefined();
    return page;
  };

  test.each(['both', 'assertion'] as const)(
    'signs a person in from our link to credentials and a console link, with %s signed',
    async (signs) => {
      idp.knows(sp, { signs });
      const browser = aBrowser();
      const portal = await browser.submit(await signInAt(browser, `${daypass.gateway}/sign-in/corp`));
      expect(portal.url.href).toBe(`${daypass.gateway}/portal`);
      expect(portal.html).toContain('Signed in as <strong>alice@corp.test</strong>');
      expect(portal.html).toContain(roleArn);

      const credentials = await browser.submit(portal, { grant: 'desk', wants: 'credentials' });
      expect(credentials.html).toMatch(/export AWS_ACCESS_KEY_ID=ASIA[A-Z2-7]{16}\n/);
      expect(credentials.html).toContain('assumed-role/daypass-desk/alice@corp.test');

      const console = await browser.submit(portal, { grant: 'desk', wants: 'console' });
      expect(console.url.origin).toBe(daypass.aws);
      expect(console.html).toContain('arn:aws:sts::111122223333:assumed-role/daypass-desk/alice@corp.test');
    },
  );

  test('is refused when the response is posted a second time, and in another browser', async () => {
    idp.knows(sp);
    const browser = aBrowser();
    const response = await signInAt(browser, `${daypass.gateway}/sign-in/corp`);
    const elsewhere = await aBrowser().submit(response);
    expect([elsewhere.status, elsewhere.html.includes('sign_in_not_begun_here')]).toEqual([403, true]);
    expect((await browser.submit(response)).status).toBe(200);
    const again = await browser.submit(response);
    expect([again.status, again.html.includes('proof_replayed')]).toEqual([403, true]);
  });

  test('is refused when it signs with SHA-1', async () => {
    idp.knows(sp, { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' });
    const browser = aBrowser();
    const refused = await browser.submit(await signInAt(browser, `${daypass.gateway}/sign-in/corp`));
    expect([refused.status, refused.html.includes('proof_not_verified')]).toEqual([401, true]);
    expect(daypass.said()).toContain('"code":"algorithm_not_allowed"');
  });

  test('signs nobody in unasked, until the configuration allows it', async () => {
    idp.knows(sp);
    const first = aBrowser();
    const refused = await first.submit(await signInAt(first, idp.unsolicited(sp)));
    expect([refused.status, refused.html.includes('sign_in_unsolicited')]).toEqual([403, true]);

    await daypass.stop();
    daypass = await start(true);
    const second = aBrowser();
    const portal = await second.submit(await signInAt(second, idp.unsolicited(sp)));
    expect(portal.html).toContain('Signed in as <strong>alice@corp.test</strong>');
  });
});
