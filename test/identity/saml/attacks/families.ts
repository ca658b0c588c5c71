// Attacks by the number of their family: 27 to 70, those of SAML.

import { expect, test } from 'vitest';
import type { Arrival, Identity } from '../../../../lib/identity/identity.ts';
import {
  proveSamlResponse,
  type SamlProviders,
  type ServiceProvider,
} from '../../../../lib/identity/saml/saml-provider.ts';
import { Refusal, type RefusalCode, refusals } from '../../../../lib/refusal.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { proofOf, us } from '../../../kit/saml-idp.ts';

/** What a response meets. */
export interface Setting {
  readonly providers: SamlProviders;
  readonly us?: ServiceProvider;
  readonly arrival?: Arrival;
  readonly now?: Date;
}

export type Verdict = Identity | RefusalCode;

/** Anything thrown that is not a `Refusal` fails the test. */
export function verdictOn(samlResponse: string, setting: Setting): Verdict {
  try {
    const { providers, arrival, now = aMoment } = setting;
    return proveSamlResponse(proofOf(samlResponse, arrival), providers, setting.us ?? us, now);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

type Make = () => string | Promise<string>;

/** Before a signature is proved, which is so for families up to this one, every no must sound the same. */
const lastUnproved = 56;

/** One for each file of tests. The reporter counts what they do by the number in their names. */
export function attacksOn(setting: Setting) {
  return {
    /** A test that the response is refused with this code, or one of these. */
    attack(
      family: number,
      name: string,
      make: Make,
      code: RefusalCode | readonly RefusalCode[],
      { proved = family > lastUnproved, ...changed }: Partial<Setting> & { readonly proved?: boolean } = {},
    ): void {
      test(`case ${family}: ${name}`, async () => {
        const verdict = verdictOn(await make(), { ...setting, ...changed });
        expect([code].flat()).toContain(typeof verdict === 'string' ? verdict : `accepted as ${verdict.subject}`);
        if (!proved) expect(toldOf(verdict)).toBe('proof_not_verified');
      });
    },
    /** A test that what the attacks start from is accepted, so that they are refused for the right reason. */
    control(name: string, make: Make, subject = 'alice@acme.example', changed: Partial<Setting> = {}): void {
      test(`control: ${name}`, async () => {
        expect(verdictOn(await make(), { ...setting, ...changed })).toMatchObject({ subject });
      });
    },
  };
}

const toldOf = (verdict: Verdict) => (typeof verdict === 'string' ? refusals[verdict].error : 'accepted');
