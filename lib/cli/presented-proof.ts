// A proof as the command line is given it: a token or claims, read and not verified, or an assertion.

import { accountOf } from '../arn.ts';
import type { Configuration, ProviderSettings, SamlProviderSettings } from '../config/configuration.ts';
import { type Claims, typedClaims } from '../explain/claimed.ts';
import type { Stage } from '../explain/explanation.ts';
import { parseCompactJwt } from '../identity/oidc/compact-jwt.ts';
import { messageOf } from '../message-of.ts';
import { Refusal, refusals } from '../refusal.ts';
import { parseStrictJson } from '../strict-json.ts';
import { type Io, textOf, UsageError } from './command.ts';
import { readSignedAssertion } from './read-assertion.ts';

/** One of the first three. */
export interface ProofArguments {
  readonly token?: string | undefined;
  readonly assertion?: string | undefined;
  readonly claims?: string | undefined;
  /** Whose claims they are, where their `iss` does not tell. */
  readonly provider?: string | undefined;
}

export interface Presented {
  readonly claims: Claims;
  /** What reading the proof told, beyond its claims. */
  readonly read: Stage | undefined;
  readonly provider: ProviderSettings | undefined;
}

/** Throws a `UsageError` or an `Error` that says what is wrong with what was brought. */
export async function presentedProof(
  { token, assertion, claims, provider: named }: ProofArguments,
  configuration: Configuration | undefined,
  io: Io,
): Promise<Presented> {
  if ([token, assertion, claims].filter((each) => each !== undefined).length !== 1) {
    throw new UsageError('Bring one proof: --token, --assertion or --claims.');
  }
  if (assertion !== undefined) return readAssertion(await textOf(assertion, io), configuration, io.now());
  const read = token === undefined ? claimsIn(await textOf(claims ?? '', io)) : payloadOf(await textOf(token, io));
  const provider = providerOf(read, named, configuration);
  return { claims: token === undefined ? typedClaims(read, provider, io.now()) : read, read: undefined, provider };
}

function readAssertion(response: string, configuration: Configuration | undefined, now: Date): Presented {
  const providers = [...(configuration?.providers.values() ?? [])].filter(
    (each): each is SamlProviderSettings => each.kind === 'saml',
  );
  return readSignedAssertion(response, providers, now);
}

function payloadOf(token: string): Claims {
  try {
    return parseCompactJwt(token).payload;
  } catch (error) {
    if (error instanceof Refusal)
      throw new Error(`--token: ${refusals[error.code].says} ${String(error.detail.why ?? '')}`);
    throw error;
  }
}

function claimsIn(text: string): Claims {
  try {
    return parseStrictJson(text);
  } catch (error) {
    throw new Error(`--claims: ${messageOf(error)}. Write one JSON object, or @FILE.`);
  }
}

function providerOf(claims: Claims, named: string | undefined, configuration: Configuration | undefined) {
  const all = [...(configuration?.providers.values() ?? [])];
  if (named !== undefined) {
    const found = all.find(({ name }) => name === named);
    if (!found)
      throw new UsageError(
        `--provider ${named}: the providers are ${all.map(({ name }) => name).join(', ') || 'none'}.`,
      );
    return found;
  }
  const account = accountOf(String(claims.get('arn')));
  return (
    all.find((each) => each.kind === 'oidc' && each.issuer === claims.get('iss')) ??
    all.find((each) => each.kind === 'aws' && !claims.has('iss') && each.accounts.includes(account))
  );
}
