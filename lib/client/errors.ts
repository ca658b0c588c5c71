/** The broker said no: asking again with the same proof gets the same answer. */
export class DaypassRefusal extends Error {
  override readonly name = 'DaypassRefusal';
  /** As the README lists them: `grant_denied`, `token_expired`, … */
  readonly code: string;
  readonly status: number;
  /** Finds the audit line. `undefined` where API Gateway refused. */
  readonly requestId: string | undefined;

  constructor({ code, status, message, requestId }: Told) {
    super(`${message} (${code})`);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
  }
}

/** The broker, or AWS STS behind it, could not be reached, is throttled or failed. Another time it may work. */
export class DaypassUnavailable extends Error {
  override readonly name = 'DaypassUnavailable';
  /** `undefined` where no answer came. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;

  constructor({ status, message, requestId, cause }: Partial<Told> & { readonly cause?: unknown }) {
    super(message, { cause });
    this.status = status;
    this.requestId = requestId;
  }
}

export interface Told {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly requestId: string | undefined;
}
