// Waits for the browser to come back (RFC 8252 §7.3).

import { pageOf } from '../../html.ts';
import { type Io, waiting } from '../command.ts';

export interface Redirect {
  /** `http://127.0.0.1:{port}{path}` */
  readonly redirectUri: string;
  /** The address that the browser came back to, with its query. */
  readonly returned: Promise<URL>;
  close(): Promise<void>;
}

const minutes = 5;

/** Whoever comes with another state than the expected is sent away, and the waiting goes on. */
export async function loopbackRedirect(path: string, state: string, { machine }: Io): Promise<Redirect> {
  let resolve: (url: URL) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const returned = new Promise<URL>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const server = await machine.serve(async ({ method, url }) => {
    if (method !== 'GET' || url.pathname !== path || url.searchParams.get('state') !== state) {
      return { status: 400, type: 'text/plain', body: 'Nobody here waits for this.' };
    }
    resolve(new URL(url.pathname + url.search, `http://127.0.0.1:${server.port}`));
    const content = '<p>The command line has what it needs. You can close this page.</p>';
    return { status: 200, type: 'text/html; charset=utf-8', body: pageOf('Signed in', content) };
  });
  const timer = setTimeout(
    () => reject(new Error(`Nobody came back from the browser within ${minutes} minutes. Try again.`)),
    minutes * 60_000,
  );
  returned.catch(() => undefined);
  return {
    redirectUri: `http://127.0.0.1:${server.port}${path}`,
    returned,
    close: async () => {
      clearTimeout(timer);
      await server.close();
    },
  };
}

/** Sends the person there, and waits until the browser comes back. */
export async function visit(url: string, { returned }: Redirect, wantsBrowser: boolean, io: Io): Promise<URL> {
  const opens = wantsBrowser && io.machine.hasDisplay;
  io.tell(`${opens ? 'If no browser opens, visit' : 'Visit'}\n\n  ${url}\n\n`);
  if (opens) await io.machine.openBrowser(url).catch(() => undefined);
  return waiting('Waiting for the browser', returned, io);
}
