// AssumeRoleWithSAML, with assertions of the suite's own identity provider.

import { createHash } from 'node:crypto';
import { AssumeRoleWithSAMLCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { someMetadata } from '../../../kit/idp-metadata.ts';
import { anEmailAddress, awsAttributes, type ResponseSettings, us } from '../../../kit/saml-idp.ts';
import type { Cast } from '../cast.ts';
import { alsoByCli, type CallRow, denied, type Group, type Input, invalid, type Refusal, violation } from '../row.ts';
import { sessionArn, trusts } from '../statements.ts';
import { keysIn, type World } from '../world.ts';

const refusedAssertion = (message: string | RegExp): Refusal => [400, 'InvalidIdentityToken', message];
const fromDiscovery = (message: string, code = 'AuthSamlInvalidSamlResponseException') =>
  refusedAssertion(
    new RegExp(
      `^${message.replace(/[()]/g, '\\$&')} \\(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: ${code}; Request ID: [0-9a-f-]{36}; Proxy: null\\)$`,
    ),
  );
const unreadable = fromDiscovery('Invalid base64 SAMLResponse');
const unsigned = fromDiscovery(
  'Response (with optional signature) must contain an assertion with a mandatory signature',
);
const expired: Refusal = [400, 'ExpiredTokenException', 'Response has expired'];
const every = ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'];

export function saml(world: World, { samlIdp: idp }: Cast): Group {
  const { account, target } = world;
  const metadata = someMetadata({ entityId: idp.entityId, keys: [{ certificates: [idp.certificate] }] });
  // IAM takes no metadata of fewer than 1000 characters.
  const provider = world.samlProvider('corp', metadata.padEnd(1000));
  const role = world.role({
    name: 'saml',
    maxSeconds: 14_400,
    trust: [trusts({ Federated: provider }, { actions: every })],
  });
  const recipient = world.role({
    name: 'saml-recipient',
    trust: [
      trusts(
        { Federated: provider },
        { actions: every, when: { StringEquals: { 'saml:aud': us.assertionConsumerService } } },
      ),
    ],
  });
  const byTag = world.role({
    name: 'saml-tag',
    trust: [
      trusts({ Federated: provider }, { actions: every, when: { StringEquals: { 'aws:RequestTag/tenant': 'blue' } } }),
    ],
  });
  const assumeOnly = world.role({
    name: 'saml-assume-only',
    trust: [trusts({ Federated: provider }, { actions: 'sts:AssumeRoleWithSAML' })],
  });

  const attribute = (name: string, ...values: string[]) => ({ [awsAttributes + name]: values });
  const assertion = (of: string, { attributes = {}, ...settings }: ResponseSettings = {}) =>
    idp.response({
      at: new Date(),
      inResponseTo: null,
      attributes: {
        ...attribute('Role', `${of},${provider}`),
        ...attribute('RoleSessionName', 'alice'),
        ...attributes,
      },
      ...settings,
    });
  const row = (says: string, settings: ResponseSettings, answer: Partial<CallRow>, more: Input = {}): CallRow => ({
    ...{ says, as: world.nobody, needs: 'an identity provider' },
    input: () => {
      const RoleArn = String(more.RoleArn ?? role);
      return { RoleArn, PrincipalArn: provider, SAMLAssertion: assertion(RoleArn, settings), ...more };
    },
    ...answer,
  });
  const taken = (says: string, settings: ResponseSettings = {}, more: Input = {}) =>
    row(
      says,
      settings,
      { gives: { AssumedRoleUser: { Arn: sessionArn(String(more.RoleArn ?? role), 'alice') } } },
      more,
    );
  const refused = (says: string, settings: ResponseSettings, refuses: Refusal, more: Input = {}) =>
    row(says, settings, { refuses }, more);
  const once = (make: () => string) => {
    let made: string | undefined;
    return () => {
      made ??= make();
      return made;
    };
  };
  const twice = once(() => assertion(role));
  const qualifier = createHash('sha1').update(`${idp.entityId}${account}/${target.prefix}corp`).digest('base64');
  return {
    name: 'AssumeRoleWithSAML',
    operation: 'AssumeRoleWithSAML',
    rows: [
      alsoByCli(
        row(
          'gives an hour, and says what the assertion said',
          {},
          {
            lasts: 3600,
            gives: {
              AssumedRoleUser: {
                Arn: sessionArn(role, 'alice'),
                AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:alice$/),
              },
              Subject: 'alice@acme.example',
              SubjectType: anEmailAddress,
              Issuer: idp.entityId,
              Audience: us.assertionConsumerService,
              NameQualifier: qualifier,
            },
          },
        ),
      ),
      row(
        'a format of SAML 2.0 is told without its beginning',
        {
          format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
        },
        { gives: { SubjectType: 'persistent' } },
      ),
      row('gives as long as is asked and the role allows', {}, { lasts: 7200 }, { DurationSeconds: 7200 }),
      refused(
        'and no longer',
        {},
        invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
        { DurationSeconds: 14_401 },
      ),
      refused(
        '899 seconds are too few',
        {},
        violation('899', 'durationSeconds', 'have value greater than or equal to 900'),
        { DurationSeconds: 899 },
      ),
      row('SessionDuration makes it shorter', { attributes: attribute('SessionDuration', '900') }, { lasts: 900 }),
      row('and never longer', { attributes: attribute('SessionDuration', '7200') }, { lasts: 3600 }),
      row('SessionNotOnOrAfter makes it shorter than the least', { sessionUntil: 600 }, { lasts: 600 }),
      refused('there must be an assertion', {}, violation(null, 'sAMLAssertion', 'not be null'), {
        SAMLAssertion: undefined,
      }),
      refused(
        'of four characters or more',
        {},
        violation(undefined, 'sAMLAssertion', 'have length greater than or equal to 4'),
        { SAMLAssertion: 'AAA' },
      ),
      refused('a provider must be named', {}, violation(null, 'principalArn', 'not be null'), {
        PrincipalArn: undefined,
      }),
      refused('by an ARN', {}, invalid('arn:aws:iam::aws:something is invalid'), {
        PrincipalArn: 'arn:aws:iam::aws:something',
      }),
      refused(
        'that is there',
        {},
        fromDiscovery("Specified provider doesn't exist", 'AuthSamlManifestNotFoundException'),
        { PrincipalArn: `${provider}-not` },
      ),
      alsoByCli(
        refused(
          'a role that does not trust says no',
          { recipient: 'https://other.example/acs' },
          denied('Not authorized to perform sts:AssumeRoleWithSAML'),
          { RoleArn: recipient },
        ),
      ),
      refused('and so does one that is not there', {}, denied('Not authorized to perform sts:AssumeRoleWithSAML'), {
        RoleArn: `${role}-not`,
      }),
      taken('the recipient is the trust policy’s to judge', {}, { RoleArn: recipient }),
      taken('and nobody else’s', { recipient: 'not-a-url' }),
      taken('the audience is nobody’s', { audience: 'https://other.example' }),
      taken('nor need there be one', { audiences: [] }),
      taken('an assertion may be valid from tomorrow', { from: 86_400 }),
      taken('the Response may be signed, too', { sign: 'both' }),
      refused('but not alone', { sign: 'response' }, unsigned),
      refused('nor may nothing be', { sign: 'none' }, unsigned),
      refused(
        'what was altered is not what was signed',
        {
          after: (xml) =>
            xml.replace(
              '<saml:AttributeValue xsi:type="xs:string">staff<',
              '<saml:AttributeValue xsi:type="xs:string">admin<',
            ),
        },
        refusedAssertion('Response signature invalid'),
      ),
      refused('what has ended has ended: its conditions', { until: -1 }, expired),
      refused('its confirmation', { confirmedUntil: -1 }, expired),
      refused('the session at the identity provider', { sessionUntil: -1 }, expired),
      refused('an assertion is redeemed within five minutes', { issued: -400, responseIssued: -400 }, [
        400,
        'ExpiredTokenException',
        'Token must be redeemed within 5 minutes of issuance',
      ]),
      refused('a confirmation has a recipient', { recipient: null }, unreadable),
      refused('and an end', { confirmedUntil: null }, unreadable),
      refused('a subject has a format', { format: null }, unreadable),
      refused('what is no response is none', {}, unreadable, { SAMLAssertion: 'PHhtbC8+' }),
      {
        ...taken('the same assertion is taken once'),
        input: () => ({ RoleArn: role, PrincipalArn: provider, SAMLAssertion: twice() }),
      },
      { ...taken('and again'), input: () => ({ RoleArn: role, PrincipalArn: provider, SAMLAssertion: twice() }) },
      taken('role and provider may stand in either order', { attributes: attribute('Role', `${provider},${role}`) }),
      refused(
        'and must be those that are asked for',
        { attributes: attribute('Role', `${byTag},${provider}`) },
        refusedAssertion("SAML Assertion doesn't contain the requested Role and Metadata in the attributes"),
      ),
      refused(
        'a session must have a name',
        { attributes: { [`${awsAttributes}RoleSessionName`]: null } },
        refusedAssertion('RoleSessionName is required in AuthnResponse'),
      ),
      refused(
        'of letters that are allowed',
        { attributes: attribute('RoleSessionName', 'a b') },
        refusedAssertion('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}'),
      ),
      row(
        'a source identity is echoed',
        { attributes: attribute('SourceIdentity', 'alice') },
        { gives: { SourceIdentity: 'alice' } },
      ),
      refused(
        'and does not begin with aws:',
        { attributes: attribute('SourceIdentity', 'aws:alice') },
        refusedAssertion('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'),
      ),
      taken(
        'a trust policy sees the tags',
        { attributes: attribute('PrincipalTag:tenant', 'blue') },
        { RoleArn: byTag },
      ),
      // Whether AWS names this action or the other is not known.
      refused(
        'tags need TagSession',
        { attributes: attribute('PrincipalTag:tenant', 'blue') },
        denied(/^Not authorized to perform sts:(TagSession|AssumeRoleWithSAML)$/),
        { RoleArn: assumeOnly },
      ),
      {
        says: 'GetCallerIdentity tells the session of an assertion',
        as: world.caller(sessionArn(role, 'alice'), async () => {
          const input = { RoleArn: role, PrincipalArn: provider, SAMLAssertion: assertion(role) };
          return keysIn((await (await world.sts(world.nobody)).send(new AssumeRoleWithSAMLCommand(input))).Credentials);
        }),
        operation: 'GetCallerIdentity',
        gives: { Account: account, Arn: sessionArn(role, 'alice') },
        needs: 'an identity provider',
      },
    ],
  };
}
