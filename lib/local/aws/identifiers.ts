// Access keys and unique ids that carry their account, as AWS's do since 2019: after the prefix, 80 bits in Base32,
// of which the first is set, the next 40 are the account and the rest is random.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const accountShift = 39n;

/** 20 characters, such as `ASIA…`. */
export const accessKeyId = (prefix: 'AKIA' | 'ASIA', account: string, random: Uint8Array) =>
  prefix + encode(account, random);

/** 21 characters, such as `AROA…`. */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'ANPA', account: string, random: Uint8Array): string {
  return prefix + encode(account, random) + alphabet.charAt((random[5] ?? 0) & 31);
}

/** The account that a key names; `undefined` for what is no key, or one of before 2019. */
export function accountOfKey(id: string): string | undefined {
  const [, body = ''] = /^A[A-Z]{3}([Q-Z2-7][A-Z2-7]{15})$/.exec(id) ?? [];
  if (body === '') return undefined;
  const bits = [...body].reduce((sum, letter) => (sum << 5n) | BigInt(alphabet.indexOf(letter)), 0n);
  const account = (bits >> accountShift) & ((1n << 40n) - 1n);
  return account <= 999_999_999_999n ? String(account).padStart(12, '0') : undefined;
}

function encode(account: string, random: Uint8Array): string {
  const low = random.slice(0, 5).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) & ((1n << accountShift) - 1n);
  let bits = (1n << 79n) | (BigInt(account) << accountShift) | low;
  let text = '';
  for (let digit = 0; digit < 16; digit++) {
    text = alphabet.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}
