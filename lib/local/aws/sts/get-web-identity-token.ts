import { randomUUID } from 'node:crypto';
import {
  outboundFederationDisabled,
  sessionDurationEscalation,
  validationError,
} from '../../../aws-query/aws-error.ts';
import { ParameterReader } from '../../../aws-query/parameters.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import { demand } from '../access.ts';
import { type Caller, principalTags } from '../caller.ts';
import { organizationId } from '../organization.ts';
import { type SigningAlgorithm, signingAlgorithms } from '../web-identity-issuer.ts';
import type { Action } from './action.ts';
import { wholeSeconds } from './session.ts';
import { checkedTags, readTags, tagKeys } from './session-tags.ts';

const defaultSeconds = 300;
const shortestSeconds = 60;
const longestSeconds = 3600;
const mostAudiences = 10;

/** Outbound federation: a token that tells others who the caller is. It never outlives the caller's session. */
export const getWebIdentityToken: Action = async (call) => {
  const { parameters, now, issuer, iam } = call;
  const { caller, region } = call.signedBy();
  const reader = new ParameterReader(parameters);
  const audiences = reader.texts('Audience', { most: mostAudiences, shortest: 1, longest: 1000 });
  const algorithm = reader.text('SigningAlgorithm', { required: true, shortest: 5, longest: 5 }) ?? '';
  const seconds = reader.integer('DurationSeconds', { least: shortestSeconds, most: longestSeconds }) ?? defaultSeconds;
  const written = readTags(reader);
  if (audiences.length === 0) reader.text('Audience', { required: true, shortest: 1, longest: 1000 });
  reader.finish();
  // AWS's own sentence for the name of another is not recorded: its model knows the length only.
  if (!isSigningAlgorithm(algorithm)) {
    throw validationError(
      `1 validation error detected: Value '${algorithm}' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [${signingAlgorithms.join(', ')}]`,
    );
  }
  // AWS's own sentences for the next two are not recorded.
  if (!iam.accounts.get(caller.account)?.outboundFederation) {
    throw outboundFederationDisabled('Outbound web identity federation is not enabled for this account.');
  }
  const tags = checkedTags(written);
  const keys = [
    ['sts:IdentityTokenAudience', audiences],
    ['sts:SigningAlgorithm', algorithm],
    ['sts:DurationSeconds', String(seconds)],
    ...tagKeys(tags),
  ] as const;
  for (const action of ['sts:GetWebIdentityToken', ...(tags.size > 0 ? ['sts:TagGetWebIdentityToken'] : [])]) {
    demand({ caller, action, resource: '*', keys }, call);
  }
  const expires = wholeSeconds(now, seconds);
  if (caller.session && expires > caller.session.expires) {
    throw sessionDurationEscalation('The requested token duration would exceed that of the session that asks for it.');
  }
  const issued = Math.floor(now.getTime() / 1000);
  const token = await issuer.sign(caller.account, algorithm, {
    aud: audiences.length === 1 ? audiences[0] : audiences,
    // A session speaks for its role.
    sub: caller.kind === 'role' && caller.holder ? caller.holder.arn : caller.arn,
    iat: issued,
    exp: Math.floor(expires.getTime() / 1000),
    jti: randomUUID(),
    'https://sts.amazonaws.com/': aboutCaller(caller, region, tags),
  });
  return { WebIdentityToken: token, Expiration: timestamp(expires) };
};

const isSigningAlgorithm = (name: string): name is SigningAlgorithm =>
  (signingAlgorithms as readonly string[]).includes(name);

const aboutCaller = (caller: Caller, region: string, tags: ReadonlyMap<string, string>) => ({
  aws_account: caller.account,
  source_region: region,
  org_id: organizationId,
  principal_tags: Object.fromEntries(principalTags(caller)),
  request_tags: Object.fromEntries(tags),
});
