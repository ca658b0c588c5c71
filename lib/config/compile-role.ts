import type { SessionTerms, Way } from '../grant/grant.ts';
import { longestFederationSeconds, longestSessionSeconds } from '../session/session-duration.ts';
import type { Report, RoleSettings } from './configuration.ts';
import { parseDuration } from './duration.ts';
import { checkPolicy, statementDocument } from './policy-text.ts';
import type { DeclaredGrant, DeclaredStatement } from './schema.ts';

/** IAM: what a role has unless it is told otherwise, and the least it can be told. */
const defaultMaxSessionSeconds = 3600;

const roleArn = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

export interface RoleToCompile {
  readonly path: string;
  readonly grant: string;
  readonly way: Way;
  readonly terms: SessionTerms;
  readonly report: Report;
}

export function compileRole(
  declared: DeclaredGrant['role'],
  { path, grant, way, terms, report }: RoleToCompile,
): RoleSettings | undefined {
  const { arn, permissions } = declared;
  if ((arn === undefined) === (permissions === undefined)) {
    report(path, 'must have one of permissions, which makes a role, and arn, which names one');
    return undefined;
  }
  const misplaced = arn === undefined ? (['maxSessionDuration'] as const) : (['name', 'account'] as const);
  for (const key of misplaced.filter((key) => declared[key] !== undefined)) {
    report(
      `${path}.${key}`,
      arn === undefined ? 'goes with arn; a role that is made gets what its grant needs' : 'goes with permissions',
    );
  }
  const role =
    arn === undefined
      ? madeRole(declared, permissions ?? [], { path, grant, way, terms, report })
      : namedRole(arn, declared.maxSessionDuration, { path, terms, report });
  const externalId = declared.externalId ?? (arn === undefined ? `daypass:${grant}` : undefined);
  return role.kind === 'federated' || way !== 'chain' || externalId === undefined ? role : { ...role, externalId };
}

function namedRole(
  arn: string,
  declared: string | number | undefined,
  { path, terms, report }: Pick<RoleToCompile, 'path' | 'terms' | 'report'>,
): RoleSettings {
  if (!roleArn.test(arn)) report(`${path}.arn`, `is "${arn}"; it must be arn:aws:iam::{account}:role/{name}`);
  const maxSessionSeconds = declared === undefined ? defaultMaxSessionSeconds : parseDuration(declared);
  if (
    maxSessionSeconds === undefined ||
    maxSessionSeconds < defaultMaxSessionSeconds ||
    maxSessionSeconds > longestSessionSeconds
  ) {
    report(`${path}.maxSessionDuration`, `is "${declared}"; IAM takes 1h to 12h`);
  } else if (terms.durationSeconds > maxSessionSeconds) {
    const asked = `is ${terms.durationSeconds} s`;
    const says =
      declared === undefined
        ? `${asked}; the role has no maxSessionDuration here, so it is taken to have 1h: write what IAM says of it`
        : `${asked}, longer than the role's maxSessionDuration of ${maxSessionSeconds} s; shorten it, or raise the role's in IAM and here`;
    report(path.replace(/role$/, 'session.duration'), says);
  }
  return { kind: 'named', arn, maxSessionSeconds: maxSessionSeconds ?? defaultMaxSessionSeconds };
}

function madeRole(
  declared: DeclaredGrant['role'],
  statements: readonly DeclaredStatement[],
  { path, grant, way, terms, report }: RoleToCompile,
): RoleSettings {
  const roleName = declared.name ?? `daypass-${grant}`;
  const permissions = statements.map(statementDocument);
  for (const [index, { Resource }] of permissions.entries()) {
    const placeholder = Resource.find((resource) => /(^|[^$])\{/.test(resource));
    if (placeholder) {
      report(
        `${path}.permissions[${index}].resources`,
        `has "${placeholder}"; claims have their place in session.policy, a role knows \${aws:PrincipalTag/…}`,
      );
    }
  }
  checkPolicy({ Version: '2012-10-17', Statement: permissions }, `${path}.permissions`, report);
  if (way === 'federation-token')
    return { kind: 'federated', maxSessionSeconds: longestFederationSeconds, permissions };
  return {
    kind: 'made',
    roleName,
    account: declared.account,
    maxSessionSeconds: Math.max(defaultMaxSessionSeconds, terms.durationSeconds),
    permissions,
  };
}
