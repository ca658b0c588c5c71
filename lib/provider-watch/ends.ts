import { pinnedCertificate } from '../identity/saml/certificates.ts';

export interface Ends {
  /** How many certificates hold now. */
  readonly keys: number;
  /** The first end to come, of a certificate or of the metadata as a whole. */
  readonly firstEnd?: Date;
  /** Whole days until then; 0 when none is left that holds. */
  readonly daysLeft: number;
}

const day = 86_400_000;

/** Certificates that ended long ago are left out: identity providers publish them beside the present one for years. */
export function endsOf(
  { certificates, validUntil }: { readonly certificates: readonly string[]; readonly validUntil?: string },
  now: Date,
): Ends {
  const metadataEnd = validUntil === undefined ? [] : [new Date(validUntil)];
  const spans = certificates.map(pinnedCertificate).filter(({ until }) => until > now);
  const isOver = metadataEnd.some((end) => end <= now);
  const keys = isOver ? 0 : spans.filter(({ from }) => from <= now).length;
  if (keys === 0) return { keys, daysLeft: 0 };
  const [firstEnd] = [...spans.map(({ until }) => until), ...metadataEnd].sort((a, b) => a.getTime() - b.getTime());
  if (!firstEnd) return { keys, daysLeft: 0 };
  return { keys, firstEnd, daysLeft: Math.floor((firstEnd.getTime() - now.getTime()) / day) };
}
