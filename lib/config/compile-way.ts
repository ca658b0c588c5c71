// What a way of issuing cannot do is refused when the configuration is read, with the reason.

import type { Way } from '../grant/grant.ts';
import { mostTags } from '../identity/aws-keys.ts';
import { longestSessionFor } from '../session/session-duration.ts';
import { ownTags } from '../session/session-tags.ts';
import type { Report } from './configuration.ts';
import { parseDuration } from './duration.ts';
import type { DeclaredGrant } from './schema.ts';

type Part = 'tags' | 'transitiveTags' | 'sourceIdentity' | 'externalId' | 'arn' | 'account' | 'name' | 'direct';

interface Rule {
  /** Why the way has no use for a part of the grant. */
  readonly without: Partial<Record<Part, string>>;
  /** Why no session of it is longer. */
  readonly length: string;
}

const ofTheIdp = 'with forward a session has what the identity provider signs for AWS, and nothing else';
const ofChain = 'goes with chain; in no other way does STS take an ExternalId';
const direct = 'goes with forward: in this way a token is of no use at STS';

const rules: Readonly<Record<Way, Rule>> = {
  forward: {
    without: {
      tags: `needs vouch, chain or federation-token: ${ofTheIdp}`,
      transitiveTags: `needs vouch or chain: ${ofTheIdp}`,
      sourceIdentity: `needs vouch or chain: ${ofTheIdp}`,
      externalId: ofChain,
    },
    length: 'no role gives longer sessions',
  },
  vouch: { without: { externalId: ofChain, direct }, length: 'no role gives longer sessions' },
  chain: {
    without: { direct },
    length:
      'a function has the credentials of a role, and AWS gives a role that assumes another 1h at most; vouch gives up to 12h, federation-token up to 36h',
  },
  'federation-token': {
    without: {
      transitiveTags: 'goes with vouch and chain: GetFederationToken has no transitive tags',
      sourceIdentity: 'goes with vouch and chain: GetFederationToken takes no source identity; write a tag',
      externalId: ofChain,
      arn: 'goes with a way that assumes a role; federation-token has none: write permissions and a session policy',
      account: 'goes with a way that assumes a role; federation-token is an IAM user of the account of Daypass',
      name: 'goes with a way that assumes a role; federation-token makes none',
      direct,
    },
    length: 'GetFederationToken gives no more',
  },
};

export interface WayToCheck {
  readonly declared: DeclaredGrant;
  readonly path: string;
  readonly report: Report;
}

export function checkWay({ declared, path, report }: WayToCheck): void {
  const { way, session, role } = declared;
  const { without, length } = rules[way];
  const written: Readonly<Record<Part, readonly [where: string, isThere: boolean]>> = {
    tags: ['session.tags', Object.keys(session.tags).length > 0],
    transitiveTags: ['session.transitiveTags', session.transitiveTags.length > 0],
    sourceIdentity: ['session.sourceIdentity', session.sourceIdentity !== undefined],
    externalId: ['role.externalId', role.externalId !== undefined],
    arn: ['role.arn', role.arn !== undefined],
    account: ['role.account', role.account !== undefined],
    name: ['role.name', role.name !== undefined],
    direct: ['acceptsDirectStsCalls', declared.acceptsDirectStsCalls],
  };
  for (const [part, reason] of Object.entries(without)) {
    const [where, isThere] = written[part as Part];
    if (isThere) report(`${path}.${where}`, reason);
  }
  const seconds = parseDuration(session.duration);
  const longest = longestSessionFor[way];
  if (seconds !== undefined && seconds > longest) {
    report(
      `${path}.session.duration`,
      `is "${session.duration}"; ${way} gives at most ${longest / 3600}h, for ${length}`,
    );
  }
  const tags = Object.keys(session.tags).length;
  const ours = ownTags[way];
  if (tags + ours.length > mostTags) {
    const besides = ours.length === 0 ? '' : `, and ${ours.join(' and ')} of Daypass are among them`;
    report(`${path}.session.tags`, `are ${tags}; STS takes at most ${mostTags}${besides}`);
  }
  if (way === 'federation-token' && session.policy === undefined) {
    report(`${path}.session.policy`, 'is missing; a federated user without a session policy may do nothing at all');
  }
}
