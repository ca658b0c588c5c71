// Where people sign in to the AWS console, in each partition.
// Source: IAM User Guide, "Enable custom identity broker access to the AWS console"; AWS General Reference.

export interface ConsolePlace {
  readonly signInHost: string;
  readonly consoleHost: string;
}

const places = new Map<string, ConsolePlace>([
  ['aws', { signInHost: 'signin.aws.amazon.com', consoleHost: 'console.aws.amazon.com' }],
  ['aws-cn', { signInHost: 'signin.amazonaws.cn', consoleHost: 'console.amazonaws.cn' }],
  ['aws-us-gov', { signInHost: 'signin.amazonaws-us-gov.com', consoleHost: 'console.amazonaws-us-gov.com' }],
  ['aws-eusc', { signInHost: 'eusc-de-east-1.signin.amazonaws-eusc.eu', consoleHost: 'console.amazonaws-eusc.eu' }],
]);

/** `undefined` for a partition whose console nobody outside may sign in to this way. */
export const consoleOf = (partition: string): ConsolePlace | undefined => places.get(partition);

/** Where AWS signs people in, in every partition. */
export const signInHosts: readonly string[] = [...places.values()].map(({ signInHost }) => signInHost);

/** The partitions' consoles, as content security policies name them. */
export const consoleSources: readonly string[] = [...places.values()].flatMap(({ signInHost, consoleHost }) => [
  `https://${signInHost}`,
  `https://*.${signInHost}`,
  `https://${consoleHost}`,
  `https://*.${consoleHost}`,
]);

/** Whether a page is one of the partition's console: a sign-in link must lead nowhere else. */
export function isConsolePage(url: string, { consoleHost }: ConsolePlace): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port, username, password } = new URL(url);
  const isOurs = hostname === consoleHost || hostname.endsWith(`.${consoleHost}`);
  return protocol === 'https:' && isOurs && port === '' && username === '' && password === '';
}
