// The Query protocol's answers: a result or an error as XML.

import type { AwsErrorForm } from './aws-error.ts';
import { element, type XmlValue } from './xml.ts';

export interface QueryProtocol {
  readonly version: string;
  readonly namespace: string;
}

export const stsProtocol: QueryProtocol = {
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

export interface QueryResult {
  readonly name: string;
  /** Left out of the answer where there is none. */
  readonly result: XmlValue | undefined;
}

const dispatcherNamespace = 'http://webservices.amazon.com/AWSFault/2005-15-09';

export const queryHeaders = (requestId: string) => ({ 'content-type': 'text/xml', 'x-amzn-requestid': requestId });

export function resultXml({ name, result }: QueryResult, requestId: string, { namespace }: QueryProtocol): string {
  const members = { [`${name}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return element(`${name}Response`, members, { attributes: ` xmlns="${namespace}"`, item: 'member' });
}

export function errorXml(
  { status, code, message, fromDispatcher }: AwsErrorForm,
  requestId: string,
  { namespace }: QueryProtocol,
): string {
  const fault = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
  const attributes = ` xmlns="${fromDispatcher ? dispatcherNamespace : namespace}"`;
  return element('ErrorResponse', { Error: fault, RequestId: requestId }, { attributes });
}
