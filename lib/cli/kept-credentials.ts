import type { DaypassCredentials } from '../client/request-credentials.ts';

/** As they are kept and printed; `expiration` in ISO 8601. */
export type KeptCredentials = Omit<DaypassCredentials, 'expiration'> & { readonly expiration: string };
