// The example configuration as `npm start` starts it, and a browser: cookies by name, redirects not followed.

import type { Configuration, SamlProviderSettings } from '../../lib/config/configuration.ts';
import { readConfigurationFile } from '../../lib/config/read-config-file.ts';
import type { Synthesis } from '../../lib/infra/synthesise.ts';
import { withStandIn } from '../../lib/local/saml-idp/stand-in.ts';
import { type Answered, freePorts, overHttp } from '../kit/loopback.ts';
import { anAccount, aStack, type RunningStack } from '../kit/stack.ts';
import { formHeaders, formOf } from '../kit/sts.ts';
import { fieldIn, type ResponseForm, responseForm } from './saml-idp/kit.ts';

export interface Running extends RunningStack {
  readonly port: number;
}

export interface Changes {
  readonly clock?: () => Date;
  /** Whom the identity provider knows besides, and Daypass does not. */
  readonly others?: readonly string[];
  readonly corp?: Partial<SamlProviderSettings>;
  readonly edit?: (synthesis: Synthesis) => Synthesis;
}

/** The example configuration, started as `npm start` starts it. */
export async function running({
  clock = () => new Date(),
  others = [],
  corp = {},
  edit,
}: Changes = {}): Promise<Running> {
  const read = await readConfigurationFile('daypass.yaml');
  const provider = read.providers.get('corp') as SamlProviderSettings;
  const changed: Configuration = {
    ...read,
    providers: new Map(read.providers).set('corp', { ...provider, ...corp }),
  };
  const port = await freePorts(4);
  const at = { doors: `http://127.0.0.1:${port}`, address: `http://127.0.0.1:${port + 3}` };
  const { configuration, samlIdp } = await withStandIn({ configuration: changed, ...at, account: anAccount, clock });
  if (!samlIdp) throw new Error('The example has no SAML provider.');
  const samlIdentityProvider = { ...samlIdp, recipients: [...samlIdp.recipients, ...others] };
  const stack = await aStack({ configuration, port, clock, samlIdentityProvider, ...(edit && { edit }) });
  return { ...stack, port };
}

type Form = Readonly<Record<string, string | undefined>>;

/** As far as the ways between our pages go: cookies by name, redirects not followed. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly origin: string;

  constructor({ gateway }: Running) {
    this.origin = gateway;
  }

  get(url: string): Promise<Answered> {
    return this.send(url, { method: 'GET' });
  }

  post(url: string, form: Form, origin = this.origin): Promise<Answered> {
    return this.send(url, { method: 'POST', headers: { ...formHeaders, origin }, body: formOf(form) });
  }

  private async send(url: string, sent: Parameters<typeof overHttp>[1]): Promise<Answered> {
    const to = new URL(url, this.origin);
    const isOurs = to.origin === this.origin;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...sent?.headers, ...(isOurs && cookie !== '' && { cookie }) };
    const answer = await overHttp(to.origin, { ...sent, path: to.pathname + to.search, headers });
    for (const line of (isOurs && answer.headers['set-cookie']) || []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*Max-Age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

/** To the identity provider and back, up to the form that would go to our assertion consumer service. */
export async function atTheIdp(browser: Browser, person: string): Promise<ResponseForm> {
  const begun = await browser.get('/sign-in/corp');
  const location = begun.headers.location ?? '';
  const { body } = await browser.get(location);
  const fields = { SAMLRequest: fieldIn(body, 'SAMLRequest'), RelayState: fieldIn(body, 'RelayState'), person };
  return responseForm(await browser.post(new URL('/sso', location).href, fields, new URL(location).origin));
}

export const deliver = (browser: Browser, { samlResponse, relayState }: ResponseForm, action = '/saml/acs') =>
  browser.post(action, { SAMLResponse: samlResponse, RelayState: relayState }, 'http://127.0.0.1:9');

export async function signedIn(stack: Running, person: string): Promise<Browser> {
  const browser = new Browser(stack);
  const answer = await deliver(browser, await atTheIdp(browser, person));
  if (answer.status !== 303) throw new Error(`${person} is not signed in: ${answer.status} ${answer.body}`);
  return browser;
}
