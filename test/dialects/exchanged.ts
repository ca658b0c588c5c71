// What an exchange ended in, for the dialects that tell it.

import type { Exchanged } from '../../lib/exchange.ts';
import type { ToldMember } from '../../lib/issue/credential-issuer.ts';
import type { SessionDuration } from '../../lib/session/session-duration.ts';
import { aGrant, aRoleArn } from '../kit/builders.ts';

export interface ExchangedSettings {
  readonly duration?: SessionDuration;
  readonly told?: Partial<Record<ToldMember, string>>;
}

export const anExchanged = ({ duration = { seconds: 3600 }, told = {} }: ExchangedSettings = {}): Exchanged => ({
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret/+=example',
    sessionToken: 'IQoJb3JpZ2luX2VjExample',
    expiration: new Date('2026-06-01T13:00:00.000Z'),
  },
  user: {
    kind: 'assumed-role',
    arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
    userId: 'AROAEXAMPLE:alice',
  },
  told: new Map(Object.entries(told) as [ToldMember, string][]),
  grant: aGrant(),
  session: {
    way: 'forward',
    evidence: { kind: 'oidc', token: 'a.b.c' },
    roleArn: aRoleArn,
    sessionName: 'alice',
    duration,
  },
});
