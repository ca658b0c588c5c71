// GetWebIdentityToken: AWS as the issuer, and another account that takes its token.

import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  EnableOutboundWebIdentityFederationCommand,
} from '@aws-sdk/client-iam';
import { GetWebIdentityTokenCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { type CallRow, denied, type Group, type Input, type Refusal, violation } from '../row.ts';
import { documentOf, permits, trusts } from '../statements.ts';
import type { Caller, World } from '../world.ts';

const audience = 'https://partner.example';

export function webIdentityToken(world: World, { ali, bob }: Cast): Group {
  const { account, target } = world;
  const role = world.role({
    name: 'outbound',
    path: '/teams/',
    trust: [trusts({ AWS: ali.arn })],
    permissions: [permits('sts:GetWebIdentityToken')],
    tags: { team: 'blue' },
  });
  const caller = world.user('outbound', { permissions: [permits('sts:GetWebIdentityToken')], tags: { floor: '2' } });
  const tagger = world.user('outbound-tagger', {
    permissions: [permits(['sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken'])],
  });
  const picky = world.user('outbound-picky', {
    permissions: [
      permits('sts:GetWebIdentityToken', '*', {
        'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': audience },
        StringEquals: { 'sts:SigningAlgorithm': 'ES384' },
        NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
      }),
    ],
  });
  const session = world.session(ali, { RoleArn: role, DurationSeconds: 900 });
  const needs = 'an account to switch on';
  let issuer = '';

  const asks = (says: string, input: Input, answer: Partial<CallRow>, as: Caller = caller): CallRow => ({
    ...{ says, as, input: { Audience: [audience], SigningAlgorithm: 'ES384', ...input }, needs },
    ...answer,
  });
  const refused = (says: string, input: Input, refuses: Refusal, as: Caller = caller) =>
    asks(says, input, { refuses }, as);
  const claims = (says: string, input: Input, expected: () => Input, as: Caller = caller) =>
    asks(
      says,
      input,
      { and: ({ WebIdentityToken }) => expect(claimsIn(WebIdentityToken)).toMatchObject(expected()) },
      as,
    );
  const about = 'https://sts.amazonaws.com/';

  const partnerRole = `${target.prefix}takes-outbound`;
  /** Makes the other account take the tokens of this one’s role. */
  const welcome = async () => {
    const elsewhere = await world.iam(world.elsewhere);
    await elsewhere.send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: [audience] }));
    const name = issuer.replace('https://', '');
    const Federated = `arn:aws:iam::${target.otherAccount}:oidc-provider/${name}`;
    const when = { StringEquals: { [`${name}:sub`]: role, [`${name}:aud`]: audience } };
    const trust = trusts({ Federated }, { actions: 'sts:AssumeRoleWithWebIdentity', when });
    await elsewhere.send(new CreateRoleCommand({ RoleName: partnerRole, AssumeRolePolicyDocument: documentOf(trust) }));
  };
  const tokenOf = async (who: Caller) => {
    const command = new GetWebIdentityTokenCommand({ Audience: [audience], SigningAlgorithm: 'RS256' });
    return (await (await world.sts(who)).send(command)).WebIdentityToken;
  };
  const exchanges = (says: string, as: Caller, answer: Partial<CallRow>): CallRow => ({
    ...{ says, as: world.nobody, needs, operation: 'AssumeRoleWithWebIdentity' },
    input: async () => ({
      RoleArn: `arn:aws:iam::${target.otherAccount}:role/${partnerRole}`,
      RoleSessionName: 'visitor',
      WebIdentityToken: await tokenOf(as),
    }),
    ...answer,
  });
  return {
    name: 'GetWebIdentityToken',
    operation: 'GetWebIdentityToken',
    rows: [
      refused('is off until the account switches it on', {}, [
        403,
        'OutboundWebIdentityFederationDisabledException',
        /./,
      ]),
      {
        ...asks('lasts five minutes', {}, { lasts: 300 }),
        first: async () => {
          const answer = await (await world.iam()).send(new EnableOutboundWebIdentityFederationCommand({}));
          issuer = answer.IssuerIdentifier ?? '';
          expect(issuer).toMatch(
            /^https:\/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tokens\.sts\.global\.api\.aws$/,
          );
        },
      },
      asks('lasts an hour at most', { DurationSeconds: 3600 }, { lasts: 3600 }),
      asks('lasts a minute at least', { DurationSeconds: 60 }, { lasts: 60 }),
      refused(
        'not more',
        { DurationSeconds: 3601 },
        violation('3601', 'durationSeconds', 'have value less than or equal to 3600'),
      ),
      refused(
        'not less',
        { DurationSeconds: 59 },
        violation('59', 'durationSeconds', 'have value greater than or equal to 60'),
      ),
      claims('a token speaks of the user', {}, () => ({
        iss: issuer,
        aud: audience,
        sub: caller.arn,
        [about]: { aws_account: account, source_region: target.region, principal_tags: { floor: '2' } },
      })),
      claims(
        'a token speaks of a session’s role, with its path',
        {},
        () => ({ sub: role, [about]: { principal_tags: { team: 'blue' } } }),
        session,
      ),
      claims('a token may be for several', { Audience: [audience, 'two'] }, () => ({ aud: [audience, 'two'] })),
      claims(
        'a token carries the tags that are given',
        { Tags: [{ Key: 'order', Value: '17' }] },
        () => ({ [about]: { request_tags: { order: '17' } } }),
        tagger,
      ),
      refused(
        'tags need a permission of their own',
        { Tags: [{ Key: 'order', Value: '17' }] },
        denied(/is not authorized to perform: sts:TagGetWebIdentityToken/),
      ),
      refused('needs the permission', {}, denied(/is not authorized to perform: sts:GetWebIdentityToken/), bob),
      asks('what is asked for is known to the permissions', {}, { lasts: 300 }, picky),
      refused('the algorithm, too', { SigningAlgorithm: 'RS256' }, denied(/sts:GetWebIdentityToken/), picky),
      refused('and the duration', { DurationSeconds: 301 }, denied(/sts:GetWebIdentityToken/), picky),
      refused('and the audience', { Audience: ['other'] }, denied(/sts:GetWebIdentityToken/), picky),
      refused(
        'does not outlive the session',
        { DurationSeconds: 3600 },
        [403, 'SessionDurationEscalationException', /./],
        session,
      ),
      refused('must be for somebody', { Audience: undefined }, violation(null, 'audience', 'not be null')),
      refused('is for ten at most', { Audience: Array.from({ length: 11 }, (_, index) => `audience-${index}`) }, [
        400,
        'ValidationError',
        /'audience' failed to satisfy constraint: Member must have length less than or equal to 10$/,
      ]),
      refused(
        'must be told the algorithm',
        { SigningAlgorithm: undefined },
        violation(null, 'signingAlgorithm', 'not be null'),
      ),
      refused(
        'in five characters',
        { SigningAlgorithm: 'RS2' },
        violation('RS2', 'signingAlgorithm', 'have length greater than or equal to 5'),
      ),
      refused('which is one of two', { SigningAlgorithm: 'HS256' }, [400, /./, /./]),
      {
        ...exchanges('another account takes the token of a role', session, {
          gives: {
            AssumedRoleUser: { Arn: `arn:aws:sts::${target.otherAccount}:assumed-role/${partnerRole}/visitor` },
            SubjectFromWebIdentityToken: role,
            Audience: audience,
          },
        }),
        first: welcome,
      },
      exchanges('and not that of somebody else', caller, {
        refuses: denied('Not authorized to perform sts:AssumeRoleWithWebIdentity'),
      }),
    ],
  };
}

function claimsIn(token: unknown): Input {
  const [, payload = ''] = String(token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Input;
}
