// Documents that one reader takes for this and another for that.

import { describe, expect, test } from 'vitest';
import { aSamlIdp, inBase64, samlProvidersOf, xmlIn } from '../../../kit/saml-idp.ts';
import { attacksOn, verdictOn } from './families.ts';

const idp = await aSamlIdp();
const setting = { providers: samlProvidersOf(idp.provider()) };
const { attack, control } = attacksOn(setting);
const changed = (from: string | RegExp, to: string) => () => {
  const xml = xmlIn(idp.response());
  const edited = xml.replace(from, to);
  if (edited === xml) throw new Error('Nothing was changed.');
  return inBase64(edited);
};

control('what they start from', () => idp.response());

describe('names that pass for something else', () => {
  attack(
    41,
    'an attribute that canonicalization takes for a namespace',
    changed('<saml:Subject', '<saml:Subject xmlnsRole="a"'),
    'response_malformed',
  );
  attack(
    41,
    'the same on the assertion',
    changed('<saml:Assertion', '<saml:Assertion xmlnsID="a"'),
    'response_malformed',
  );
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    attack(
      55,
      `a prefix that every object inherits: ${name}`,
      changed('<samlp:Response', `<samlp:Response ${name}:q="1"`),
      'response_malformed',
    );
    attack(
      55,
      `an element of it: ${name}`,
      changed('<samlp:Status>', `<${name}:a/><samlp:Status>`),
      'response_malformed',
    );
  }
  for (const space of ['\u0080', '\u0085', '\u00a0', '\u2028', '\u3000']) {
    const code = space.charCodeAt(0).toString(16);
    attack(
      55,
      `U+${code} for a space in a tag`,
      changed(' Destination=', ` ${space}Destination=`),
      'response_malformed',
    );
  }
});

describe('case 53: characters that are line ends elsewhere', () => {
  test.each([
    ['&#x2028;', '\u2028'],
    ['&#x85;', '\u0085'],
  ])('%s in a NameID and in a value is what was signed, and nothing else', (reference, character) => {
    const edit = (xml: string) =>
      xml
        .replace('alice@acme.example</saml:NameID>', `alice${reference}x</saml:NameID>`)
        .replace('>staff<', `>a${reference}b<`);
    const identity = verdictOn(idp.response({ edit }), setting);
    expect(identity).toMatchObject({ subject: `alice${character}x` });
    const groups = typeof identity === 'string' ? undefined : identity.attributes.texts.get('groups');
    expect(groups).toContain(`a${character}b`);
  });
});

describe('responses that nobody asked for, from clients only', () => {
  const recipient = 'https://signin.aws.amazon.com/saml';
  const clients = samlProvidersOf(idp.provider({ allowUnsolicited: 'clients', recipients: [recipient] }));
  const unasked = (to?: string) => () =>
    idp.response({ inResponseTo: null, ...(to !== undefined && { recipient: to, destination: to }) });

  control('are taken from a client', unasked(recipient), 'alice@acme.example', {
    providers: clients,
    arrival: { by: 'client' },
  });
  attack(59, 'unasked, through a browser, where only clients may', unasked(), 'sign_in_unsolicited', {
    providers: clients,
  });
});
