// Whoever asks why has written the claims: the answer costs little whatever they are.

import { describe, expect, test } from 'vitest';
import { explainGrant } from '../../lib/explain/explain-grant.ts';
import { explainTrust } from '../../lib/explain/explain-trust.ts';
import { webIdentityRequest } from '../../lib/explain/federated-request.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { aGrant, anIdentity, grantsNamed } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';

const many = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `${index}`.padEnd(length, 'x'));

const hostile: readonly (readonly [what: string, claims: Readonly<Record<string, string | readonly string[]>>])[] = [
  ['a value of 15,000 characters', { groups: 'g'.repeat(15_000) }],
  ['3,000 values', { groups: many(3_000, 5) }],
  ['3,000 claims', Object.fromEntries(many(3_000, 5).map((name) => [name, 'x']))],
  ['names of 5,000 characters', Object.fromEntries(many(3, 5_000).map((name) => [name, 'x']))],
  ['names that every object has', { __proto__x: 'a', constructor: 'b', toString: 'c', hasOwnProperty: 'd' }],
];

const when = {
  StringEquals: { sub: many(20, 200), grops: 'a' },
  'ForAllValues:StringLike': { groups: many(20, 200) },
  'ForAnyValue:StringEquals': { groupz: 'x' },
};

describe.each(hostile)('%s', (_what, claims) => {
  const quick = (act: () => unknown) => {
    const began = performance.now();
    act();
    expect(performance.now() - began).toBeLessThan(250);
  };

  test('explained against a grant', () => {
    const identity = anIdentity({ subject: 'alice', attributes: claims });
    quick(() => explainGrant(identity, 'files', grantsNamed(aGrant({ when }))));
  });

  test('explained against a trust policy', () => {
    const all = new Map(Object.entries({ iss: 'https://login.acme.example', sub: 'alice', aud: 'web', ...claims }));
    const target = { account: '111122223333', sessionName: 's', roleTags: new Map(), now: aMoment };
    const document = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/login.acme.exampl' },
        Action: 'sts:AssumeRole',
        Condition: when,
      },
    };
    const policy = parsePolicy({ name: 'trust policy', kind: 'trust', document });
    quick(() => explainTrust(policy, webIdentityRequest(all, target)));
  });
});
