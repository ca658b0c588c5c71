const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The account that a key or an id carries (40 bits after the first of 80 in Base32); `undefined` where there is none. */
export function accountOf(id: string): string | undefined {
  const digits = [...id.slice(4, 20)].map((character) => alphabet.indexOf(character));
  if (digits.length < 16 || digits.includes(-1)) return undefined;
  const bits = digits.reduce((sum, digit) => (sum << 5n) | BigInt(digit), 0n);
  return ((bits >> 39n) & ((1n << 40n) - 1n)).toString().padStart(12, '0');
}
