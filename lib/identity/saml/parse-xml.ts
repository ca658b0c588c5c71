import { DOMParser, type Options } from '@xmldom/xmldom';

/**
 * The one element of a text that is known to be well formed, by a parser for which every warning is fatal. Throws a
 * plain `Error`, with nothing of the document in its message.
 */
export function parseXml(text: string): Element {
  const refuse = () => {
    throw new Error('not well formed');
  };
  const options: Options & { readonly normalizeLineEndings: (text: string) => string } = {
    errorHandler: { warning: refuse, error: refuse, fatalError: refuse },
    locator: {},
    // XML 1.0 §2.11. xmldom's own takes two other characters for line ends, and so reads a signed text as another.
    normalizeLineEndings: (written) => written.replace(/\r\n?/g, '\n'),
  };
  const { childNodes } = new DOMParser(options).parseFromString(text, 'text/xml');
  const [root] = Array.from(childNodes);
  if (root?.nodeType !== 1 || childNodes.length !== 1) throw new Error('not one root element');
  return root as Element;
}
