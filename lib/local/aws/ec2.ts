// So much of EC2 that a denial can be seen as EC2 words it: every call is authorised, and none is ever carried out.
// Source: Amazon EC2 API Reference, "Dry run" and "UnauthorizedOperation".

import { AwsError } from '../../aws-query/aws-error.ts';
import { element } from '../../aws-query/xml.ts';
import { type Access, accessOf, deniedText, judge } from './access.ts';
import type { AuthorizationMessages } from './authorization-message.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { formOf, queryForm } from './query-protocol.ts';
import type { AwsAnswer, Service } from './service.ts';
import type { Sessions } from './sessions.ts';
import { verifySignatureV4 } from './signature-v4.ts';

export interface Ec2 {
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  readonly messages: AuthorizationMessages;
}

const protocol = { version: '2016-11-15', namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/' };
const actionName = /^[A-Z][A-Za-z0-9]{2,127}$/;

export function ec2Service({ iam, sessions, messages }: Ec2): Service {
  return async (request) => {
    try {
      const { name, form } = queryForm(request, protocol);
      const { now, sourceIp } = request;
      const { caller, region } = verifySignatureV4(request, { iam, sessions, service: 'ec2', now });
      if (!actionName.test(name)) {
        throw new AwsError({ status: 400, code: 'InvalidAction', message: `The action ${name} is not valid.` });
      }
      const scene = { iam, now, sourceIp };
      // What is described has no ARN; what is made or changed is of this account.
      const resource = name.startsWith('Describe') ? '*' : `arn:aws:ec2:${region}:${caller.account}:*/*`;
      const access: Access = { caller, action: `ec2:${name}`, resource, keys: [['aws:RequestedRegion', region]] };
      const verdict = judge(access, scene);
      if (!verdict.allowed) {
        const { known } = accessOf(access, scene);
        const encoded = messages.encode({ ...access, keys: known, verdict });
        throw new AwsError({
          status: 403,
          code: 'UnauthorizedOperation',
          message: `You are not authorized to perform this operation. ${deniedText(access, verdict)}. Encoded authorization failure message: ${encoded}`,
        });
      }
      if (form.get('DryRun') === 'true') {
        const message = 'Request would have succeeded, but DryRun flag is set.';
        throw new AwsError({ status: 412, code: 'DryRunOperation', message });
      }
      throw new AwsError({
        status: 400,
        code: 'UnsupportedOperation',
        message: 'The embedded account has no EC2: it says who may call, with --dry-run, and carries nothing out.',
      });
    } catch (error) {
      return errorAnswer(error, request.requestId);
    }
  };
}

function errorAnswer(error: unknown, requestId: string): AwsAnswer {
  const { status, code, message } = formOf(error);
  const fault = { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId };
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: element('Response', fault) };
}
