// Sign-ins that were proved a moment ago, kept until their assertion ends so that a person can choose what to do with
// them. The store holds them sealed; the key is in the browser's cookie and nowhere else, so neither of the two alone
// gives an assertion away.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Attributes, CodeProof, Identity, SignInProof } from '../identity/identity.ts';
import type { Prover } from '../identity/prove-identity.ts';
import { Refusal } from '../refusal.ts';
import { keyPrefixes, type Store } from '../store/store.ts';
import { challengeOf } from './command-line.ts';

export interface KeptSignIn {
  /** For the browser's cookie: an id and a key. */
  readonly handle: string;
  readonly until: Date;
}

export interface SignIns {
  keep(identity: Identity): Promise<KeptSignIn>;
  readonly prove: Prover<SignInProof>;
  /** The same for the command line on the person's machine: good once, for a minute, for one grant. */
  keepForCode(identity: Identity, terms: CodeTerms, now: Date): Promise<KeptSignIn>;
  readonly proveCode: Prover<CodeProof>;
}

/** What a code is bound to. */
export interface CodeTerms {
  readonly grant: string;
  /** `challengeOf` the verifier. */
  readonly challenge: string;
}

const codeSeconds = 60;

const cipherName = 'aes-256-gcm';
const idBytes = 16;
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const handleForm = /^([\w-]{22})\.([\w-]{43})$/;

export function signInsIn(store: Store): SignIns {
  const put = async (text: string, until: Date): Promise<KeptSignIn> => {
    const id = randomBytes(idBytes).toString('base64url');
    const key = randomBytes(keyBytes);
    await store.put({ key: keyPrefixes.signIn + id, until, value: seal(text, key, id) });
    return { handle: `${id}.${key.toString('base64url')}`, until };
  };
  const get = async (handle: string, now: Date): Promise<Kept> => {
    const [, id, key] = handleForm.exec(handle) ?? [];
    if (id === undefined || key === undefined) throw new Refusal('sign_in_ended');
    const sealed = await store.get(keyPrefixes.signIn + id, now);
    const kept = sealed === undefined ? undefined : unsealed(sealed, Buffer.from(key, 'base64url'), id);
    if (!kept || kept.identity.provenUntil <= now) throw new Refusal('sign_in_ended');
    return { ...kept, id };
  };
  return {
    keep: (identity) => put(packed(identity), identity.provenUntil),
    async prove({ handle }, now) {
      const { identity, terms } = await get(handle, now);
      // A code travels in an address; it must never do what a cookie does.
      if (terms) throw new Refusal('sign_in_ended');
      return identity;
    },
    keepForCode: (identity, terms, now) => {
      const until = new Date(Math.min(identity.provenUntil.getTime(), now.getTime() + codeSeconds * 1000));
      return put(packed(identity, terms), until);
    },
    async proveCode({ code, verifier, grant }, now) {
      const { identity, terms, id } = await get(code, now);
      if (!terms || terms.challenge !== challengeOf(verifier) || terms.grant !== grant)
        throw new Refusal('sign_in_ended');
      return { ...identity, once: [{ key: keyPrefixes.code + id, until: identity.provenUntil }] };
    },
  };
}

interface Kept {
  readonly identity: Identity;
  /** Of a code. */
  readonly terms: CodeTerms | undefined;
  readonly id: string;
}

/** The id is authenticated too: one sign-in cannot be put in the place of another. */
function seal(text: string, key: Buffer, id: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(cipherName, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(id));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unsealed(sealed: string, key: Buffer, id: string): Omit<Kept, 'id'> | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const iv = bytes.subarray(0, ivBytes);
    const decipher = createDecipheriv(cipherName, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return unpacked(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

type Packed = Omit<Identity, 'attributes' | 'provenUntil' | 'sessionUntil' | 'authenticatedAt' | 'once'> & {
  readonly provenUntil: string;
  readonly sessionUntil?: string;
  readonly authenticatedAt?: string;
  readonly attributes: {
    readonly texts: readonly (readonly [string, readonly string[]])[];
    readonly opaque: readonly string[];
    readonly hidden: readonly string[];
  };
  readonly terms?: CodeTerms;
};

/** What had to be seen once only was reserved when it was proved. */
function packed(
  { attributes, provenUntil, sessionUntil, authenticatedAt, once: _, ...rest }: Identity,
  terms?: CodeTerms,
): string {
  const { texts, opaque, hidden } = attributes;
  const plain: Packed = {
    ...rest,
    provenUntil: provenUntil.toISOString(),
    ...(sessionUntil && { sessionUntil: sessionUntil.toISOString() }),
    ...(authenticatedAt && { authenticatedAt: authenticatedAt.toISOString() }),
    attributes: { texts: [...texts], opaque: [...opaque], hidden },
    ...(terms && { terms }),
  };
  return JSON.stringify(plain);
}

function unpacked(json: string): Omit<Kept, 'id'> {
  const { attributes, provenUntil, sessionUntil, authenticatedAt, terms, ...rest } = JSON.parse(json) as Packed;
  const restored: Attributes = {
    texts: new Map(attributes.texts),
    opaque: new Set(attributes.opaque),
    hidden: attributes.hidden,
  };
  const times = {
    provenUntil: new Date(provenUntil),
    ...(sessionUntil && { sessionUntil: new Date(sessionUntil) }),
    ...(authenticatedAt && { authenticatedAt: new Date(authenticatedAt) }),
  };
  return { identity: { ...rest, ...times, attributes: restored, once: [] }, terms };
}
