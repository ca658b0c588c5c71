// Requests to the doors for operators, signed as API Gateway wants them.

import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';

export interface ToSign {
  readonly method: string;
  readonly url: string;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface LiveDoors {
  /** Resolves to the headers, with the signature among them. Rejects when there are no credentials or no Region. */
  sign(request: ToSign): Promise<Readonly<Record<string, string>>>;
}

/** With the credentials of the AWS configuration, and its Region where the address names none. */
export function liveDoors(): LiveDoors {
  const { credentials, region, sha256 } = new STSClient().config;
  return {
    async sign({ method, url, headers, body }) {
      const { protocol, hostname, host, pathname, searchParams } = new URL(url);
      const [, inAddress] = /\.execute-api\.([a-z0-9-]+)\./.exec(hostname) ?? [];
      const signer = new SignatureV4({ service: 'execute-api', region: inAddress ?? region, credentials, sha256 });
      const signed = await signer.sign({
        method,
        protocol,
        hostname,
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: { ...headers, host },
        body,
      });
      const { host: _, ...sent } = signed.headers;
      return sent;
    },
  };
}
