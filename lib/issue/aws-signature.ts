// Requests that Daypass makes to STS in its own name (AWS General Reference, "Signature Version 4").

import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SignRequest } from './sts-client.ts';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** Rejects when there are no credentials. */
export function signedForSts(credentials: () => Promise<SigningCredentials>, clock: () => Date): SignRequest {
  return async ({ url, headers, body }, region) => {
    const { hostname, pathname, protocol } = new URL(url);
    const signer = new SignatureV4({ service: 'sts', region, credentials: await credentials(), sha256: NodeSha256 });
    const request = {
      method: 'POST',
      protocol,
      hostname,
      path: pathname,
      headers: { ...headers, host: hostname },
      body,
    };
    const signed = await signer.sign({ ...request, query: {} }, { signingDate: clock() });
    // Node writes it itself.
    const { host: _, ...rest } = signed.headers;
    return rest;
  };
}

interface Running {
  update(data: Uint8Array): unknown;
  digest(): Buffer;
}

/** Node's own hashes in the form that the library wants. */
export class NodeSha256 {
  private hash: Running;
  private readonly secret: string | Uint8Array | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = typeof secret === 'string' || secret === undefined ? secret : bytesOf(secret);
    this.hash = this.begun();
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.begun();
  }

  private begun(): Running {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret);
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView) =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
