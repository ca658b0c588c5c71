import type { HttpAnswer, HttpRequest } from './http.ts';

/** A wire language: how a request is read, how it is answered, how a no sounds. */
export interface Dialect<Asked, Answered> {
  /** Throws a `Refusal`. */
  read(request: HttpRequest): Asked;
  answer(answered: Answered, now: Date, requestId?: string): HttpAnswer;
  /** With the request that is refused, for dialects that repeat some of it. */
  refuse(no: No, requestId: string, request?: HttpRequest): HttpAnswer;
}

/** A refusal or a fault, as much of it as goes outside. */
export interface No {
  readonly status: number;
  readonly error: string;
  /** Our sentence, and the hint after it. */
  readonly says: string;
  /** What would be right, from the dialect's own reader. */
  readonly hint?: string;
  /** The dialect's own word for it, where its reader knew better than the table. */
  readonly word?: string;
}
