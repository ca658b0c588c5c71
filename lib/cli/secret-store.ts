// Where sign-ins and credentials lie on a person's machine: the keyring of the operating system, else a file that only
// its owner may read.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../record.ts';

export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  /** Resolves to where it lies now, to be told to the person. */
  set(name: string, secret: string): Promise<string>;
  delete(name: string): Promise<void>;
}

/** One file of mode 0600 with everything in it; replaced as a whole, so that two commands at once leave one of two. */
export function fileSecrets(path: string): SecretStore {
  const read = (): Record<string, string> => {
    try {
      const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
      return isRecord(found) ? (found as Record<string, string>) : {};
    } catch {
      return {};
    }
  };
  const write = (secrets: Record<string, string>) => writePrivately(path, `${JSON.stringify(secrets)}\n`);
  return {
    get: async (name) => new Map(Object.entries(read())).get(name),
    set: async (name, secret) => {
      write({ ...read(), [name]: secret });
      return path;
    },
    delete: async (name) => {
      const { [name]: _, ...others } = read();
      if (Object.keys(others).length > 0) write(others);
      else rmSync(path, { force: true });
    },
  };
}

/** For its owner only, and never half of it. */
export function writePrivately(link: string, text: string): void {
  mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
  // Some keep such files elsewhere and a link in their place.
  const path = existsSync(link) ? realpathSync(link) : link;
  const next = `${path}.${process.pid}.new`;
  rmSync(next, { force: true });
  writeFileSync(next, text, { mode: 0o600, flag: 'wx' });
  chmodSync(next, 0o600);
  renameSync(next, path);
}

const service = 'daypass';

/** `undefined` where the operating system has no keyring that answers. */
export async function keyringSecrets(): Promise<SecretStore | undefined> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // Linux's kernel keeps keys for one session and forgets them when the machine ends: not what a person expects.
    const entry = (name: string) => new AsyncEntry(service, name, { linux: { store: 'secret-service' } });
    await entry('probe').getPassword();
    return {
      get: async (name) => (await entry(name).getPassword()) ?? undefined,
      set: async (name, secret) => {
        await entry(name).setPassword(secret);
        return 'the keyring of this machine';
      },
      delete: async (name) =>
        void (await entry(name)
          .deletePassword()
          .catch(() => false)),
    };
  } catch {
    return undefined;
  }
}

/** The first where it can, the second for what it cannot hold: some keyrings take a few kilobytes only. */
export const secretsIn = (first: SecretStore, second: SecretStore): SecretStore => ({
  get: async (name) => (await first.get(name).catch(() => undefined)) ?? second.get(name),
  set: async (name, secret) => {
    try {
      const place = await first.set(name, secret);
      await second.delete(name);
      return place;
    } catch {
      await first.delete(name);
      return second.set(name, secret);
    }
  },
  delete: async (name) => {
    await first.delete(name);
    await second.delete(name);
  },
});
