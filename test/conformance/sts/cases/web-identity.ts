// AssumeRoleWithWebIdentity, with tokens of the suite's own issuer.

import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { base64url, signed } from '../../../kit/issuer.ts';
import type { Cast } from '../cast.ts';
import {
  type CallRow,
  denied,
  type Group,
  type Input,
  invalid,
  notAuthorized as notAuthorizedTo,
  type Refusal,
  violation,
} from '../row.ts';
import { type Condition, documentOf, permits, sessionArn, trusts } from '../statements.ts';
import { issuerUrl } from '../target.ts';
import { seconds } from '../web-issuer.ts';
import { keysIn, type World } from '../world.ts';

const refusedToken = (message: string | RegExp): Refusal => [400, 'InvalidIdentityToken', message];
const notAuthorized = denied('Not authorized to perform sts:AssumeRoleWithWebIdentity');
const noKey = refusedToken(
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
);
const notAJwt = refusedToken(
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
);
const badTimestamp = refusedToken('Invalid timestamp in token claims.');
const wrongAudience = refusedToken(
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
);
const tagsClaim = 'https://aws.amazon.com/tags';
const rolesClaim = 'https://aws.amazon.com/roles';

export function webIdentity(world: World, { issuer }: Cast): Group {
  const { account } = world;
  const provider = world.oidcProvider(issuerUrl, ['web', 'mobile']);
  const name = issuerUrl.replace('https://', '');
  const every = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'];
  const web = world.role({
    name: 'web',
    maxSeconds: 7200,
    trust: [trusts({ Federated: provider }, { actions: every })],
  });
  const aliceOnly = world.role({
    name: 'web-alice',
    trust: [trusts({ Federated: provider }, { actions: every, when: { StringEquals: { [`${name}:sub`]: 'alice' } } })],
  });
  const when = (label: string, condition: Condition) =>
    world.role({
      name: `web-${label}`,
      trust: [trusts({ Federated: provider }, { actions: every, when: condition })],
    });
  const byEmail = when('email', { StringEquals: { [`${name}:email`]: 'alice@acme.example', [`${name}:aud`]: 'web' } });
  const byGroup = when('group', { StringEquals: { [`${name}:groups`]: 'editors' } });
  const byTag = when('tag', { StringEquals: { 'aws:RequestTag/tenant': 'blue' } });
  const byIdp = when('idp', { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } });
  const byPrincipal = when('principal', {
    StringEquals: { 'aws:PrincipalType': 'User', 'aws:userid': provider },
    Null: { 'aws:PrincipalArn': 'true' },
  });
  const assumeOnly = world.role({
    name: 'web-assume-only',
    trust: [trusts({ Federated: provider }, { actions: 'sts:AssumeRoleWithWebIdentity' })],
  });
  const hub = world.role({
    name: 'web-hub',
    trust: [trusts({ Federated: provider }, { actions: every })],
    permissions: [permits(['sts:AssumeRole', 'sts:TagSession'])],
  });
  const later = (label: string, condition: Condition) =>
    world.role({
      name: `web-later-${label}`,
      trust: [trusts({ AWS: hub }, { actions: ['sts:AssumeRole', 'sts:TagSession'], when: condition })],
    });
  const unreachable = world.role({
    name: 'web-unreachable',
    trust: [trusts({ Federated: world.oidcProvider('https://nowhere.invalid', ['web']) }, { actions: every })],
  });
  const awsStar = world.role({
    name: 'web-aws-star',
    trust: [trusts({ AWS: '*' }, { actions: 'sts:AssumeRoleWithWebIdentity' })],
  });

  const row = (says: string, claims: Input | (() => Input), answer: Partial<CallRow>, more: Input = {}): CallRow => ({
    ...{ says, as: world.nobody, needs: 'an identity provider' },
    input: () => ({
      RoleArn: web,
      RoleSessionName: 'alice',
      WebIdentityToken: issuer.token(typeof claims === 'function' ? claims() : claims),
      ...more,
    }),
    ...answer,
  });
  const taken = (says: string, claims: Input | (() => Input), more: Input = {}) =>
    row(says, claims, { gives: { AssumedRoleUser: { Arn: sessionArn(String(more.RoleArn ?? web), 'alice') } } }, more);
  const refused = (says: string, claims: Input | (() => Input), refuses: Refusal, more: Input = {}) =>
    row(says, claims, { refuses }, more);
  const withHeader = (says: string, header: Input, refuses: Refusal): CallRow => ({
    ...row(says, {}, { refuses }),
    input: () => ({ RoleArn: web, RoleSessionName: 'alice', WebIdentityToken: issuer.token({}, header) }),
  });
  const written = (says: string, token: () => string, refuses: Refusal): CallRow => ({
    ...row(says, {}, { refuses }),
    input: () => ({ RoleArn: web, RoleSessionName: 'alice', WebIdentityToken: token() }),
  });
  const inHub = world.caller(sessionArn(hub, 'alice'), async () => {
    const claims = { email: 'alice@acme.example', [tagsClaim]: { principal_tags: { tenant: ['blue'] } } };
    const input = { RoleArn: hub, RoleSessionName: 'alice', WebIdentityToken: issuer.token(claims) };
    return keysIn(
      (await (await world.sts(world.nobody)).send(new AssumeRoleWithWebIdentityCommand(input))).Credentials,
    );
  });
  const asksLater = (says: string, RoleArn: string, mayHave = true): CallRow => ({
    ...{ says, as: inHub, operation: 'AssumeRole', input: { RoleArn, RoleSessionName: 'later' } },
    ...(mayHave
      ? { gives: { AssumedRoleUser: { Arn: sessionArn(RoleArn, 'later') } } }
      : { refuses: notAuthorizedTo(inHub.arn, 'sts:AssumeRole', RoleArn) }),
    needs: 'an identity provider',
  });
  return {
    name: 'AssumeRoleWithWebIdentity',
    operation: 'AssumeRoleWithWebIdentity',
    rows: [
      {
        ...row(
          'gives an hour, and says whose token it was',
          {},
          {
            lasts: 3600,
            gives: {
              AssumedRoleUser: {
                Arn: sessionArn(web, 'alice'),
                AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:alice$/),
              },
              SubjectFromWebIdentityToken: 'alice',
              Provider: provider,
              Audience: 'web',
              PackedPolicySize: 25,
            },
            lacks: ['SourceIdentity'],
          },
        ),
        byCli: true,
      },
      { ...row('asks the role for longer', {}, { lasts: 7200 }, { DurationSeconds: 7200 }) },
      {
        ...refused(
          'gives no longer than the role',
          {},
          invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
          { DurationSeconds: 7201 },
        ),
        byCli: true,
      },
      row('the end of the token is not the end of the session', () => ({ exp: seconds() + 5 }), { lasts: 3600 }),
      refused(
        '899 seconds are too few',
        {},
        violation('899', 'durationSeconds', 'have value greater than or equal to 900'),
        { DurationSeconds: 899 },
      ),
      refused('a session must have a name', {}, violation(null, 'roleSessionName', 'not be null'), {
        RoleSessionName: undefined,
      }),
      refused(
        'of letters that are allowed',
        {},
        violation('a b', 'roleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*'),
        { RoleSessionName: 'a b' },
      ),
      refused('there must be a token', {}, violation(null, 'webIdentityToken', 'not be null'), {
        WebIdentityToken: undefined,
      }),
      refused(
        'of four characters or more',
        {},
        violation(undefined, 'webIdentityToken', 'have length greater than or equal to 4'),
        { WebIdentityToken: 'a.b' },
      ),
      refused(
        'of 20000 at most',
        {},
        invalid(
          /'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000$/,
        ),
        { WebIdentityToken: 'x'.repeat(20_001) },
      ),
      refused(
        'a session policy has 2048 characters at most',
        {},
        invalid(/'policy' failed to satisfy constraint: Member must have length less than or equal to 2048$/),
        { Policy: documentOf(permits('s3:*')).padEnd(2049) },
      ),
      {
        ...refused('a role that does not trust says no', { sub: 'mallory' }, notAuthorized, { RoleArn: aliceOnly }),
        byCli: true,
      },
      refused('and so does one that is not there', {}, notAuthorized, { RoleArn: `${web}-not` }),
      refused('whom "AWS" names with a star are not those of providers', {}, notAuthorized, { RoleArn: awsStar }),
      taken('a trust policy sees sub', {}, { RoleArn: aliceOnly }),
      taken('and email and aud', { email: 'alice@acme.example' }, { RoleArn: byEmail }),
      refused('and no claim of somebody’s own', { groups: 'editors' }, notAuthorized, { RoleArn: byGroup }),
      taken('the caller is a user of the provider, without an ARN', {}, { RoleArn: byPrincipal }),
      ...['sub', 'aud', 'iat', 'exp', 'iss'].map((claim) =>
        refused(
          `a token must have ${claim}`,
          { [claim]: undefined },
          refusedToken(`Missing a required claim: ${claim}`),
        ),
      ),
      refused('an audience must be somebody', { aud: [] }, refusedToken('Claim is not allowed to be empty: aud')),
      refused(
        'an audience of two needs an authorised party',
        { aud: ['web', 'mobile'] },
        refusedToken('Token audience contains more than one audience while authorized party is not present'),
      ),
      row('which then is the audience', { aud: ['web', 'else'], azp: 'mobile' }, { gives: { Audience: 'mobile' } }),
      refused('and must be one of the provider’s', { azp: 'else' }, wrongAudience),
      { ...refused('an audience must be one of the provider’s', { aud: 'else' }, wrongAudience), byCli: true },
      taken('a token is taken until five minutes after its end', () => ({
        iat: seconds() - 900,
        exp: seconds() - 240,
      })),
      refused('and not after', () => ({ iat: seconds() - 900, exp: seconds() - 330 }), [
        400,
        'ExpiredTokenException',
        /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
      ]),
      taken('a token may be issued in less than five minutes', () => ({ iat: seconds() + 240, exp: seconds() + 900 })),
      refused(
        'and not later',
        () => ({ iat: seconds() + 400, exp: seconds() + 900 }),
        refusedToken(/^Token issued in the future: \d+$/),
      ),
      taken('a token may be valid in less than five minutes', () => ({ nbf: seconds() + 240 })),
      refused(
        'and not later than that',
        () => ({ nbf: seconds() + 400 }),
        refusedToken(
          /^Token not yet valid: current date\/time \d+ must be after or equal to the not-before date\/time \d+$/,
        ),
      ),
      taken('a time may be a text', () => ({ exp: String(seconds() + 300), iat: String(seconds()) })),
      refused('a time is no fraction', () => ({ exp: seconds() + 300.5 }), badTimestamp),
      refused('a time is no word', { exp: 'tomorrow' }, badTimestamp),
      refused('a subject is not null', { sub: null }, [
        500,
        'InternalFailure',
        'Unknown error validating third-party token',
      ]),
      row('a subject may be a number', { sub: 42 }, { gives: { SubjectFromWebIdentityToken: '42' } }),
      row(
        'a subject may be longer than the model says',
        { sub: 's'.repeat(300) },
        {
          gives: { SubjectFromWebIdentityToken: 's'.repeat(300) },
        },
      ),
      withHeader('a key that the issuer has not is none', { kid: 'other' }, noKey),
      refused('keys that cannot be fetched are none', { iss: 'https://nowhere.invalid' }, noKey, {
        RoleArn: unreachable,
      }),
      withHeader('a header with crit is no JWT’s', { crit: ['exp'] }, notAJwt),
      written('an opaque token is no JWT', () => 'opaque-access-token', notAJwt),
      written(
        'a token that another key signed is not the issuer’s',
        () => {
          const [header = '', payload = ''] = issuer.token().split('.');
          return `${header}.${payload}.${base64url(Buffer.alloc(64, 7))}`;
        },
        refusedToken('Token signature invalid'),
      ),
      written(
        'a token without an algorithm is not the issuer’s',
        () => {
          const [, payload = ''] = issuer.token().split('.');
          return `${base64url(JSON.stringify({ alg: 'none', kid: issuer.issuer.keyId }))}.${payload}.`;
        },
        refusedToken(/./),
      ),
      written(
        'of two members of a name the last counts',
        () => {
          const [header = '', payload = ''] = issuer.token().split('.');
          const claims = Buffer.from(payload, 'base64url').toString('utf8').replace(/}$/, ',"aud":"else"}');
          const { privateKey, algorithm } = issuer.issuer;
          return signed(Buffer.from(header, 'base64url'), claims, algorithm, privateKey);
        },
        wrongAudience,
      ),
      refused(
        'an issuer must be a provider of the role’s account',
        { iss: 'https://other.example' },
        refusedToken('No OpenIDConnect provider found in your account for https://other.example'),
      ),
      refused(
        'to the letter',
        { iss: `${issuerUrl}/` },
        refusedToken(`No OpenIDConnect provider found in your account for ${issuerUrl}/`),
      ),
      refused(
        'a JWT is no token of Login with Amazon',
        {},
        refusedToken('Provided Token is not a Login With Amazon token'),
        { ProviderId: 'www.amazon.com' },
      ),
      refused('nor is it one of another provider that is named', {}, denied(/./), { ProviderId: 'graph.facebook.com' }),
      taken(
        'tags may stand in the token',
        { [tagsClaim]: { principal_tags: { tenant: ['blue'] } } },
        { RoleArn: byTag },
      ),
      taken('or each for itself', { [`${tagsClaim}/principal_tags/tenant`]: 'blue' }, { RoleArn: byTag }),
      refused(
        'a tag’s value is a list of one',
        { [tagsClaim]: { principal_tags: { tenant: 'blue' } } },
        refusedToken('principal_tags passed in claim is not in correct format.'),
        { RoleArn: byTag },
      ),
      // Whether AWS names this action or the other is not known.
      refused(
        'tags need TagSession',
        { [tagsClaim]: { principal_tags: { tenant: ['blue'] } } },
        denied(/^Not authorized to perform sts:(TagSession|AssumeRoleWithWebIdentity)$/),
        { RoleArn: assumeOnly },
      ),
      row(
        'a source identity is echoed',
        { 'https://aws.amazon.com/source_identity': 'alice' },
        { gives: { SourceIdentity: 'alice' } },
      ),
      taken('a token may name its roles', { [rolesClaim]: [byIdp, ' x '] }, { RoleArn: byIdp }),
      taken('in one text, too', { [rolesClaim]: `x; ${byIdp} ` }, { RoleArn: byIdp }),
      refused('and then is for no other', { [rolesClaim]: [aliceOnly] }, refusedToken(/./)),
      refused('a token that names none is not authorised by the provider', {}, notAuthorized, { RoleArn: byIdp }),
      asksLater(
        'a session knows its provider and subject',
        later('known', {
          StringEquals: { 'aws:FederatedProvider': provider, [`${name}:sub`]: 'alice', [`${name}:aud`]: 'web' },
        }),
      ),
      asksLater('and no more of its token', later('email', { StringLike: { [`${name}:email`]: '*' } }), false),
      asksLater('but its tags', later('tag', { StringEquals: { 'aws:PrincipalTag/tenant': 'blue' } })),
      {
        says: 'GetCallerIdentity tells the session of a web identity',
        as: inHub,
        operation: 'GetCallerIdentity',
        gives: { Account: account, Arn: sessionArn(hub, 'alice') },
        needs: 'an identity provider',
      },
    ],
  };
}
