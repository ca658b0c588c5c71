// Encoded authorization messages: why a request was denied, sealed so that only whoever may decode it reads it.
// Source: AWS STS API Reference, DecodeAuthorizationMessage. AWS's own encoding is private.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { invalidAuthorizationMessage } from '../../aws-query/aws-error.ts';
import type { Keys } from '../../policy/context.ts';
import type { Verdict } from '../../policy/evaluate.ts';
import type { Caller } from './caller.ts';

export interface DeniedRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly keys: Keys;
  readonly verdict: Verdict;
}

export interface AuthorizationMessages {
  encode(denied: DeniedRequest): string;
  /** The JSON that was encoded. Throws an `AwsError` for what was not encoded here, or for another account. */
  decode(message: string, account: string): string;
}

const cipher = 'aes-256-gcm';
/** Comes first, so that no message begins with the hyphen of an option: `--encoded-message -x…` is two options. */
const version = Buffer.of(1);
const ivBytes = 12;
const tagBytes = 16;
const longestText = 64 * 1024;

/** Sealed with a key of this start: a message of yesterday is nobody's any more. */
export function authorizationMessages(key = randomBytes(32)): AuthorizationMessages {
  return {
    encode(denied) {
      const iv = randomBytes(ivBytes);
      const sealing = createCipheriv(cipher, key, iv, { authTagLength: tagBytes });
      sealing.setAAD(Buffer.concat([version, Buffer.from(denied.caller.account)]));
      const text = deflateRawSync(JSON.stringify(messageOf(denied)));
      const sealed = Buffer.concat([version, iv, sealing.update(text), sealing.final(), sealing.getAuthTag()]);
      return sealed.toString('base64url');
    },
    decode(message, account) {
      const bytes = Buffer.from(message, 'base64url');
      const [read, sealed] = [bytes.subarray(0, version.length), bytes.subarray(version.length)];
      try {
        const opening = createDecipheriv(cipher, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
        opening.setAAD(Buffer.concat([read, Buffer.from(account)]));
        opening.setAuthTag(sealed.subarray(-tagBytes));
        const text = Buffer.concat([opening.update(sealed.subarray(ivBytes, -tagBytes)), opening.final()]);
        return inflateRawSync(text, { maxOutputLength: longestText }).toString('utf8');
      } catch {
        // AWS's own sentence for this is not recorded.
        throw invalidAuthorizationMessage('Message is not valid');
      }
    },
  };
}

const items = <T>(list: readonly T[]) => ({ items: list });

/** The members of AWS's own message. */
function messageOf({ caller, action, resource, keys, verdict }: DeniedRequest) {
  const explicitDeny = !verdict.allowed && verdict.because === 'explicit deny';
  return {
    allowed: verdict.allowed,
    explicitDeny,
    matchedStatements: items(
      explicitDeny
        ? [
            {
              statementId: verdict.by.sid ?? '',
              effect: 'DENY',
              sourcePolicyId: verdict.by.policy,
              layer: verdict.layer,
            },
          ]
        : [],
    ),
    failures: items([]),
    context: {
      principal: { id: caller.userId, arn: caller.arn },
      action,
      resource,
      conditions: items(
        keys.map(([key, values]) => ({
          key,
          values: items((typeof values === 'string' ? [values] : values).map((value) => ({ value }))),
        })),
      ),
    },
  };
}
