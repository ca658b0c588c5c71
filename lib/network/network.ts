// The outside world as a port: one request, one bounded answer.

export interface NetworkRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last received. */
  readonly timeoutMilliseconds: number;
  readonly longestAnswerBytes: number;
}

export interface NetworkAnswer {
  readonly status: number;
  readonly body: string;
}

export interface Network {
  /** Never follows a redirect: it is an answer like any other. Rejects with a `NetworkError`. */
  send(request: NetworkRequest): Promise<NetworkAnswer>;
}

/** Nothing usable came back. The message names the reason and the host, never what was sent. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}
