import { describe, expect, test } from 'vitest';
import { elementText, requiredText } from '../../lib/aws-query/sts-answer.ts';

describe('the text of an element', () => {
  test.each<[xml: string, text: string | undefined]>([
    ['<Arn>a</Arn>', 'a'],
    ['<Arn></Arn>', ''],
    ['<Arn>a</Arn><Arn>b</Arn>', 'a'],
    ['<Arn>a &amp; b</Arn>', 'a & b'],
    ['<Arn>&lt;Code&gt; &quot;x&quot; &apos;y&apos;</Arn>', '<Code> "x" \'y\''],
    ['<Arn>&amp;lt;</Arn>', '&lt;'],
    ['<Arn>&unknown;</Arn>', '&unknown;'],
    ['<Other>a</Other>', undefined],
    ['<Arn>a', undefined],
    ['a</Arn>', undefined],
    ['</Arn><Arn>', undefined],
    ['<Arn><Code>a</Code></Arn>', undefined],
    ['<AssumedRoleArn>a</AssumedRoleArn>', undefined],
    ['', undefined],
  ])('in %j is %j', (xml, text) => {
    expect(elementText(xml, 'Arn')).toBe(text);
  });

  test('cannot be brought by a value that looks like an element', () => {
    const xml = '<Subject>&lt;Arn&gt;evil&lt;/Arn&gt;</Subject><Arn>true</Arn>';
    expect(elementText(xml, 'Arn')).toBe('true');
  });

  test.each(['', '<Arn></Arn>', '<Arn><a/></Arn>'])('that is required is missing in %j', (xml) => {
    expect(() => requiredText(xml, 'Arn')).toThrow('STS answered without Arn');
  });
});
