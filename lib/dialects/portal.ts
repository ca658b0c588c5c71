// GET and POST /portal: what a person who signed in may get, and getting it. Server-rendered, and works without a
// script.

import { accountOf } from '../arn.ts';
import type { Exchanged, ExchangeRequest } from '../exchange.ts';
import type { Grant } from '../grant/grant.ts';
import { escaped } from '../html.ts';
import type { Identity, SignInProof } from '../identity/identity.ts';
import {
  type CommandLine,
  codeOf,
  commandLineText,
  originOf,
  parseCommandLine,
  returnTo,
} from '../sign-in/command-line.ts';
import {
  commandLineCookie,
  commandLineCookieWith,
  noCommandLineCookie,
  noSignInCookie,
  signInCookie,
} from '../sign-in/cookies.ts';
import { portalPath, redemptionPath } from '../sign-in/our-addresses.ts';
import { credentials } from './credentials.ts';
import type { Dialect } from './dialect.ts';
import { readForm } from './form.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { malformed, readJson, refuseInJson } from './json.ts';
import { textIn, wholeSeconds } from './members.ts';
import { answerPage, redirectTo, refuseOnPage } from './page.ts';
import { signInRequest } from './schemas.ts';

export type PortalAsked =
  | { readonly wants: 'page'; readonly proof: SignInProof | undefined; readonly waiting?: Waiting }
  | ({ readonly wants: 'credentials' | 'console'; readonly destination?: string } & ExchangeRequest)
  | {
      readonly wants: 'code';
      readonly proof: SignInProof;
      readonly grant: string;
      readonly waiting: CommandLine;
    }
  /** From the command line, by its own JSON. */
  | ({ readonly wants: 'redemption' } & ExchangeRequest)
  | { readonly wants: 'sign-out' };

/** A command line that waits for a sign-in; `isNew`: it began with this very request. */
export interface Waiting {
  readonly commandLine: CommandLine;
  readonly isNew: boolean;
}

export type PortalAnswered =
  | { readonly shows: 'sign-in'; readonly waiting?: Waiting }
  | {
      readonly shows: 'grants';
      readonly identity: Identity;
      readonly grants: readonly Grant[];
      readonly waiting?: Waiting;
    }
  | { readonly shows: 'code'; readonly code: string; readonly grant: string; readonly waiting: CommandLine }
  | { readonly shows: 'redeemed'; readonly exchanged: Exchanged }
  | { readonly shows: 'credentials'; readonly exchanged: Exchanged }
  | { readonly shows: 'console'; readonly link: string }
  | { readonly shows: 'nothing' };

export interface PortalSettings {
  /** Our own address, without a path: forms from elsewhere are refused. */
  readonly url: string;
  /** The names of the providers that people can sign in with. */
  readonly providers: readonly string[];
  /** Whether the partition has a console that people can be sent to. */
  readonly hasConsole: boolean;
  /** What stands in for AWS's sign-in on this machine. */
  readonly signInStandIn: string | undefined;
}

const longestBodyBytes = 4096;
const fields = ['wants', 'grant', 'destination', 'command-line'];

export function portal(settings: PortalSettings): Dialect<PortalAsked, PortalAnswered> {
  return {
    read(request) {
      const handle = request.cookies.get(signInCookie);
      const proof = handle === undefined || handle === '' ? undefined : ({ kind: 'sign-in', handle } as const);
      if (request.path === redemptionPath) return redemption(request);
      return request.method === 'GET'
        ? { wants: 'page', proof, ...waitingIn(request) }
        : wish(request, proof, settings.url);
    },

    answer(answered, now) {
      switch (answered.shows) {
        case 'sign-in':
          return signInPage(settings.providers, answered.waiting);
        case 'grants':
          return grantsPage(answered, settings);
        case 'code':
          return redirectTo(returnTo(answered.waiting, answered), [noCommandLineCookie]);
        case 'redeemed':
          return credentials.answer(answered.exchanged, now);
        case 'credentials':
          return credentialsPage(answered.exchanged);
        case 'console':
          return redirectTo(answered.link);
        case 'nothing':
          return redirectTo(portalPath, [noSignInCookie]);
      }
    },

    refuse: (no, requestId, request) =>
      request?.path === redemptionPath
        ? refuseInJson(no, requestId)
        : refuseOnPage(no, requestId, no.error === 'sign_in_ended' ? [noSignInCookie] : undefined),
  };
}

function wish(request: HttpRequest, proof: SignInProof | undefined, url: string): PortalAsked {
  checkOrigin(request, url);
  const form = readForm(request, fields, longestBodyBytes);
  const wants = form.get('wants');
  if (wants === 'sign-out') return { wants };
  const grant = form.get('grant') ?? '';
  if (wants === 'code') {
    const waiting = parseCommandLine(request.cookies.get(commandLineCookie));
    // The one that the page showed: another may have come since, asked for by somebody else.
    if (!waiting || form.get('command-line') !== commandLineText(waiting))
      throw malformed('No command line waits for this sign-in any more. Begin it again: daypass login.');
    return { wants, grant, waiting, proof: proof ?? { kind: 'sign-in', handle: '' } };
  }
  if (wants !== 'credentials' && wants !== 'console') {
    throw malformed('"wants" must be credentials, console, code or sign-out.');
  }
  const destination = form.get('destination');
  // An ended sign-in says so; without a cookie there is none.
  return {
    wants,
    grant,
    proof: proof ?? { kind: 'sign-in', handle: '' },
    ...(destination !== undefined && { destination }),
  };
}

/** The cookie does not come along from other sites; neighbours of ours are kept out here. Every browser says one of them. */
function checkOrigin({ headers }: HttpRequest, url: string): void {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const saysSo = origin !== undefined || site !== undefined;
  const isOurs = saysSo && (origin ?? url) === url && (site ?? 'same-origin') === 'same-origin';
  if (!isOurs) throw malformed('The form must be sent from our own page.');
}

/** The address tells of a new one; a cookie of one that began before the sign-in. */
function waitingIn({ query, cookies }: HttpRequest): { readonly waiting?: Waiting } {
  const [, written] = /^command-line=([\w.-]{1,160})$/.exec(query) ?? [];
  const begun = parseCommandLine(written);
  const commandLine = begun ?? parseCommandLine(cookies.get(commandLineCookie));
  return commandLine ? { waiting: { commandLine, isNew: begun !== undefined } } : {};
}

/** What the command line sends when the browser has come back to it. */
function redemption(request: HttpRequest): PortalAsked {
  const body = readJson(request, Object.keys(signInRequest.properties));
  const grant = textIn(body, 'grant');
  const durationSeconds = body.get('durationSeconds');
  return {
    wants: 'redemption',
    grant,
    proof: { kind: 'code', code: textIn(body, 'code'), verifier: textIn(body, 'verifier'), grant },
    ...(durationSeconds !== undefined && { durationSeconds: wholeSeconds(durationSeconds) }),
  };
}

const cookiesFor = (waiting: Waiting | undefined) =>
  waiting?.isNew && { cookies: [commandLineCookieWith(commandLineText(waiting.commandLine))] };

const waitingText = ({ commandLine }: Waiting) =>
  `<p>The daypass command on this computer waits for you to sign in. It shows the code <code>${codeOf(commandLine)}</code>: if it
shows another, or you began nothing, somebody else asks. Then close this page.</p>`;

const signInPage = (providers: readonly string[], waiting: Waiting | undefined) =>
  answerPage({
    title: 'Sign in',
    content: `${waiting ? `${waitingText(waiting)}\n` : ''}${providers
      .map((name) => `<a class="button" href="/sign-in/${escaped(name)}">Sign in with ${escaped(name)}</a>`)
      .join('\n')}`,
    ...cookiesFor(waiting),
  });

function grantsPage(
  { identity, grants, waiting }: Extract<PortalAnswered, { shows: 'grants' }>,
  { hasConsole, signInStandIn }: PortalSettings,
): HttpAnswer {
  const { subject, provider, provenUntil } = identity;
  const list = grants.map((grant) => grantSection(grant, hasConsole, waiting)).join('\n');
  return answerPage({
    title: 'What you may use',
    content: `<p>Signed in as <strong>${escaped(subject)}</strong> with ${escaped(provider)}, for choices made until
<time datetime="${provenUntil.toISOString()}">${provenUntil.toISOString().slice(11, 19)} UTC</time>.</p>
${waiting ? `${waitingText(waiting)}\n` : ''}${list === '' ? '<p role="alert">No grant fits you. Ask whoever runs this Daypass: the log says why.</p>' : list}
<form method="post" action="${portalPath}"><button class="plain" name="wants" value="sign-out">Sign out</button></form>`,
    formsLeadTo: [signInStandIn, waiting && originOf(waiting.commandLine)].filter(Boolean).join(' '),
    ...cookiesFor(waiting),
  });
}

function grantSection({ name, role }: Grant, hasConsole: boolean, waiting: Waiting | undefined): string {
  const give = waiting
    ? `
<input type="hidden" name="command-line" value="${escaped(commandLineText(waiting.commandLine))}">
<button name="wants" value="code">Give to the daypass command on this computer</button>`
    : '';
  const open = hasConsole ? '\n<button name="wants" value="console">Open the AWS console</button>' : '';
  const account =
    role.accountName === undefined ? '' : `${escaped(role.accountName)} (${escaped(accountOf(role.arn))})<br>`;
  return `<section><h2>${escaped(name)}</h2><small>${account}<code>${escaped(role.arn)}</code></small>
<form method="post" action="${portalPath}" class="choices"><input type="hidden" name="grant" value="${escaped(name)}">
<button name="wants" value="credentials">Get credentials</button>${open}${give}</form></section>`;
}

function credentialsPage({ credentials, user, grant }: Exchanged): HttpAnswer {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const shell = `export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secretAccessKey}
export AWS_SESSION_TOKEN=${sessionToken}`;
  const powerShell = shell.replace(/^export (\w+)=(.*)$/gm, '$env:$1="$2"');
  const file = `[${grant.name}]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}
aws_session_token = ${sessionToken}`;
  const block = (title: string, text: string) => `<h2>${title}</h2><pre>${escaped(text)}</pre>`;
  return answerPage({
    title: `Credentials for ${grant.name}`,
    content: `<p>You are <code>${escaped(user.arn)}</code> until
<time datetime="${expiration.toISOString()}">${expiration.toISOString().replace('.000', '')}</time>. One click selects a whole block.</p>
${block('For the shell', shell)}
${block('For PowerShell', powerShell)}
${block('For ~/.aws/credentials', file)}
<p><a class="button" href="${portalPath}">Back</a></p>`,
  });
}
