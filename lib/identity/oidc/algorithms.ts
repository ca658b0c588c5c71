// The signature algorithms STS takes for web identities, and the only ones we do (RFC 7518 §3.1).

export const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const;

export type Algorithm = (typeof algorithms)[number];

export const isAlgorithm = (value: unknown): value is Algorithm =>
  typeof value === 'string' && (algorithms as readonly string[]).includes(value);

const curves = new Map<unknown, Algorithm>([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
]);

/** What a key of this type may sign: the key decides, whatever a token's header says. None for other key types. */
export function algorithmsOf(keyType: unknown, curve: unknown): readonly Algorithm[] {
  if (keyType === 'RSA') return algorithms.filter((algorithm) => algorithm.startsWith('RS'));
  const algorithm = keyType === 'EC' ? curves.get(curve) : undefined;
  return algorithm ? [algorithm] : [];
}
