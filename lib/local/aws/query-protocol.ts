// AWS's Query protocol: an action's name and its parameters as a form, XML back.

import { AwsError, type AwsErrorForm } from './aws-error.ts';
import type { AwsAnswer, AwsRequest, Service } from './service.ts';
import { element, type XmlValue } from './xml.ts';

export interface QueryProtocol {
  readonly version: string;
  readonly namespace: string;
}

export interface QueryForm {
  readonly name: string;
  readonly version: string;
  readonly form: URLSearchParams;
}

/** A version that is not said is the service's own. */
export function queryForm({ method, query, body }: AwsRequest, { version }: QueryProtocol): QueryForm {
  const form = method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));
  return { name: form.get('Action') ?? '', version: form.get('Version') ?? version, form };
}

export interface QueryResult {
  readonly name: string;
  /** Left out of the answer where there is none. */
  readonly result: XmlValue | undefined;
}

const dispatcherNamespace = 'http://webservices.amazon.com/AWSFault/2005-15-09';

/** What the action gives, or the error that it throws, in the protocol's XML. */
export function queryAnswer(protocol: QueryProtocol, act: (request: AwsRequest) => Promise<QueryResult>): Service {
  return async (request) => {
    const { requestId } = request;
    const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
    try {
      const { name, result } = await act(request);
      const members = { [`${name}Result`]: result, ResponseMetadata: { RequestId: requestId } };
      const style = { attributes: ` xmlns="${protocol.namespace}"`, item: 'member' };
      return { status: 200, headers, body: element(`${name}Response`, members, style) };
    } catch (error) {
      return { headers, ...errorAnswer(error, requestId, protocol) };
    }
  };
}

/** What of an error goes outside: a bug of ours is an internal failure. */
export const formOf = (error: unknown): AwsErrorForm =>
  error instanceof AwsError
    ? error.form
    : {
        status: 500,
        code: 'InternalFailure',
        message: 'The request processing has failed because of an unknown error.',
      };

export function errorAnswer(error: unknown, requestId: string, { namespace }: QueryProtocol): AwsAnswer {
  const { status, code, message, fromDispatcher } = formOf(error);
  const fault = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
  const attributes = ` xmlns="${fromDispatcher ? dispatcherNamespace : namespace}"`;
  return { status, body: element('ErrorResponse', { Error: fault, RequestId: requestId }, { attributes }) };
}
