// Policies as the rows write them.

export type Condition = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Condition;
}

interface TrustOptions {
  readonly actions?: string | readonly string[];
  readonly when?: Condition;
}

/** A statement of a trust policy. */
export const trusts = (principal: unknown, { actions = 'sts:AssumeRole', when }: TrustOptions = {}): Statement => ({
  Effect: 'Allow',
  Principal: principal,
  Action: actions,
  ...(when && { Condition: when }),
});

export const distrusts = (principal: unknown, options: TrustOptions = {}): Statement => ({
  ...trusts(principal, options),
  Effect: 'Deny',
});

/** A statement of an identity policy or session policy. */
export const permits = (
  actions: string | readonly string[],
  resources: string | readonly string[] = '*',
  when?: Condition,
): Statement => ({ Effect: 'Allow', Action: actions, Resource: resources, ...(when && { Condition: when }) });

export const forbids = (actions: string | readonly string[], resources: string | readonly string[] = '*') =>
  ({ ...permits(actions, resources), Effect: 'Deny' }) satisfies Statement;

export const documentOf = (...statements: readonly Statement[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** What a session of a role is called; the role's path is not in it. */
export function sessionArn(roleArn: string, name = 'session'): string {
  const [, , , , account, resource = ''] = roleArn.split(':');
  return `arn:aws:sts::${account}:assumed-role/${resource.split('/').at(-1)}/${name}`;
}
