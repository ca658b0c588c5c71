// npm run assertion: a response on the command line.

import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { close, listen, loopbackServer } from '../../../lib/local/listen.ts';
import { printAssertion } from '../../../lib/local/saml-idp/print-assertion.ts';
import { samlIdpServer } from '../../../lib/local/saml-idp/saml-idp.ts';
import { freePorts } from '../../kit/loopback.ts';
import { us, xmlIn } from '../../kit/saml-idp.ts';
import { anotherRecipient, settingsWith } from './kit.ts';

/** Listens as the fourth of four ports, as in the local stack. */
async function anIdp(recipients = [anotherRecipient]): Promise<number> {
  const port = await freePorts(4);
  const server = samlIdpServer(settingsWith({ recipients }));
  await listen(server, port + 3);
  onTestFinished(() => close(server));
  return port;
}

const recipientIn = (samlResponse: string) => /Recipient="([^"]*)"/.exec(xmlIn(samlResponse))?.[1];

describe('a response', () => {
  test('is for the first recipient of the provider', async () => {
    const samlResponse = await printAssertion(['alice'], await anIdp());
    expect(recipientIn(samlResponse)).toBe(anotherRecipient);
    expect(xmlIn(samlResponse)).toContain('alice@acme.example');
    expect(xmlIn(samlResponse)).not.toContain('InResponseTo');
  });

  test('is for the doors themselves where the provider has no recipient', async () => {
    expect(recipientIn(await printAssertion(['bob'], await anIdp([])))).toBe(us.assertionConsumerService);
  });

  test.each([anotherRecipient, us.assertionConsumerService])('is for %s where that is wanted', async (recipient) => {
    expect(recipientIn(await printAssertion(['mallory', recipient], await anIdp()))).toBe(recipient);
  });
});

describe('what cannot be done', () => {
  test.each(['eve', 'Alice', ''])('nobody is called "%s", and the cast is told', async (name) => {
    await expect(printAssertion([name], await anIdp())).rejects.toThrow(
      new Error(`Nobody is called "${name}". There are alice, bob, mallory.`),
    );
  });

  test.each(['https://evil.test/', '', `${anotherRecipient}/`])(
    'a response for "%s" is none, and the recipients are told',
    async (recipient) => {
      await expect(printAssertion(['alice', recipient], await anIdp())).rejects.toThrow(
        new Error(
          `No response may be for "${recipient}". Recipients are ${anotherRecipient}, ${us.assertionConsumerService}.`,
        ),
      );
    },
  );

  test('without an identity provider it says what to start', async () => {
    const port = await freePorts(4);
    await expect(printAssertion(['alice'], port)).rejects.toThrow(
      new Error(
        `No SAML identity provider answers at http://127.0.0.1:${port + 3}. Start it with npm start, with a SAML provider in the configuration; if it runs on other ports, set the same DAYPASS_PORT here.`,
      ),
    );
  });

  test('where something else listens it says the same', async () => {
    const port = await freePorts(4);
    const server = loopbackServer((_, response) => void response.writeHead(404).end('<html>'));
    await listen(server, port + 3);
    onTestFinished(() => close(server));
    await expect(printAssertion(['alice'], port)).rejects.toThrow(/^No SAML identity provider answers at/);
  });

  test('an identity provider that gives no response is told with its status', async () => {
    const port = await freePorts(4);
    const server = createServer((request, response) => {
      if (request.url === '/cast') response.end(JSON.stringify({ people: ['alice'], recipients: ['https://a.test'] }));
      else response.writeHead(400).end('no');
    });
    await listen(server, port + 3);
    onTestFinished(() => close(server));
    await expect(printAssertion(['alice'], port)).rejects.toThrow(
      new Error('The identity provider gave no response: 400.'),
    );
  });

  test('without a name it fails with the usage, and with --help it gives it', async () => {
    await expect(printAssertion([], 1)).rejects.toThrow(/^npm run -s assertion -- NAME \[RECIPIENT\]/);
    await expect(printAssertion(['--help'], 1)).resolves.toMatch(/^npm run -s assertion -- NAME \[RECIPIENT\]/);
  });
});
