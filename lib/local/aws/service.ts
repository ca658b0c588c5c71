// What a service of the embedded AWS is: a signed request in, an answer in the service's own form out.

import type { SignedRequest } from './signature-v4.ts';

export interface AwsRequest extends SignedRequest {
  readonly requestId: string;
  readonly sourceIp: string;
  readonly now: Date;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export type Service = (request: AwsRequest) => Promise<AwsAnswer>;
