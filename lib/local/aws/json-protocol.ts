// What services share that speak JSON and name the operation in a header (AWS JSON 1.1).

import { AwsError } from '../../aws-query/aws-error.ts';
import { recordIn } from '../../record.ts';
import { type Access, type AccessScene, deniedText, judge } from './access.ts';
import type { Caller } from './caller.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import type { AwsAnswer, Service } from './service.ts';
import type { Sessions } from './sessions.ts';
import { verifySignatureV4 } from './signature-v4.ts';

export interface JsonCall {
  /** As in `Sign`. */
  readonly operation: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  readonly scene: AccessScene;
}

export interface JsonService {
  /** As requests are signed for it. */
  readonly name: string;
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  /** Throws an `AwsError`. */
  readonly run: (call: JsonCall) => Promise<object>;
}

const contentType = 'application/x-amz-json-1.1';

export function jsonService({ name, target, iam, sessions, run }: JsonService): Service {
  return async (request) => {
    try {
      const { now, sourceIp, headers, body } = request;
      const { caller } = verifySignatureV4(request, { iam, sessions, service: name, now });
      const operation = headers.get('x-amz-target')?.split(`${target}.`)[1] ?? '';
      const scene = { iam, now, sourceIp };
      return answered(200, await run({ operation, members: membersOf(body.toString('utf8')), caller, scene }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { status, code, message = '' } = error.form;
      return answered(status, { __type: code, message });
    }
  };
}

const answered = (status: number, body: object): AwsAnswer => ({
  status,
  headers: { 'content-type': contentType },
  body: JSON.stringify(body),
});

/** Throws an `AwsError` for a body that is no object. */
export function membersOf(body: string): Readonly<Record<string, unknown>> {
  const members = recordIn(body);
  if (!members) throw new AwsError({ status: 400, code: 'SerializationException' });
  return members;
}

/** Throws an `AwsError`, in the words that these services use. */
export function demandInJson(access: Access, scene: AccessScene): void {
  const verdict = judge(access, scene);
  if (verdict.allowed) return;
  throw new AwsError({ status: 400, code: 'AccessDeniedException', message: deniedText(access, verdict) });
}

export const notHere = (service: string, operation: string) =>
  new AwsError({
    status: 400,
    code: 'UnknownOperationException',
    message: `The embedded account has no ${operation} in ${service}.`,
  });
