import { type TenancyClaim, vendorOf } from '../identity/oidc/vendors.ts';
import type { Condition } from '../policy/condition.ts';
import { parseOperator } from '../policy/operator.ts';

const pinningOperators = ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'];

/**
 * What a grant on a shared issuer must pin, if it does not: everybody on GitHub has tokens of GitHub's issuer.
 * `undefined` when the issuer is not shared or one condition names the tenant.
 */
export function missingTenancy(issuer: string, when: readonly Condition[]): readonly TenancyClaim[] | undefined {
  const tenancy = vendorOf(issuer)?.tenancy ?? [];
  const pinned = when.some((condition) => tenancy.some((claim) => pins(condition, claim)));
  return tenancy.length === 0 || pinned ? undefined : tenancy;
}

/** A condition that a missing claim, an exclusion or a wildcard could satisfy pins nothing. */
function pins({ operator, key, expected }: Condition, { claim, pins }: TenancyClaim): boolean {
  const parsed = parseOperator(operator);
  return (
    key === claim &&
    parsed !== undefined &&
    pinningOperators.includes(parsed.name) &&
    parsed.set !== 'ForAllValues' &&
    !parsed.ifExists &&
    expected.every((value) => pins.test(value) && !value.includes('${'))
  );
}
