// What the two unsigned STS calls are asked with: AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
// Source: AWS STS API Reference.

import { accessDenied, invalidIdentityToken, validationError } from './aws-error.ts';
import { arnCharacters, nameCharacters, ParameterReader, type Parameters, policyCharacters } from './parameters.ts';

export const shortestSeconds = 900;
export const longestRoleSeconds = 43_200;
/** Combined, in characters, of the inline policy and the ARNs. */
export const longestPolicies = 2048;
const mostPolicyArns = 10;

export interface PolicyParameters {
  /** JSON text. */
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

export interface SessionParameters extends PolicyParameters {
  readonly roleArn: string;
  readonly durationSeconds: number | undefined;
}

/** Those that every AssumeRole call has. `finish` of the reader is still to be called. */
export function sessionParameters(reader: ParameterReader, rule?: PolicyRule): SessionParameters {
  return {
    roleArn: reader.text('RoleArn', { required: true, shortest: 20, longest: 2048, pattern: arnCharacters }) ?? '',
    ...policyParameters(reader, rule),
    durationSeconds: reader.integer('DurationSeconds', { least: shortestSeconds, most: longestRoleSeconds }),
  };
}

interface PolicyRule {
  /** As a parameter; combined they are limited anyway. AssumeRole alone has no limit for it. */
  readonly longest?: number;
}

export function policyParameters(
  reader: ParameterReader,
  rule: PolicyRule = { longest: longestPolicies },
): PolicyParameters {
  return {
    policy: reader.text('Policy', { shortest: 1, ...rule, pattern: policyCharacters }),
    // AWS's model has no limit for the list; its documentation says ten.
    policyArns: reader
      .members('PolicyArns', mostPolicyArns)
      .map((each) => each.text('arn', { shortest: 20, longest: 2048, pattern: arnCharacters }) ?? ''),
  };
}

export function checkRoleArn(roleArn: string): void {
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(roleArn)) throw validationError(`${roleArn} is invalid`);
}

export interface WebIdentityRequest extends SessionParameters {
  readonly sessionName: string;
  readonly token: string;
}

/** Throws an `AwsError`. */
export function readWebIdentityRequest(parameters: Parameters): WebIdentityRequest {
  const reader = new ParameterReader(parameters);
  const session = sessionParameters(reader);
  const sessionName =
    reader.text('RoleSessionName', { required: true, shortest: 2, longest: 64, pattern: nameCharacters }) ?? '';
  const token = reader.text('WebIdentityToken', { required: true, secret: true, shortest: 4, longest: 20_000 }) ?? '';
  const providerId = reader.text('ProviderId', { shortest: 4, longest: 2048 });
  reader.finish();
  checkRoleArn(session.roleArn);
  if (providerId === 'www.amazon.com') throw invalidIdentityToken('Provided Token is not a Login With Amazon token');
  if (providerId !== undefined) {
    throw accessDenied(
      'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens',
    );
  }
  return { ...session, sessionName, token };
}

export interface SamlRequest extends SessionParameters {
  readonly principalArn: string;
  readonly samlAssertion: string;
}

/** Throws an `AwsError`. */
export function readSamlRequest(parameters: Parameters): SamlRequest {
  const reader = new ParameterReader(parameters);
  const session = sessionParameters(reader);
  const principalArn = reader.text('PrincipalArn', { required: true, shortest: 20, longest: 2048 }) ?? '';
  const samlAssertion =
    reader.text('SAMLAssertion', { required: true, secret: true, shortest: 4, longest: 100_000 }) ?? '';
  reader.finish();
  checkRoleArn(session.roleArn);
  if (!/^arn:[\w-]+:iam::\d{12}:saml-provider\/./.test(principalArn)) {
    throw validationError(`${principalArn} is invalid`);
  }
  return { ...session, principalArn, samlAssertion };
}
