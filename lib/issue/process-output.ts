export interface ProcessCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ISO 8601, to the second. */
  readonly expiration: string;
  /** Empty where it is not known. */
  readonly accountId?: string;
}

/** JSON, as `credential_process` prints it (AWS SDKs and Tools Reference, "Process credential provider"). */
export function processOutput({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration,
  accountId = '',
}: ProcessCredentials): string {
  return JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration,
    ...(accountId !== '' && { AccountId: accountId }),
  });
}
