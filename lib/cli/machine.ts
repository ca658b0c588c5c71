// The person's own machine, as a port: what is kept there, the browser, child processes, the loopback interface.

import type { SecretStore } from './secret-store.ts';

export interface Machine {
  /** Where settings are kept. */
  readonly settingsFile: string;
  readonly awsConfigFile: string;
  /** As `https://access.acme.example`, where the environment says so. */
  readonly endpoint: string | undefined;
  /** Whether a browser can be opened for the person. */
  readonly hasDisplay: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How this very command is called, for `credential_process`. */
  readonly self: string;
  readonly secrets: () => Promise<SecretStore>;
  /** `undefined` where there is no such file. */
  readonly readIfThere: (path: string) => string | undefined;
  /** For the owner only, and never half of it. */
  readonly writePrivately: (path: string, text: string) => void;
  readonly openBrowser: (url: string) => Promise<void>;
  /** Runs a command with the terminal as its own; resolves to its exit code. */
  readonly run: (command: string, args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;
  /** Serves the loopback interface on a port that is free. */
  readonly serve: (answer: LoopbackAnswer) => Promise<LoopbackServer>;
}

export interface LoopbackRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
}

export type LoopbackAnswer = (request: LoopbackRequest) => Promise<{
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Of a redirect. */
  readonly location?: string;
}>;

export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}
