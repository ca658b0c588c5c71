// What the pages share: nothing is loaded, nothing runs, nothing frames them, and no form leads elsewhere than here and
// into the AWS console.

import { consoleSources } from '../console/partition.ts';
import { escaped, pageOf, styleSource } from '../html.ts';
import type { No } from './dialect.ts';
import type { HttpAnswer } from './http.ts';

const policy = [
  "default-src 'none'",
  `style-src ${styleSource}`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
  // Browsers hold a form to this along its redirects, and the way into the console is one.
  `form-action 'self' ${consoleSources.join(' ')}`,
].join('; ');

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  // Without an origin the portal could not tell its own forms from those of others.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

export interface PageAnswer {
  readonly status?: number;
  readonly title: string;
  /** HTML. */
  readonly content: string;
  readonly cookies?: readonly string[];
  /** An origin besides the console's that a form may lead to. */
  readonly formsLeadTo?: string | undefined;
}

export function answerPage({ status = 200, title, content, cookies, formsLeadTo }: PageAnswer): HttpAnswer {
  return {
    status,
    headers: {
      ...headers,
      ...(formsLeadTo && { 'content-security-policy': `${policy} ${formsLeadTo}` }),
      'content-type': 'text/html; charset=utf-8',
    },
    ...(cookies && { cookies }),
    body: pageOf(title, content),
  };
}

/** To a page, by GET, whatever brought the browser here. */
export const redirectTo = (location: string, cookies: readonly string[] = []): HttpAnswer => ({
  status: 303,
  headers: { ...headers, location },
  cookies,
  body: '',
});

export const refuseOnPage = ({ status, error, says }: No, requestId: string, cookies?: readonly string[]): HttpAnswer =>
  answerPage({
    status,
    title: 'That did not work',
    content: `<p role="alert">${escaped(says)}</p>
<p><a class="button" href="/">Start again</a></p>
<p><small><code>${escaped(error)}</code> · request <code>${escaped(requestId)}</code></small></p>`,
    ...(cookies && { cookies }),
  });
