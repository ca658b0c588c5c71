// Who a statement speaks of, and who asks.
// Source: IAM User Guide, "AWS JSON policy elements: Principal".

import { isRecord } from '../record.ts';

/** Who asks. A federated caller is named by the provider that vouches: its ARN, or a built-in domain. */
export type Caller =
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'service'; readonly service: string }
  | AwsCaller;

export interface AwsCaller {
  readonly kind: 'aws';
  readonly account: string;
  /** What the caller itself is called: ARN, unique id. */
  readonly arns: readonly string[];
  /** What the role behind a role session is called. */
  readonly roleArns?: readonly string[];
}

export interface PrincipalElement {
  readonly negated: boolean;
  /** The bare `"*"`: everyone, also those without an AWS account. */
  readonly everyone: boolean;
  readonly aws: readonly string[];
  readonly federated: readonly string[];
  readonly service: readonly string[];
}

const kinds = { AWS: 'aws', Federated: 'federated', Service: 'service' } as const;
const accountId = /^\d{12}$/;
const accountRoot = /^arn:[\w-]+:iam::(\d{12}):root$/;

/** Reads `Principal` or `NotPrincipal`; what is wrong goes to `report`. */
export function parsePrincipal(
  value: unknown,
  negated: boolean,
  report: (says: string) => void,
): PrincipalElement | undefined {
  const element = { negated, everyone: false, aws: [] as string[], federated: [] as string[], service: [] as string[] };
  if (value === '*') return { ...element, everyone: true };
  if (!isRecord(value) || Object.keys(value).length === 0) {
    report('must be "*" or an object with AWS, Federated or Service');
    return undefined;
  }
  for (const [kind, names] of Object.entries(value)) {
    const list: readonly unknown[] = Array.isArray(names) ? names : [names];
    if (!Object.hasOwn(kinds, kind)) report(`has "${kind}"; allowed are ${Object.keys(kinds).join(', ')}`);
    else if (list.length === 0 || !list.every((name) => typeof name === 'string')) {
      report(`${kind} must be a text or a non-empty list of texts`);
    } else {
      for (const name of list) {
        if (name !== '*' && name.includes('*')) report(`"${name}": a principal takes no wildcard within a name`);
      }
      for (const name of list) element[kinds[kind as keyof typeof kinds]].push(name);
    }
  }
  return element;
}

/** Whether a statement of this effect speaks of the caller. */
export function matchesPrincipal(element: PrincipalElement, caller: Caller, effect: 'Allow' | 'Deny'): boolean {
  if (element.negated && effect === 'Deny') return !exempts(element, caller);
  return nearness(element, caller) !== undefined;
}

/**
 * Whom a Deny with NotPrincipal exempts must be listed by every name: itself, its role, its account
 * (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
 */
function exempts(element: PrincipalElement, caller: Caller): boolean {
  if (caller.kind !== 'aws' || element.everyone || element.aws.includes('*')) {
    return nearestName(element, caller) !== undefined;
  }
  const { aws } = element;
  const itself = caller.arns.some((name) => aws.includes(name));
  const role = caller.roleArns === undefined || caller.roleArns.some((name) => aws.includes(name));
  return itself && role && aws.some((name) => accountOf(name) === caller.account);
}

/** How a statement speaks of a caller: of itself (or everyone), of its role, or only of its account. */
export type Nearness = 'self' | 'role' | 'account';

/** The nearest that fits; `undefined` when the statement does not speak of the caller. */
export function nearness(element: PrincipalElement, caller: Caller): Nearness | undefined {
  const named = nearestName(element, caller);
  // Whom an exclusion leaves over is named by nobody: no more than its account is meant.
  if (element.negated) return named === undefined ? 'account' : undefined;
  return named;
}

function nearestName(element: PrincipalElement, caller: Caller): Nearness | undefined {
  if (element.everyone) return 'self';
  switch (caller.kind) {
    // A provider is matched by name only: `AWS: "*"` does not speak of federated callers.
    case 'federated':
      return element.federated.includes(caller.provider) ? 'self' : undefined;
    case 'service':
      return element.service.includes(caller.service) ? 'self' : undefined;
    case 'aws': {
      // The root of an account stands for the account, also where root itself asks.
      const aws = element.aws.filter((name) => accountOf(name) === undefined);
      if (aws.some((name) => name === '*' || caller.arns.includes(name))) return 'self';
      if (aws.some((name) => caller.roleArns?.includes(name))) return 'role';
      return element.aws.some((name) => accountOf(name) === caller.account) ? 'account' : undefined;
    }
  }
}

function accountOf(name: string): string | undefined {
  return accountId.test(name) ? name : accountRoot.exec(name)?.[1];
}

/** Every name in the element, for explanations. */
export function principalNames(element: PrincipalElement): readonly string[] {
  return element.everyone ? ['*'] : [...element.aws, ...element.federated, ...element.service];
}

export function callerNames(caller: Caller): readonly string[] {
  switch (caller.kind) {
    case 'federated':
      return [caller.provider];
    case 'service':
      return [caller.service];
    case 'aws':
      return [...caller.arns, ...(caller.roleArns ?? []), caller.account];
  }
}
