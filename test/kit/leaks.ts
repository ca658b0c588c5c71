// Whether anything of a secret stands in a text: no test can know beforehand which part of it would.

/** Shorter parts are shared by secrets and by what is none: `eyJhbGciOiJ…`, `PHNhbWxw…`. */
const longestPart = 20;

export interface Secrets {
  /** Remembers a secret and gives it back. */
  keep(secret: string): string;
  /** The parts of any of them that stand in the text, each once. */
  leaksIn(text: string): readonly string[];
}

export function secrets(): Secrets {
  const parts = new Set<string>();
  const partsOf = (text: string) =>
    Array.from({ length: Math.max(0, text.length - longestPart + 1) }, (_, at) => text.slice(at, at + longestPart));
  return {
    keep(secret) {
      if (secret.length < longestPart) throw new Error(`A secret of ${secret.length} characters cannot be told apart.`);
      for (const part of partsOf(secret)) parts.add(part);
      return secret;
    },
    leaksIn: (text) => [...new Set(partsOf(text).filter((part) => parts.has(part)))],
  };
}
