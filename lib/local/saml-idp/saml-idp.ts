// A SAML identity provider on loopback that stands in for a configured one: its entityID, a key of its own, a cast of
// people. It answers requests, and signs people in unasked, as portals of companies do.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { inflateRawSync } from 'node:zlib';
import { ns } from '../../identity/saml/names.ts';
import { attributeOf, isNamed, parseStrictXml, withoutDeclaration } from '../../identity/saml/strict-xml.ts';
import { people } from '../idp/people.ts';
import { bodyOf, loopbackServer, pathAndQuery } from '../listen.ts';
import { choosePage, pageHeaders, problemPage, responsePage, welcomePage } from './pages.ts';
import { type IssuerSettings, idpMetadata, respond } from './response.ts';

export interface SamlIdpSettings extends IssuerSettings {
  /** Daypass's own assertion consumer service; requests that want another are refused. */
  readonly assertionConsumerService: string;
  /** Where else responses may go, unasked. */
  readonly recipients: readonly string[];
  /** Where a sign-in to Daypass begins. */
  readonly signInPage: string;
  readonly clock: () => Date;
}

/** What tools need to sign a person in. */
export interface SamlCast {
  readonly people: readonly string[];
  /** The first is what assertions are for unless another is wanted. */
  readonly recipients: readonly string[];
}

const longestFormBytes = 16 * 1024;
const longestRequestBytes = 64 * 1024;

export function samlIdpServer(settings: SamlIdpSettings): Server {
  return loopbackServer((request, response) => {
    const { path, query } = pathAndQuery(request.url);
    const route = routes.get(`${request.method} ${path}`);
    if (!route) {
      response.writeHead(404, pageHeaders).end(problemPage('There is no such page.'));
      return;
    }
    route({ request, response, query, settings }).catch((error: unknown) => {
      const says = error instanceof Error ? error.message : 'The sign-in failed.';
      response.writeHead(400, pageHeaders).end(problemPage(says));
    });
  });
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly settings: SamlIdpSettings;
}

type Answer = (asked: Asked) => Promise<void>;

const page = (response: ServerResponse, html: string) => void response.writeHead(200, pageHeaders).end(html);

const routes = new Map<string, Answer>([
  ['GET /', async ({ response, settings }) => page(response, welcomePage({ ...settings, people }))],
  [
    'GET /metadata',
    async ({ response, settings }) =>
      void response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(idpMetadata(settings)),
  ],
  [
    'GET /cast',
    async ({ response, settings }) => {
      const { recipients, assertionConsumerService } = settings;
      const cast: SamlCast = {
        people: people.map(({ name }) => name),
        recipients: [...recipients, assertionConsumerService],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(cast));
    },
  ],
  [
    'GET /sso',
    async ({ response, query, settings }) => {
      const samlRequest = query.get('SAMLRequest') ?? '';
      readRequest(samlRequest, settings);
      page(response, choosePage(people, samlRequest, query.get('RelayState') ?? ''));
    },
  ],
  [
    'POST /sso',
    async ({ request, response, settings }) => {
      const form = await formOf(request);
      const inResponseTo = readRequest(form.get('SAMLRequest') ?? '', settings);
      const recipient = settings.assertionConsumerService;
      const samlResponse = await responseFor(form, { recipient, inResponseTo }, settings);
      page(response, responsePage(recipient, samlResponse, form.get('RelayState') ?? ''));
    },
  ],
  [
    'POST /unsolicited',
    async ({ request, response, settings }) => {
      const form = await formOf(request);
      const recipient = form.get('recipient') ?? settings.assertionConsumerService;
      if (![...settings.recipients, settings.assertionConsumerService].includes(recipient)) {
        throw new Error(`Nobody here is known by ${recipient}.`);
      }
      page(
        response,
        responsePage(recipient, await responseFor(form, { recipient, inResponseTo: undefined }, settings), undefined),
      );
    },
  ],
]);

const formOf = async (request: IncomingMessage) =>
  new URLSearchParams((await bodyOf(request, longestFormBytes)).toString('utf8'));

function responseFor(
  form: URLSearchParams,
  to: { readonly recipient: string; readonly inResponseTo: string | undefined },
  settings: SamlIdpSettings,
): Promise<string> {
  const person = people.find(({ name }) => name === form.get('person'));
  if (!person) throw new Error('Choose one of the people.');
  return respond(settings, { person, ...to, now: settings.clock() });
}

/** The ID of an AuthnRequest by the redirect binding. Throws an `Error` when it is none that is meant for us. */
function readRequest(samlRequest: string, { assertionConsumerService }: SamlIdpSettings): string {
  const xml = inflated(samlRequest);
  const root = parseStrictXml(withoutDeclaration(xml));
  const id = attributeOf(root, 'ID');
  if (!isNamed(root, ns.protocol, 'AuthnRequest') || id === undefined) throw new Error('This is no AuthnRequest.');
  const wanted = attributeOf(root, 'AssertionConsumerServiceURL') ?? assertionConsumerService;
  if (wanted !== assertionConsumerService) throw new Error(`Nobody here is known by ${wanted}.`);
  return id;
}

function inflated(samlRequest: string): string {
  try {
    const bytes = Buffer.from(samlRequest, 'base64');
    return inflateRawSync(bytes, { maxOutputLength: longestRequestBytes }).toString('utf8');
  } catch (cause) {
    throw new Error('This is no request: a sign-in begins at Daypass.', { cause });
  }
}
