// Who a statement speaks of, and who asks.
// Source: IAM User Guide, "AWS JSON policy elements: Principal".

import { isRecord } from '../record.ts';

/** Who asks. A federated caller is named by the provider that vouches: its ARN, or a built-in domain. */
export type Caller =
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'service'; readonly service: string }
  /** `arns` holds every ARN the caller answers to: a role session has its role's and its own. */
  | { readonly kind: 'aws'; readonly account: string; readonly arns: readonly string[] };

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
      element[kinds[kind as keyof typeof kinds]].push(...list);
    }
  }
  return element;
}

export function matchesPrincipal(element: PrincipalElement, caller: Caller): boolean {
  return names(element, caller) !== element.negated;
}

function names(element: PrincipalElement, caller: Caller): boolean {
  if (element.everyone) return true;
  switch (caller.kind) {
    // A provider is matched by name only: `AWS: "*"` does not speak of federated callers.
    case 'federated':
      return element.federated.includes(caller.provider);
    case 'service':
      return element.service.includes(caller.service);
    case 'aws':
      return element.aws.some(
        (name) => name === '*' || caller.arns.includes(name) || accountOf(name) === caller.account,
      );
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
      return [...caller.arns, caller.account];
  }
}
