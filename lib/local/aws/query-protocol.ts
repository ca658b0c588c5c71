// AWS's Query protocol: an action's name and its parameters as a form, XML back.

import { errorXml, type QueryProtocol, type QueryResult, queryHeaders, resultXml } from '../../aws-query/answer.ts';
import { AwsError, type AwsErrorForm } from '../../aws-query/aws-error.ts';
import type { AwsAnswer, AwsRequest, Service } from './service.ts';

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

/** What the action gives, or the error that it throws, in the protocol's XML. */
export function queryAnswer(protocol: QueryProtocol, act: (request: AwsRequest) => Promise<QueryResult>): Service {
  return async (request) => {
    const { requestId } = request;
    const headers = queryHeaders(requestId);
    try {
      return { status: 200, headers, body: resultXml(await act(request), requestId, protocol) };
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

export function errorAnswer(error: unknown, requestId: string, protocol: QueryProtocol): AwsAnswer {
  const form = formOf(error);
  return { status: form.status, body: errorXml(form, requestId, protocol) };
}
