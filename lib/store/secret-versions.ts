/** The versions of a secret that is rotated. */
export interface SecretVersions {
  /** `undefined` where there is none of that id. */
  read(version: string): Promise<string | undefined>;
  current(): Promise<string | undefined>;
  putPending(version: string, text: string): Promise<void>;
  /** The version takes the place of the current one. */
  promote(version: string): Promise<void>;
}
