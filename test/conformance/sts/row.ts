// What a row of the suite is: who asks what, and what AWS answers.

import type { Need } from './target.ts';
import type { Caller } from './world.ts';

export type Input = Readonly<Record<string, unknown>>;

/** Status, code, and the message: to the letter, or as a pattern where AWS's own is not known or not stable. */
export type Refusal = readonly [status: number, code: string | RegExp, message: string | RegExp | undefined];

interface Expected {
  /** Members of the answer, to be met by vitest's `toMatchObject`. */
  readonly gives?: Input;
  /** Members that must not be there. */
  readonly lacks?: readonly string[];
  /** For how many seconds the answer's credentials last. */
  readonly lasts?: number;
  /** Looks further, where members do not say it. */
  readonly and?: (members: Input) => Promise<void> | void;
}

interface AnyRow {
  /** The test's name. */
  readonly says: string;
  readonly as: Caller;
  readonly needs?: Need;
  /** What happens before, when whoever asks has the keys already. */
  readonly first?: () => Promise<void>;
  readonly refuses?: Refusal;
}

/** A call that an SDK can make. */
export interface CallRow extends AnyRow, Expected {
  /** `AssumeRole`, or with its service `iam:ListRoles`; the group's own where it is left out. */
  readonly operation?: string;
  readonly input?: Input | (() => Input | Promise<Input>);
  /** Asked once more by the AWS CLI: for rows that give the same answer twice. */
  readonly byCli?: true;
}

/** A request as it goes over the wire. */
export interface WireRow extends AnyRow, Expected {
  readonly wire: Wire;
  /** Patterns that the answer's body meets. */
  readonly body?: readonly RegExp[];
}

export interface Wire {
  readonly method?: string;
  readonly path?: string;
  /** The form, or with `GET` the query; written as it is sent. */
  readonly form?: string | (() => string | Promise<string>);
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the signature goes. */
  readonly signature?: 'header' | 'query' | 'none';
  readonly service?: string;
  /** What the signature is for, where that is not where the request goes. */
  readonly scope?: { readonly region?: string; readonly service?: string };
  readonly at?: () => Date;
  readonly expiresSeconds?: number;
  /** Keys that were bent. */
  readonly keys?: (keys: WireKeys) => WireKeys | Promise<WireKeys>;
  /** What becomes of the request after it was signed. */
  readonly altered?: (path: string) => string;
}

export interface WireKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export type Row = CallRow | WireRow;

export const alsoByCli = (row: CallRow): CallRow => ({ ...row, byCli: true });

export interface Group {
  /** What the summary calls it. */
  readonly name: string;
  /** The operation of rows that name none. */
  readonly operation: string;
  readonly rows: readonly Row[];
}

/** What came back, by whatever way it was asked. */
export type Outcome =
  | { readonly members: Input; readonly body?: string }
  | {
      /** The CLI does not tell. */
      readonly status: number | undefined;
      readonly code: string;
      readonly message: string | undefined;
      readonly body?: string;
    };

export const invalid = (message: string | RegExp): Refusal => [400, 'ValidationError', message];

/** The sentence of a single violation. */
/** AWS does not repeat a value that its model calls sensitive: `undefined`. */
export const violation = (value: string | null | undefined, field: string, constraint: string): Refusal =>
  invalid(
    `1 validation error detected: ${value === undefined ? 'Value' : value === null ? 'Value null' : `Value '${value}'`} at '${field}' failed to satisfy constraint: Member must ${constraint}`,
  );

export const denied = (message: string | RegExp): Refusal => [403, 'AccessDenied', message];

export const notAuthorized = (arn: string, action: string, resource: string): Refusal =>
  denied(`User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`);
