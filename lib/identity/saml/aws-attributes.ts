// The attributes that AWS STS itself takes from an assertion, and the condition keys it makes of them.
// Source: IAM User Guide, "Configure SAML assertions for the authentication response".

import { type AwsClaim, isSourceIdentityValue, requestTagPrefix, sessionTags, sourceIdentityKey } from '../aws-keys.ts';
import type { RolePair } from '../identity.ts';
import type { AttributeStatement } from './attribute-statement.ts';
import { invalid } from './refuse.ts';

export const awsAttributePrefix = 'https://aws.amazon.com/SAML/Attributes/';
const tagPrefix = `${awsAttributePrefix}PrincipalTag:`;
const named = (name: string) => awsAttributePrefix + name;

export interface AwsAttributes {
  readonly roles: readonly RolePair[];
  readonly sessionName: string | undefined;
  /** The longest session that the identity provider allows. */
  readonly sessionSeconds: number | undefined;
  /** The condition keys that STS makes of tags and source identity. */
  readonly keys: ReadonlyMap<string, string>;
  /** Which of the two the assertion carries. */
  readonly signed: readonly AwsClaim[];
}

const sessionNameForm = /^[\w+=,.@-]{2,64}$/;

/** Throws a `Refusal` for what STS would refuse, so that a person hears of it before a role is chosen. */
export function readAwsAttributes({ texts, opaque }: AttributeStatement): AwsAttributes {
  const malformed = [...opaque].find((name) => name.startsWith(awsAttributePrefix));
  if (malformed !== undefined) throw invalid(`${malformed} has no value that is text`);
  const sessionName = only(texts, 'RoleSessionName');
  if (sessionName !== undefined && !sessionNameForm.test(sessionName)) {
    throw invalid('RoleSessionName must be 2 to 64 letters, digits and _+=,.@-');
  }
  const seconds = only(texts, 'SessionDuration');
  if (seconds !== undefined && !isSessionDuration(seconds)) {
    throw invalid('SessionDuration must be 900 to 43200');
  }
  const sourceIdentity = only(texts, 'SourceIdentity');
  if (sourceIdentity !== undefined && !isSourceIdentityValue(sourceIdentity)) {
    throw invalid('SourceIdentity must be 2 to 64 letters, digits and _+=,.@- and not begin with aws:');
  }
  const tags = principalTags(texts);
  if (!tags) throw invalid('PrincipalTag attributes break the limits of session tags');
  const keys = new Map([...tags].map(([key, value]) => [requestTagPrefix + key, value]));
  if (sourceIdentity !== undefined) keys.set(sourceIdentityKey, sourceIdentity);
  return {
    roles: (texts.get(named('Role')) ?? []).flatMap(pairIn),
    sessionName,
    sessionSeconds: seconds === undefined ? undefined : Number(seconds),
    keys,
    signed: [...(tags.size > 0 ? (['tags'] as const) : []), ...(sourceIdentity ? (['sourceIdentity'] as const) : [])],
  };
}

/** AWS: SessionDuration, in seconds. */
export const isSessionDuration = (text: string) =>
  /^\d{1,5}$/.test(text) && Number(text) >= 900 && Number(text) <= 43_200;

/** `undefined` when STS would refuse them: each must have one value and keep the limits of session tags. */
export function principalTags(texts: AttributeStatement['texts']): ReadonlyMap<string, string> | undefined {
  const written = [...texts].filter(([name]) => name.startsWith(tagPrefix));
  return sessionTags(written.map(([name, values]) => [name.slice(tagPrefix.length), soleOf(values)]));
}

const soleOf = (values: readonly string[]) => (values.length === 1 ? values[0] : undefined);

function only(texts: AttributeStatement['texts'], name: string): string | undefined {
  const values = texts.get(named(name));
  if (values && values.length !== 1) throw invalid(`${name} must have one value`);
  return values?.[0];
}

const roleForm = /^arn:([\w-]+:iam::\d{12}):role\/[\w+=,.@/-]+$/;
const principalForm = /^arn:([\w-]+:iam::\d{12}):saml-provider\/[\w.-]+$/;

/** In either order, as STS takes them. A role and a provider of different accounts or partitions are no pair. */
function pairIn(value: string): readonly RolePair[] {
  const arns = value.split(',').map((arn) => arn.trim());
  const roleArn = arns.find((arn) => roleForm.test(arn));
  const principalArn = arns.find((arn) => principalForm.test(arn));
  if (arns.length !== 2 || roleArn === undefined || principalArn === undefined) return [];
  return roleForm.exec(roleArn)?.[1] === principalForm.exec(principalArn)?.[1] ? [{ roleArn, principalArn }] : [];
}
