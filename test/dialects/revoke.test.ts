import { describe, expect, test } from 'vitest';
import { revoke } from '../../lib/dialects/revoke.ts';
import { refusals } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { aGrantRevoked, roleArn } from '../revoke/kit.ts';
import { aRequest, golden, refusalOf } from './kit.ts';

const operator = 'arn:aws:iam::111122223333:user/operator';
const asking = (body: object) => ({ ...aRequest(body), path: '/v1/admin/revoke', iamCaller: operator });
const hintOf = (body: object) => refusalOf(() => revoke.read(asking(body)))?.detail.hint;

describe('a request', () => {
  test.each([
    [{ session: 'ASIAIOSFODNN7EXAMPLE' }, 'session', 'ASIAIOSFODNN7EXAMPLE'],
    [{ person: 'corp/a/b' }, 'person', 'corp/a/b'],
    [{ grant: 'tenant-files' }, 'grant', 'tenant-files'],
    [{ role: roleArn('path/files') }, 'role', roleArn('path/files')],
  ])('names what is revoked: %j', (body, kind, name) => {
    expect(revoke.read(asking(body))).toEqual({ operator, wants: 'revoke', target: { kind, name }, dryRun: false });
  });

  test('may have a reason, only ask, or lift', () => {
    const body = { grant: 'files', reason: 'left', lift: true, dryRun: true };
    expect(revoke.read(asking(body))).toEqual({
      operator,
      wants: 'lift',
      target: { kind: 'grant', name: 'files' },
      reason: 'left',
      dryRun: true,
    });
  });

  test('by GET asks for the list', () => {
    expect(revoke.read({ ...asking({}), method: 'GET' })).toEqual({ operator, wants: 'list' });
  });

  test.each<[object, string]>([
    [{}, 'Name one of session, person, grant, role.'],
    [{ grant: 'a', person: 'a/b' }, 'Name one of session, person, grant, role.'],
    [{ session: 'AKIAIOSFODNN7EXAMPLE' }, '"session" must be the access key ID of a session: ASIA…'],
    [{ person: 'alice' }, '"person" must be a provider and a subject, as app/alice.'],
    [{ grant: 'a b' }, '"grant" must be the name of a grant.'],
    [{ role: 'daypass-files' }, '"role" must be the ARN of a role: arn:aws:iam::{account}:role/{name}.'],
    [{ grant: 1 }, '"grant" must be there and be a text.'],
    [{ grant: 'a', lift: 'yes' }, '"lift" must be true or false.'],
    [{ grant: 'a', dryRun: 1 }, '"dryRun" must be true or false.'],
    [{ grant: 'a', reason: 'x'.repeat(257) }, '"reason" must have at most 256 characters.'],
  ])('%j: %s', (body, hint) => {
    expect(`${hintOf(body)}`.replace(/\.$/, '')).toBe(hint.replace(/\.$/, ''));
  });

  test('is nobody’s without IAM’s word', () => {
    const { iamCaller: _, ...open } = asking({ grant: 'files' });
    for (const method of ['GET', 'POST']) {
      expect(refusalOf(() => revoke.read({ ...open, method }))?.code).toBe('operator_unknown');
    }
  });
});

describe('an answer', () => {
  test('tells what was done in each role', () => {
    const roles = [{ role: roleArn(), outcome: 'denied' }] as const;
    const done = {
      tells: 'done',
      done: 'revoked',
      changed: true,
      roles,
      newExchanges: 'refused, in 5 s at the latest',
    } as const;
    expect(revoke.answer(done, aMoment)).toEqual(golden('revoke-granted'));
  });

  test('lists what is revoked', () => {
    expect(revoke.answer({ tells: 'list', revocations: [aGrantRevoked()] }, aMoment)).toEqual(golden('revoke-listed'));
  });

  test('is a no in our own words', () => {
    expect(revoke.refuse(refusals.operator_unknown, 'request-1')).toEqual(golden('revoke-refused'));
  });
});
