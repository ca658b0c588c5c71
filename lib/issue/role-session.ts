// What every way tells STS of a session, and what STS gives for it.

import { elementText, requiredText } from '../aws-query/sts-answer.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import { type Issued, type ToldMember, toldMembers } from './credential-issuer.ts';

type Parameters = Readonly<Record<string, string>>;

export const lengthAndPolicy = ({ duration, policy, policyArns = [] }: SessionPlan): Parameters => ({
  DurationSeconds: String(duration.seconds),
  ...(policy !== undefined && { Policy: policy }),
  ...Object.fromEntries(policyArns.map((arn, index) => [`PolicyArns.member.${index + 1}.arn`, arn])),
});

export const tagParameters = ({ tags = [] }: SessionPlan): Parameters =>
  Object.fromEntries(
    tags.flatMap(({ key, value }, index) => [
      [`Tags.member.${index + 1}.Key`, key],
      [`Tags.member.${index + 1}.Value`, value],
    ]),
  );

/** Throws a plain `Error` when STS, against its contract, left something out. */
export function issuedFrom(xml: string): Issued {
  const expiration = new Date(requiredText(xml, 'Expiration'));
  if (Number.isNaN(expiration.getTime())) throw new Error('STS answered with an Expiration that is no time');
  return {
    credentials: {
      accessKeyId: requiredText(xml, 'AccessKeyId'),
      secretAccessKey: requiredText(xml, 'SecretAccessKey'),
      sessionToken: requiredText(xml, 'SessionToken'),
      expiration,
    },
    told: toldIn(xml),
    user: userIn(xml),
  };
}

function userIn(xml: string): Issued['user'] {
  const arn = requiredText(xml, 'Arn');
  const federated = elementText(xml, 'FederatedUserId');
  return federated === undefined
    ? { kind: 'assumed-role', arn, userId: requiredText(xml, 'AssumedRoleId') }
    : { kind: 'federated-user', arn, userId: federated };
}

function toldIn(xml: string): ReadonlyMap<ToldMember, string> {
  const told = new Map<ToldMember, string>();
  for (const name of toldMembers) {
    const text = elementText(xml, name);
    if (text !== undefined) told.set(name, text);
  }
  return told;
}
