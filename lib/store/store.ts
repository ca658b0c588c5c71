// What has to be remembered from one request to the next, as a port: single items, each with an end.

export interface Item {
  readonly key: string;
  /** From then on it counts as gone, deleted or not. */
  readonly until: Date;
  readonly value?: string;
}

export interface Store {
  /** Puts the item there unless one of its key is there that has not ended. Of many at once one resolves to `true`. */
  putOnce(item: Item, now: Date): Promise<boolean>;
  put(item: Item): Promise<void>;
  /** Puts the item there if its value is still this one, or none. Resolves to `false` when it is another by now. */
  replace(item: Item, before: string | undefined): Promise<boolean>;
  /** The value; `undefined` when there is none or it has ended. */
  get(key: string, now: Date): Promise<string | undefined>;
}

/** The attributes of an item in the table. `expires` is in seconds since 1970, as time to live wants it. */
export const tableAttributes = { key: 'key', expires: 'expires', value: 'value' } as const;

/** How keys begin. What a door may touch is told to IAM in these words. */
export const keyPrefixes = {
  request: 'request#',
  assertion: 'assertion#',
  signIn: 'sign-in#',
  metadata: 'metadata#',
  issued: 'issued#',
  code: 'code#',
  token: 'token#',
  awsRequest: 'aws-request#',
  revoked: 'revoked#',
} as const;
