import type { Network } from '../../network/network.ts';
import { longestMetadataCharacters } from './idp-metadata.ts';

const timeoutMilliseconds = 10_000;

/** The text at an https address. Rejects with a plain `Error` or a `NetworkError`; a redirect is not followed. */
export async function fetchMetadata(url: string, network: Network): Promise<string> {
  const longestAnswerBytes = longestMetadataCharacters;
  const { status, body } = await network.send({ method: 'GET', url, timeoutMilliseconds, longestAnswerBytes });
  if (status !== 200) throw new Error(`${new URL(url).host} answered ${status}`);
  return body;
}
