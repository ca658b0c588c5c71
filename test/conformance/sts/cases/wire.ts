// What goes over the wire: forms, signatures and answers that no SDK would write.

import { type Cast, everyAssuming } from '../cast.ts';
import { type Group, invalid, type Refusal, type Wire, type WireKeys, type WireRow } from '../row.ts';
import { sessionArn, trusts } from '../statements.ts';
import type { Caller, World } from '../world.ts';

const version = 'Version=2011-06-15';
const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const dispatcher = 'xmlns="http://webservices.amazon.com/AWSFault/2005-15-09"';
const identity = `Action=GetCallerIdentity&${version}`;

const invalidToken: Refusal = [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'];
const doesNotMatch: Refusal = [
  403,
  'SignatureDoesNotMatch',
  /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\./,
];
const malformed = (message?: string): Refusal => [400, 'MalformedInput', message];

export function wire(world: World, { ali, bob, hub }: Cast): Group {
  const { account } = world;
  const long = world.role({
    name: 'wire',
    maxSeconds: 43_200,
    trust: [trusts({ AWS: ali.arn }, { actions: everyAssuming })],
  });
  const session = world.session(ali, { RoleArn: hub });
  const another = world.session(ali, { RoleArn: hub, RoleSessionName: 'another' });
  const form = (more: string) => `Action=AssumeRole&${version}&RoleArn=${encodeURIComponent(long)}&${more}`;
  const named = (more: string) => form(`RoleSessionName=wire${more}`);

  const row = (says: string, wire: Wire, answer: Partial<WireRow>, as: Caller = ali): WireRow => ({
    ...{ says, as, wire },
    ...answer,
  });
  const lasting = (says: string, written: string, answer: Partial<WireRow>) =>
    row(says, { form: named(`&DurationSeconds=${encodeURIComponent(written)}`) }, answer);
  const bent = (says: string, keys: (keys: WireKeys) => WireKeys | Promise<WireKeys>, refuses: Refusal, as?: Caller) =>
    row(says, { keys }, { refuses }, as);
  const scoped = (says: string, wire: Wire, message: string) =>
    row(says, wire, { refuses: [403, 'SignatureDoesNotMatch', message] });
  const region = 'Credential should be scoped to a valid region. ';
  const service = "Credential should be scoped to correct service: 'sts'. ";
  const other = (text = '') => (text.endsWith('A') ? 'B' : 'A');

  return {
    name: 'the wire',
    operation: '',
    rows: [
      row(
        'a form is answered with XML in STS’s namespace, whose request id is that of the header',
        {},
        {
          body: [
            new RegExp(`^<GetCallerIdentityResponse ${namespace}>\\s*<GetCallerIdentityResult>`),
            new RegExp(`<Arn>${ali.arn}</Arn>`),
            /<ResponseMetadata>\s*<RequestId>[0-9a-f-]{36}<\/RequestId>\s*<\/ResponseMetadata>\s*<\/GetCallerIdentityResponse>\s*$/,
          ],
          and: ({ RequestId, requestIdHeader }) => {
            if (RequestId !== requestIdHeader)
              throw new Error(`${String(RequestId)} is not ${String(requestIdHeader)}`);
          },
        },
      ),
      row('a query is, too', { method: 'GET' }, { gives: { Arn: ali.arn } }),
      row('an address that is signed is', { signature: 'query' }, { gives: { Arn: ali.arn } }),
      row('and one that is signed with a session', { signature: 'query' }, { gives: { Arn: session.arn } }, session),
      row(
        'a signed address is for what was signed',
        { signature: 'query', altered: (path) => `${path}&X=1` },
        { refuses: doesNotMatch },
      ),
      row(
        'and for as long as it says',
        { signature: 'query', at: () => new Date(Date.now() - 600_000), expiresSeconds: 60 },
        {
          refuses: [403, 'SignatureDoesNotMatch', /^Signature expired: /],
        },
      ),
      row(
        'an error is in STS’s namespace, its request id beside it',
        { form: named('&DurationSeconds=899') },
        {
          refuses: invalid(/'durationSeconds'/),
          body: [
            new RegExp(
              `^<ErrorResponse ${namespace}>\\s*<Error>\\s*<Type>Sender</Type>\\s*<Code>ValidationError</Code>\\s*<Message>`,
            ),
            /<\/Error>\s*<RequestId>[0-9a-f-]{36}<\/RequestId>\s*<\/ErrorResponse>\s*$/,
          ],
        },
      ),
      row(
        'of two parameters of a name the first counts',
        { form: form('RoleSessionName=first&RoleSessionName=second') },
        {
          gives: { Arn: sessionArn(long, 'first') },
        },
      ),
      row(
        'for the check as well',
        { form: form('RoleSessionName=a&RoleSessionName=second') },
        {
          refuses: invalid(/Value 'a' at 'roleSessionName'/),
        },
      ),
      row(
        'a parameter that nobody knows does no harm',
        { form: named('&Colour=blue&Tags.member.x=1') },
        {
          gives: { Arn: sessionArn(long, 'wire') },
        },
      ),
      row(
        'neither do transitive keys where there are none',
        {
          form: `Action=GetSessionToken&${version}&TransitiveTagKeys.member.1=x&Tags.member.1.Key=x`,
        },
        { lasts: 43_200 },
      ),
      row(
        'lists are numbered members',
        {
          form: named('&Tags.member.1.Key=team&Tags.member.1.Value=blue&TransitiveTagKeys.member.1=team'),
        },
        { gives: { Arn: sessionArn(long, 'wire') }, body: [/<PackedPolicySize>\d+<\/PackedPolicySize>/] },
      ),
      lasting('a number may have its sign', '+900', { lasts: 900 }),
      lasting('a number may have a nought before it', '0900', { lasts: 900 }),
      lasting('a number has no blanks', ' 900 ', { refuses: malformed() }),
      lasting('a number has no point', '900.0', { refuses: malformed() }),
      lasting('a number has no exponent', '9e2', { refuses: malformed() }),
      lasting('a number is no word', 'abc', { refuses: malformed() }),
      lasting('a number has 32 bits', '2147483648', { refuses: malformed() }),
      lasting('the least number is one', '-2147483648', {
        refuses: invalid(/Value '-2147483648' at 'durationSeconds'/),
      }),
      lasting('nothing is no number', '', { refuses: malformed('missing value for decimal type') }),
      ...['UntagSession', 'TagSession', 'SetSourceIdentity', 'SetContext', 'GetServiceBearerToken', 'assumerole'].map(
        (name) =>
          row(
            `${name} is no operation`,
            { form: `Action=${name}&${version}` },
            {
              refuses: [400, 'InvalidAction', `Could not find operation ${name} for version 2011-06-15`],
              body: [new RegExp(`^<ErrorResponse ${dispatcher}>`)],
            },
          ),
      ),
      row(
        'an operation is of its version',
        { form: 'Action=GetCallerIdentity&Version=2010-05-08' },
        {
          refuses: [400, 'InvalidAction', 'Could not find operation GetCallerIdentity for version 2010-05-08'],
        },
      ),
      row(
        'a form without an action has no operation',
        { form: version },
        {
          refuses: [400, /^(InvalidAction|MissingAction)$/, /./],
          body: [new RegExp(`^<ErrorResponse ${dispatcher}>`)],
        },
      ),
      row(
        'what is no form and has no action is led elsewhere',
        {
          form: 'nothing',
          headers: { 'content-type': 'text/plain' },
          signature: 'none',
        },
        { refuses: [302, '', undefined] },
      ),
      scoped('a signature is for a Region', { scope: { region: 'nowhere' } }, region),
      scoped('a signature is for STS', { scope: { service: 'monitoring' } }, service),
      scoped('both are told', { scope: { region: 'nowhere', service: 'monitoring' } }, region + service),
      row(
        'what is not signed is missing it',
        { signature: 'none' },
        {
          refuses: [403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'],
        },
      ),
      row(
        'what is wrong with parameters is not told to strangers',
        { form: named('&DurationSeconds=1'), signature: 'none' },
        {
          refuses: [403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'],
        },
      ),
      bent(
        'a key that nobody gave is invalid',
        (keys) => ({ ...keys, accessKeyId: 'AKIARTX3GSDS2FZRYCK7' }),
        invalidToken,
      ),
      bent('another secret does not match', (keys) => ({ ...keys, secretAccessKey: 'x'.repeat(40) }), doesNotMatch),
      bent(
        'a session token with another end is invalid',
        ({ sessionToken, ...keys }) => ({
          ...keys,
          sessionToken: `${sessionToken?.slice(0, -1)}${other(sessionToken)}`,
        }),
        invalidToken,
        session,
      ),
      bent(
        'a session token with another beginning is invalid',
        ({ sessionToken, ...keys }) => ({
          ...keys,
          sessionToken: `${other(sessionToken?.charAt(0))}${sessionToken?.slice(1)}`,
        }),
        invalidToken,
        session,
      ),
      bent(
        'a session’s key without its token is invalid',
        ({ sessionToken: _, ...keys }) => keys,
        invalidToken,
        session,
      ),
      bent(
        'another session’s token is invalid',
        async (keys) => ({
          ...keys,
          sessionToken: (await another.keys())?.sessionToken,
        }),
        invalidToken,
        session,
      ),
      bent(
        'a long-term key with a session’s token is invalid',
        async (keys) => ({
          ...keys,
          sessionToken: (await another.keys())?.sessionToken,
        }),
        invalidToken,
      ),
      row(
        'the scope is looked at before the key',
        { scope: { region: 'nowhere' }, keys: (keys) => ({ ...keys, accessKeyId: 'AKIARTX3GSDS2FZRYCK7' }) },
        {
          refuses: [403, 'SignatureDoesNotMatch', region],
        },
      ),
      row(
        'an old signature is none',
        { at: () => new Date(Date.now() - 20 * 60_000) },
        {
          refuses: [403, 'SignatureDoesNotMatch', /^Signature expired: /],
        },
      ),
      row(
        'a signature of tomorrow is none yet',
        { at: () => new Date(Date.now() + 20 * 60_000) },
        {
          refuses: [403, 'SignatureDoesNotMatch', /^Signature not yet current: /],
        },
      ),
      row(
        'ten million bytes are read',
        { form: `${identity}&X=`.padEnd(10_000_000, 'x') },
        { gives: { Arn: ali.arn } },
      ),
      row(
        'one more is too much, without a word',
        { form: `${identity}&X=`.padEnd(10_000_001, 'x') },
        {
          refuses: [413, '', undefined],
          body: [/^$/],
        },
      ),
      row(
        'a Region that the account has not switched on is refused',
        { scope: { region: 'af-south-1' } },
        {
          refuses: [
            403,
            'RegionDisabledException',
            `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`,
          ],
          needs: 'a Region that is off',
        },
      ),
      row(
        'a Region that is always on is not',
        { scope: { region: 'eu-west-1' } },
        {
          gives: { Arn: bob.arn },
          needs: 'a Region that is off',
        },
        bob,
      ),
    ],
  };
}
