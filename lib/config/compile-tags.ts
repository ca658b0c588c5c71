import type { SessionTerms, TagTemplate } from '../grant/grant.ts';
import { parseTemplate, type Template } from '../grant/template.ts';
import { isTagKey, isTagValue } from '../identity/aws-keys.ts';
import { messageOf } from '../message-of.ts';
import { grantTag, personTag } from '../session/session-tags.ts';
import type { Report } from './configuration.ts';
import type { DeclaredGrant } from './schema.ts';

type Carried = Pick<SessionTerms, 'tags' | 'valuesMayContain' | 'transitiveTags' | 'sourceIdentity'>;

/** What a session carries of its caller: tags, and the source identity. */
export function compileCarried(
  { tags: declared, valuesMayContain, transitiveTags, sourceIdentity }: DeclaredGrant['session'],
  path: string,
  report: Report,
): Carried {
  const tags = Object.entries(declared).map(([key, tag]): TagTemplate => {
    const { value, drop } = typeof tag === 'string' ? { value: tag, drop: undefined } : tag;
    return {
      key,
      value: textTemplate(value, `${path}.tags.${key}`, report),
      ...(drop !== undefined && { drop }),
    };
  });
  checkKeys(tags, (key, says) => report(`${path}.tags${key === undefined ? '' : `.${key}`}`, says));
  for (const key of transitiveTags) {
    if (!tags.some((tag) => tag.key === key)) {
      report(`${path}.transitiveTags`, `has "${key}"; the tags are ${tags.map((tag) => tag.key).join(', ') || 'none'}`);
    }
  }
  return {
    ...(tags.length > 0 && { tags, ...(valuesMayContain.length > 0 && { valuesMayContain }) }),
    ...(transitiveTags.length > 0 && { transitiveTags }),
    ...(sourceIdentity !== undefined && {
      sourceIdentity: template(sourceIdentity, `${path}.sourceIdentity`, report),
    }),
  };
}

function checkKeys(tags: readonly TagTemplate[], report: (key: string | undefined, says: string) => void): void {
  for (const [index, { key }] of tags.entries()) {
    if (key.toLowerCase() === personTag) report(key, 'is the tag with which Daypass says whose a session is');
    if (key.toLowerCase() === grantTag) report(key, 'is the tag with which Daypass says by which grant a session is');
    if (!isTagKey(key)) {
      report(key, 'is no tag key: 1 to 128 letters, digits, spaces and _.:/=+-@, and no aws: at the beginning');
    }
    const first = tags.findIndex((tag) => tag.key.toLowerCase() === key.toLowerCase());
    if (first < index) report(key, `is ${tags[first]?.key} once more: STS compares keys without regard to case`);
  }
}

/** Its own text, what stands around the claims, must be such as a tag may have. */
function textTemplate(source: string, path: string, report: Report): Template {
  const parsed = template(source, path, report);
  const own = parsed.parts.filter((part) => typeof part === 'string').join('');
  if (!isTagValue(own)) {
    report(path, `is "${source}"; a tag has at most 256 letters, digits, spaces and _.:/=+-@`);
  }
  return parsed;
}

export function template(source: string, path: string, report: Report): Template {
  try {
    return parseTemplate(source);
  } catch (error) {
    report(path, messageOf(error));
    return { source, parts: [] };
  }
}
