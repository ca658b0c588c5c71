import { malformed } from './refuse.ts';
import { withoutDeclaration } from './strict-xml.ts';

/** AWS STS takes no more of AssumeRoleWithSAML's SAMLAssertion. */
export const longestResponseCharacters = 100_000;

export const inOneLine = (base64: string) => base64.replace(/\r?\n/g, '');

const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The XML text of a response, without its declaration. Line ends within the base64 are forgiven, as the POST binding's encoders put them there;
 * anything else that a lenient decoder would skip is refused, so that one response has one encoding.
 */
export function decodeResponse(samlResponse: string): string {
  if (samlResponse.length > longestResponseCharacters) throw malformed('too long');
  const base64 = inOneLine(samlResponse);
  if (base64 === '' || !canonical.test(base64)) throw malformed('not base64');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw malformed('not canonical base64');
  try {
    return withoutDeclaration(utf8.decode(bytes));
  } catch {
    throw malformed('not UTF-8');
  }
}
