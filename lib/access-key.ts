// Access keys carry their account, as AWS's do since 2019: after the prefix, 80 bits in Base32, of which the first is
// set, the next 40 are the account and the rest is random.

export const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const accountShift = 39n;

/** The account that a key names; `undefined` for what is no key, or one of before 2019. */
export function accountOfKey(id: string): string | undefined {
  const [, body = ''] = /^A[A-Z]{3}([Q-Z2-7][A-Z2-7]{15})$/.exec(id) ?? [];
  if (body === '') return undefined;
  const bits = [...body].reduce((sum, letter) => (sum << 5n) | BigInt(alphabet.indexOf(letter)), 0n);
  const account = (bits >> accountShift) & ((1n << 40n) - 1n);
  return account <= 999_999_999_999n ? String(account).padStart(12, '0') : undefined;
}
