// MFA: a second factor for a call, and what trust policies and permissions see of it.

import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { type CallRow, denied, type Group, notAuthorized, type Refusal } from '../row.ts';
import { permits, sessionArn, trusts } from '../statements.ts';
import type { Caller, User, World } from '../world.ts';

// At AWS with a space at the end, which not every client leaves there.
const wrongCode = denied(/^MultiFactorAuthentication failed with invalid MFA one time pass code\. ?$/);
const wrongDevice = denied(
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
);

export function mfa(world: World, { ali }: Cast): Group {
  const { account } = world;
  const withMfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const permissions = [permits('sts:AssumeRole'), permits('iam:ListRoles', '*', withMfa)];
  const user = (name: string) => world.user(name, { permissions, mfa: true });
  const [carol, cleo, cora, cyd] = [user('carol'), user('cleo'), user('cora'), user('cyd')];
  const required = world.role({
    name: 'mfa-required',
    trust: [trusts({ AWS: account }, { when: withMfa })],
    permissions: [permits('iam:ListRoles', '*', withMfa)],
  });
  const fresh = world.role({
    name: 'mfa-fresh',
    trust: [trusts({ AWS: account }, { when: { NumericLessThan: { 'aws:MultiFactorAuthAge': '900' } } })],
  });

  const codeOf = (who: User) => ({ SerialNumber: who.serialNumber, TokenCode: who.code() });
  const withCode = world.signedIn(cora, () => codeOf(cora));
  const withoutCode = world.signedIn(cora);
  const inRequired = world.session(cyd, { RoleArn: required }, () => codeOf(cyd));
  let given = '';

  const asks = (says: string, as: Caller, RoleArn: string, refuses?: Refusal, more = () => ({})): CallRow => ({
    ...{ says, as, input: () => ({ RoleArn, RoleSessionName: 'session', ...more() }) },
    ...(refuses ? { refuses } : { gives: { AssumedRoleUser: { Arn: sessionArn(RoleArn) } } }),
  });
  const listsRoles = { operation: 'iam:ListRoles', gives: { Roles: expect.any(Array) } };
  const requiredOf = (who: Caller) => notAuthorized(who.arn, 'sts:AssumeRole', required);
  return {
    name: 'MFA',
    operation: 'AssumeRole',
    rows: [
      asks('a role that requires it denies a call without a code', carol, required, requiredOf(carol)),
      asks('a code of one’s own device lets in', carol, required, undefined, () => {
        const code = codeOf(carol);
        given = code.TokenCode;
        return code;
      }),
      asks('the same code does not do so again', carol, required, wrongCode, () => ({
        SerialNumber: carol.serialNumber,
        TokenCode: given,
      })),
      asks('the next code does', carol, fresh, undefined, () => codeOf(carol)),
      asks('a wrong code does not', cleo, required, wrongCode, () => ({
        SerialNumber: cleo.serialNumber,
        TokenCode: otherThan(cleo.code()),
      })),
      asks('somebody else’s device does not', ali, required, wrongDevice, () => codeOf(cleo)),
      asks('a device that is not there does not', cleo, required, wrongDevice, () => ({
        SerialNumber: `arn:aws:iam::${account}:mfa/nobody`,
        TokenCode: '123456',
      })),
      asks('a session of a role has no device to give a code of', inRequired, fresh, wrongDevice, () => codeOf(cleo)),
      asks('a session of GetSessionToken with a code lets in', withCode, required),
      asks('one without a code does not', withoutCode, required, requiredOf(withoutCode)),
      asks(
        'where the age is asked, long-term keys have none',
        ali,
        fresh,
        notAuthorized(ali.arn, 'sts:AssumeRole', fresh),
      ),
      asks('a session of GetSessionToken has the age of its code', withCode, fresh),
      { says: 'permissions see the code in the session of a role', as: inRequired, ...listsRoles },
      { says: 'and in a session of GetSessionToken', as: withCode, ...listsRoles },
      {
        says: 'IAM takes no session of GetSessionToken without one',
        as: withoutCode,
        operation: 'iam:ListRoles',
        refuses: [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
      },
      {
        says: 'permissions see none with long-term keys',
        as: cleo,
        operation: 'iam:ListRoles',
        refuses: denied(/because no identity-based policy allows the iam:ListRoles action$/),
      },
      {
        says: 'GetSessionToken refuses a wrong code, too',
        as: cyd,
        operation: 'GetSessionToken',
        input: () => ({ SerialNumber: cyd.serialNumber, TokenCode: otherThan(cyd.code()) }),
        refuses: wrongCode,
      },
    ],
  };
}

const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
