import type { Network } from '../../../network/network.ts';
import { longestMetadataCharacters } from './idp-metadata.ts';

const timeoutMilliseconds = 10_000;

/** Entra's begins with one. IAM does not take it, and it says nothing. */
export const withoutByteOrderMark = (text: string) => text.replace(/^\uFEFF/, '');

/** The text at an https address. Rejects with a plain `Error` or a `NetworkError`; a redirect is not followed. */
export async function fetchMetadata(url: string, network: Network): Promise<string> {
  const longestAnswerBytes = longestMetadataCharacters;
  const { status, body } = await network.send({ method: 'GET', url, timeoutMilliseconds, longestAnswerBytes });
  if (status !== 200) throw new Error(`${new URL(url).host} answered ${status}`);
  return withoutByteOrderMark(body);
}
