// POST /v1/console: a link into the AWS console. JSON in, JSON out; a browser that posts a form is sent there.

import type { ConsoleRequest } from '../exchange.ts';
import type { Dialect } from './dialect.ts';
import { isForm, readForm } from './form.ts';
import { answerJson, malformed, readJson, refuseInJson } from './json.ts';
import { credentialsMembers, proofIn, textIn, wholeSeconds } from './members.ts';
import { redirectTo } from './page.ts';

export interface ConsoleAsked extends ConsoleRequest {
  readonly by: 'program' | 'browser';
}

export interface ConsoleAnswered {
  readonly to: ConsoleAsked['by'];
  readonly link: string;
}

const members = [...credentialsMembers, 'destination'];
/** A SAML response of 100,000 characters with every third of them escaped. */
const longestFormBytes = 320 * 1024;
/** AWS's federation endpoint: how long a sign-in link is good for. */
const linkSeconds = 900;

export const consoleLink: Dialect<ConsoleAsked, ConsoleAnswered> = {
  read(request) {
    const byBrowser = isForm(request);
    const body = byBrowser ? readForm(request, members, longestFormBytes) : readJson(request, members);
    const destination = body.has('destination') ? textIn(body, 'destination') : undefined;
    const durationSeconds = body.get('durationSeconds');
    return {
      by: byBrowser ? 'browser' : 'program',
      grant: textIn(body, 'grant'),
      proof: proofIn(body),
      ...(destination !== undefined && { destination }),
      ...(durationSeconds !== undefined && {
        durationSeconds: wholeSeconds(byBrowser ? numberIn(String(durationSeconds)) : durationSeconds),
      }),
    };
  },

  answer: ({ to, link }) =>
    to === 'browser' ? redirectTo(link) : answerJson(200, { url: link, expiresIn: linkSeconds }),

  refuse: refuseInJson,
};

function numberIn(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw malformed('"durationSeconds" must be a whole number of seconds, 1 or more.');
  return Number(text);
}
