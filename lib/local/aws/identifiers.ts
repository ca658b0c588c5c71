// Access keys and unique ids that carry their account.

import { accountShift, alphabet } from '../../access-key.ts';

/** 20 characters, such as `ASIA…`. */
export const accessKeyId = (prefix: 'AKIA' | 'ASIA', account: string, random: Uint8Array) =>
  prefix + encode(account, random);

/** 21 characters, such as `AROA…`. */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'ANPA', account: string, random: Uint8Array): string {
  return prefix + encode(account, random) + alphabet.charAt((random[5] ?? 0) & 31);
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
