import type { HttpAnswer, HttpRequest } from './http.ts';

/** A wire language: how a request is read, how it is answered, how a no sounds. */
export interface Dialect<Asked, Answered> {
  /** Throws a `Refusal`. */
  read(request: HttpRequest): Asked;
  answer(answered: Answered, now: Date): HttpAnswer;
  refuse(no: No, requestId: string): HttpAnswer;
}

/** A refusal or a fault, as much of it as goes outside. */
export interface No {
  readonly status: number;
  readonly error: string;
  readonly says: string;
}
