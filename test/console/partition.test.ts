import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConsolePlace, consoleOf, consoleSources, isConsolePage } from '../../lib/console/partition.ts';

function placeOf(partition: string): ConsolePlace {
  const place = consoleOf(partition);
  if (!place) throw new Error(`${partition} has no console.`);
  return place;
}

describe('a partition', () => {
  test.each([
    ['aws', 'signin.aws.amazon.com', 'console.aws.amazon.com'],
    ['aws-cn', 'signin.amazonaws.cn', 'console.amazonaws.cn'],
    ['aws-us-gov', 'signin.amazonaws-us-gov.com', 'console.amazonaws-us-gov.com'],
    ['aws-eusc', 'eusc-de-east-1.signin.amazonaws-eusc.eu', 'console.amazonaws-eusc.eu'],
  ])('%s has its sign-in at %s and its console at %s', (partition, signInHost, consoleHost) => {
    expect(consoleOf(partition)).toEqual({ signInHost, consoleHost });
  });

  test.each(['aws-iso', 'aws-iso-b', 'AWS', '', 'aws ', '__proto__', 'constructor'])('%j has none', (partition) => {
    expect(consoleOf(partition)).toBeUndefined();
  });
});

test('a content security policy names each console and its Regions, over https', () => {
  for (const source of consoleSources)
    expect(source).toMatch(/^https:\/\/(\*\.(console|signin|eusc-de-east-1)\.|[a-z])[a-z0-9.-]+$/);
  expect(consoleSources).toHaveLength(16);
});

describe('a page of the console', () => {
  const place = placeOf('aws');

  test.each([
    'https://console.aws.amazon.com',
    'https://console.aws.amazon.com/',
    'https://console.aws.amazon.com/s3/home?region=eu-central-1#/a?b=https://evil.example',
    'https://eu-central-1.console.aws.amazon.com/ec2',
    'https://111122223333-abcd1234.eu-central-1.console.aws.amazon.com/s3',
    'HTTPS://CONSOLE.AWS.AMAZON.COM/',
    'https://console.aws.amazon.com:443/',
    'https://console.aws.amazon.com/@evil.example',
    'https://console.aws.amazon.com/?u=//evil.example',
  ])('is %s', (url) => {
    expect(isConsolePage(url, place)).toBe(true);
  });

  test.each([
    '',
    '/',
    '//console.aws.amazon.com',
    'console.aws.amazon.com',
    'https:',
    'https://',
    'https://console.aws.amazon.com.evil.example/',
    'https://console.aws.amazon.com.',
    'https://evil.example/console.aws.amazon.com',
    'https://evil.example?.console.aws.amazon.com',
    'https://evil.example#.console.aws.amazon.com',
    'https://evil.example\\.console.aws.amazon.com',
    'https://evil.example/.console.aws.amazon.com',
    'https://evilconsole.aws.amazon.com/',
    'https://evil-console.aws.amazon.com/',
    'https://aws.amazon.com/',
    'https://amazon.com/',
    'https://signin.aws.amazon.com/federation',
    'https://s3.amazonaws.com/',
    'https://console.aws.amazon.co/',
    'https://console.amazonaws.cn/',
    'http://console.aws.amazon.com/',
    'http://console.aws.amazon.com:443/',
    'ftp://console.aws.amazon.com/',
    'javascript:alert(1)//console.aws.amazon.com',
    'javascript://console.aws.amazon.com/%0aalert(1)',
    'data:text/html,console.aws.amazon.com',
    'blob:https://console.aws.amazon.com/a',
    'https://console.aws.amazon.com:8443/',
    'https://console.aws.amazon.com:80/',
    'https://user@console.aws.amazon.com/',
    'https://user:password@console.aws.amazon.com/',
    'https://:password@console.aws.amazon.com/',
    'https://console.aws.amazon.com@evil.example/',
    'https://console.aws.amazon.com%40evil.example/',
    'https://console.aws.amazon.com:443@evil.example/',
    'https://console.aws.amazon.com%2eevil.example/',
    'https://console.aws.amazon.com%00.evil.example/',
    'https://console.aws.amazon.com\u0000.evil.example/',
    'https://console.aws.amazon.com\u00adx.evil.example/',
    'https://console.aws.аmazon.com/',
    'https://console.aws.amazon.com。evil.example/',
    'https://console.aws.amazon.com／.evil.example/',
    'https://[::1]/',
    'https://127.0.0.1/',
  ])('is not %j', (url) => {
    expect(isConsolePage(url, place)).toBe(false);
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'])('of %s is of no other partition', (partition) => {
    const { consoleHost } = placeOf(partition);
    const others = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'].filter((each) => each !== partition);
    expect(isConsolePage(`https://${consoleHost}/`, placeOf(partition))).toBe(true);
    for (const other of others) expect(isConsolePage(`https://${consoleHost}/`, placeOf(other))).toBe(false);
  });

  test('is never anything with another host, whatever is written', () => {
    const pieces = fc.constantFrom(
      'https://',
      'console.aws.amazon.com',
      'evil.example',
      '@',
      '/',
      '\\',
      '.',
      ':',
      '443',
      '%',
      '#',
      '?',
      '\t',
      'http:',
      '。',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
        (text) => {
          if (!isConsolePage(text, place)) return;
          const { host, protocol } = new URL(text);
          expect(protocol).toBe('https:');
          expect(host === place.consoleHost || host.endsWith(`.${place.consoleHost}`)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('is or is not, and nothing throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        expect(isConsolePage(text, place)).toBe(false);
      }),
    );
  });
});
