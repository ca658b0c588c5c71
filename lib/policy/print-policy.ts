// A parsed policy as the document that IAM takes: parsing what is printed gives the same policy again.

import type { Condition } from './condition.ts';
import type { Listed, Policy, PolicyVersion, Statement } from './policy.ts';
import type { PrincipalElement } from './principal.ts';

type Texts = string | readonly string[];
type PrincipalDocument = '*' | Readonly<Record<string, Texts>>;

export interface PolicyDocument {
  readonly Version: PolicyVersion;
  readonly Statement: readonly PrintedStatement[];
}

export interface PrintedStatement {
  readonly Sid?: string;
  readonly Effect: Statement['effect'];
  readonly Principal?: PrincipalDocument;
  readonly NotPrincipal?: PrincipalDocument;
  readonly Action?: Texts;
  readonly NotAction?: Texts;
  readonly Resource?: Texts;
  readonly NotResource?: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

/** Of what an author wrote, only the `Id` and the order of the elements are gone. */
export function printPolicy({ version, statements }: Policy): PolicyDocument {
  return { Version: version, Statement: statements.map(printStatement) };
}

export function printStatement({ sid, effect, principal, action, resource, conditions }: Statement): PrintedStatement {
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    ...(principal && { [`${not(principal)}Principal`]: printPrincipal(principal) }),
    [`${not(action)}Action`]: printListed(action),
    ...(resource && { [`${not(resource)}Resource`]: printListed(resource) }),
    ...(conditions.length > 0 && { Condition: printConditions(conditions) }),
  };
}

const not = ({ negated }: { readonly negated: boolean }) => (negated ? 'Not' : '');

function printPrincipal({ everyone, aws, federated, service }: PrincipalElement): PrincipalDocument {
  if (everyone) return '*';
  const names = Object.entries({ AWS: aws, Federated: federated, Service: service });
  return Object.fromEntries(names.filter(([, list]) => list.length > 0).map(([kind, list]) => [kind, texts(list)]));
}

const printListed = ({ entries }: Listed) => texts(entries.map(({ source }) => source));

function printConditions(conditions: readonly Condition[]) {
  const byOperator = Map.groupBy(conditions, ({ operator }) => operator);
  return Object.fromEntries(
    Array.from(byOperator, ([operator, each]) => [
      operator,
      Object.fromEntries(each.map(({ key, expected }) => [key, texts(expected)])),
    ]),
  );
}

/** As people write it: one text stands alone. */
function texts(list: readonly string[]): Texts {
  const [only = list] = list;
  return list.length > 1 ? list : only;
}
