// A request and an answer, whatever carries them.

export interface HttpRequest {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly cookies: ReadonlyMap<string, string>;
  /** What stands in the places of the route's path, `{provider}`. */
  readonly pathParameters: ReadonlyMap<string, string>;
  readonly path: string;
  readonly method: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  /** Whom API Gateway authorised by IAM: an ARN; absent on routes that are open. */
  readonly iamCaller?: string;
  /** Bytes as they came, so that how they are encoded is checked where they are read. */
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole `Set-Cookie` values. */
  readonly cookies?: readonly string[];
  readonly body: string;
}
