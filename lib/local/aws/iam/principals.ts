// Users and roles that policies name: IAM keeps them by their unique ids, so that whoever is deleted and made again
// under the same name is a stranger. Source: IAM User Guide, "AWS JSON policy elements: Principal".

import { malformedPolicyDocument } from '../../../aws-query/aws-error.ts';
import { parsePolicy } from '../../../policy/parse-policy.ts';
import type { PolicyKind } from '../../../policy/policy.ts';
import { isRecord } from '../../../record.ts';
import type { EmbeddedIam, WrittenPolicy } from './iam.ts';

const holderArn = /^arn:[\w-]+:iam::\d{12}:(user|role)\//;
const uniqueIdForm = /^(AIDA|AROA)[A-Z2-7]{17}$/;

/** Throws a `PolicyError`, or an `AwsError` for a user or role that is not there. */
export const trustPolicyOf = (role: string, document: unknown, iam: EmbeddedIam): WrittenPolicy =>
  policyWithPrincipals(`trust policy of ${role}`, 'trust', document, iam);

export function policyWithPrincipals(
  name: string,
  kind: PolicyKind,
  document: unknown,
  iam: EmbeddedIam,
): WrittenPolicy {
  // First as it was written, so that what is wrong is told in its author's words.
  parsePolicy({ name, kind, document });
  const kept = mapPrincipals(document, (principal) => {
    if (!holderArn.test(principal)) return principal;
    const holder = iam.holder(principal);
    if (!holder) throw malformedPolicyDocument(`Invalid principal in policy: "AWS":"${principal}"`);
    return holder.id;
  });
  return { document: kept, policy: parsePolicy({ name, kind, document: kept }) };
}

/** Throws an `AwsError` for principals that no role may trust, in IAM's own words. */
export function refuseOpenPrincipals(document: string): void {
  for (const { Principal: principal } of statementsIn(document)) {
    if (principal === '*') {
      throw malformedPolicyDocument('AssumeRolepolicy contained an invalid principal: "STAR":"*".');
    }
    if (isRecord(principal) && [principal.Federated].flat().includes('*')) {
      throw malformedPolicyDocument('Federated principals must be valid domain names or SAML metadata ARNs');
    }
  }
}

/** None where the text is no policy: what is wrong with it is for the engine to say. */
function statementsIn(document: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const read: unknown = JSON.parse(document);
    return isRecord(read) ? [read.Statement].flat().filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** As IAM shows it: by name whoever is still there, by the bare id whoever is not. */
export const shownPolicy = ({ document }: WrittenPolicy, iam: EmbeddedIam): unknown =>
  mapPrincipals(document, (principal) =>
    uniqueIdForm.test(principal) ? ((iam.userById(principal) ?? iam.roleById(principal))?.arn ?? principal) : principal,
  );

/** The document with every name under `AWS` put through `change`. */
function mapPrincipals(document: unknown, change: (principal: string) => string): unknown {
  const read: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  if (!isRecord(read)) return read;
  const statements: readonly unknown[] = Array.isArray(read.Statement) ? read.Statement : [read.Statement];
  return { ...read, Statement: statements.map((each) => mapStatement(each, change)) };
}

function mapStatement(statement: unknown, change: (principal: string) => string): unknown {
  if (!isRecord(statement)) return statement;
  const mapped = (element: 'Principal' | 'NotPrincipal') => {
    const value = statement[element];
    if (!isRecord(value) || value.AWS === undefined) return {};
    const aws = Array.isArray(value.AWS) ? value.AWS.map((each) => change(String(each))) : change(String(value.AWS));
    return { [element]: { ...value, AWS: aws } };
  };
  return { ...statement, ...mapped('Principal'), ...mapped('NotPrincipal') };
}
