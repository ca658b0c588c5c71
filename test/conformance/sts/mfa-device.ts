import { Secret, TOTP } from 'otpauth';

const stepSeconds = 30;

/** A device of TOTP (RFC 6238), each of whose codes is given out once. */
export function aDevice() {
  let totp: TOTP | undefined;
  let last = 0;
  const codeOf = (step: number) => {
    if (!totp) throw new Error('The user has no MFA device.');
    last = step;
    return totp.generate({ timestamp: step * stepSeconds * 1000 });
  };
  const now = () => Math.floor(Date.now() / 1000 / stepSeconds);
  return {
    seed(base32: string) {
      totp = new TOTP({ secret: Secret.fromBase32(base32), period: stepSeconds });
    },
    /** Of the two steps before this one, so that this one and the next are still to be used. */
    firstCodes: () => [codeOf(now() - 2), codeOf(now() - 1)] as const,
    code: () => codeOf(Math.max(last + 1, now())),
  };
}
