// Codes of MFA devices: TOTP (RFC 6238), each taken once.

import { Secret, TOTP } from 'otpauth';
import { accessDenied } from '../../../aws-query/aws-error.ts';
import type { ParameterReader } from '../../../aws-query/parameters.ts';
import type { EmbeddedIam, MfaDevice, User } from '../iam/iam.ts';

export interface MfaParameters {
  readonly serialNumber: string | undefined;
  readonly tokenCode: string | undefined;
}

export const mfaParameters = (reader: ParameterReader): MfaParameters => ({
  serialNumber: reader.text('SerialNumber', {
    shortest: 9,
    longest: 256,
    pattern: { text: '[\\w+=/:,.@-]*', form: /^[\w+=/:,.@-]*$/ },
  }),
  tokenCode: reader.text('TokenCode', { shortest: 6, longest: 6, pattern: { text: '[\\d]*', form: /^\d*$/ } }),
});

const stepSeconds = 30;

/** The time step of the code, which must be later than any that was taken; `undefined` for a wrong one. */
export function stepOf(code: string, { base32Seed, lastStep }: MfaDevice, now: Date): number | undefined {
  const totp = new TOTP({ secret: Secret.fromBase32(base32Seed), period: stepSeconds });
  // A step either way, for clocks that differ.
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: 1 });
  const step = delta === null ? undefined : Math.floor(now.getTime() / 1000 / stepSeconds) + delta;
  return step !== undefined && step > lastStep ? step : undefined;
}

/** When MFA was given, `undefined` where it was not. Throws an `AwsError` for a device or code that is not right. */
export function checkedMfa(
  { serialNumber, tokenCode }: MfaParameters,
  { user, iam, now }: { readonly user: User | undefined; readonly iam: EmbeddedIam; readonly now: Date },
): Date | undefined {
  if (serialNumber === undefined && tokenCode === undefined) return undefined;
  const devices = user ? iam.accounts.get(user.account)?.mfaDevices : undefined;
  const device = serialNumber === undefined ? undefined : devices?.get(serialNumber);
  if (!user || !device || device.user !== user.id || tokenCode === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  const step = stepOf(tokenCode, device, now);
  if (step === undefined) {
    // With the space at the end, as AWS has it.
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
  }
  device.lastStep = step;
  return now;
}
