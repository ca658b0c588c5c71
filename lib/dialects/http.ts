// A request and an answer, whatever carries them.

export interface HttpRequest {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes as they came, so that how they are encoded is checked where they are read. */
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
