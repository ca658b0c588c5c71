// On a schedule, not a door: one exchange that must succeed, and the same again, which must be refused.

import { randomBytes } from 'node:crypto';
import { lineOf } from '../lib/audit/line.ts';
import { signCallerIdentity } from '../lib/cli/sign-caller-identity.ts';
import type { Rim } from '../lib/door.ts';
import { functionCredentials, given, variables } from '../lib/environment.ts';
import { audienceHeader, awsProofText, nonceHeader } from '../lib/identity/aws/proof-form.ts';
import { NodeSha256 } from '../lib/issue/aws-signature.ts';
import { isRecord, recordIn } from '../lib/record.ts';
import { addressOf, configurationWithin } from './configuration.ts';
import { whenDeployed } from './rim.ts';

const timeoutMilliseconds = 8000;
const longestAnswerBytes = 64 * 1024;

/** Throws when the environment does not hold. Each call rejects where either of the two did not come out as it must. */
export const open = (rim: Rim): (() => Promise<void>) => {
  const { canaryGrant, region } = rim.environment();
  const grant = given(canaryGrant, variables.canaryGrant);
  const url = addressOf(rim);
  const { grants, aws } = configurationWithin(rim);
  const provider = aws.find(({ name }) => name === grants.get(grant)?.from);
  if (!provider) throw new Error(`The grant ${grant} of the canary is from no AWS accounts.`);
  const [audience = url] = provider.audiences ?? [];
  return async () => {
    const now = rim.clock();
    const credentials = rim.embeddedAws ? await rim.embeddedAws.credentials() : functionCredentials();
    const nonce = randomBytes(24).toString('base64url');
    const headers = { [audienceHeader]: audience, [nonceHeader]: nonce };
    const signed = await signCallerIdentity(headers, { credentials, region, sha256: NodeSha256, now });
    const body = JSON.stringify({ grant, awsRequest: awsProofText({ url: signed, audience, nonce }) });
    const [first, second] = [await ask(rim, url, body), await ask(rim, url, body)];
    // What came is a secret: only how it came is told.
    rim.writeLine(
      lineOf({ event: 'canary', time: now.toISOString(), grant, first: first.result, second: second.result }),
    );
    if (first.result !== 'given') throw new Error(`The exchange that must succeed came to ${first.result}.`);
    if (second.result !== 'proof_replayed') throw new Error(`The one that must be refused came to ${second.result}.`);
  };
};

/** `given`, the word of a refusal, or the status of what is no answer of a door. */
async function ask({ documents }: Rim, url: string, body: string): Promise<{ readonly result: string }> {
  const answer = await documents.send({
    method: 'POST',
    url: `${url}/v1/credentials`,
    headers: { 'content-type': 'application/json' },
    body,
    timeoutMilliseconds,
    longestAnswerBytes,
  });
  const told = recordIn(answer.body) ?? {};
  if (answer.status === 200 && isRecord(told.credentials)) return { result: 'given' };
  return { result: typeof told.error === 'string' ? told.error : `status ${answer.status}` };
}

export const handler = whenDeployed(open);
