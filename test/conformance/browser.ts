// A browser without script: keeps cookies by host, follows redirects, reads forms.

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  /** The fields of the page's forms that have a value already. */
  readonly fields: ReadonlyMap<string, string>;
  /** Where its first form leads. */
  readonly action: URL;
}

export interface Browser {
  open(url: string | URL): Promise<Page>;
  /** Sends a form with what it holds and what is filled in; cookies go along as a browser sends them. */
  submit(page: Page, filled?: Readonly<Record<string, string>>, action?: URL): Promise<Page>;
}

const mostRedirects = 10;
const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const text = (html: string) => html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '');

export function aBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>();

  const request = async (target: URL, form: URLSearchParams | undefined, origin: string): Promise<Page> => {
    let url = target;
    let body = form;
    for (let step = 0; step < mostRedirects; step++) {
      const jar = jars.get(url.origin) ?? new Map<string, string>();
      jars.set(url.origin, jar);
      const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
      const answer: Response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        headers: { ...(cookie && { cookie }), ...(body && { origin }) },
        ...(body && { body }),
        redirect: 'manual',
      });
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        if (/max-age=0|deleted/i.test(set)) jar.delete(name);
        else jar.set(name, value);
      }
      const location = answer.headers.get('location');
      if (location === null) return pageOf(url, answer.status, await answer.text());
      url = new URL(location, url);
      body = undefined;
    }
    throw new Error(`${target} redirects without end.`);
  };

  return {
    open: (url) => request(new URL(url), undefined, ''),
    submit: (page, filled = {}, action = page.action) =>
      request(action, new URLSearchParams({ ...Object.fromEntries(page.fields), ...filled }), page.url.origin),
  };
}

function pageOf(url: URL, status: number, html: string): Page {
  const inputs = Array.from(html.matchAll(/<input\b[^>]*>/gi), ([tag]) => [
    attribute(tag, 'name'),
    attribute(tag, 'value'),
  ]);
  const fields = inputs.flatMap(([name, value]) => (name && value !== undefined ? [[name, value] as const] : []));
  const [form = ''] = /<form\b[^>]*>/i.exec(html) ?? [];
  return { url, status, html, fields: new Map(fields), action: new URL(attribute(form, 'action') ?? url, url) };
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag) ?? [];
  return value === undefined ? undefined : text(value);
}
