import { describe, expect, test } from 'vitest';
import { metadata } from '../../lib/dialects/metadata.ts';
import { fault } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { golden } from './kit.ts';
import { aPageRequest, expectLockedPage, form, markup } from './pages.ts';

const xml = '<?xml version="1.0"?><EntityDescriptor entityID="https://daypass.example/saml/metadata"/>';

describe('a request for metadata', () => {
  test.each([
    aPageRequest({ path: '/saml/metadata' }),
    aPageRequest({ headers: form, cookies: { a: markup }, body: 'SAMLResponse=a' }),
  ])('asks for one thing, whatever comes along: %#', (request) => {
    expect(metadata.read(request)).toBeUndefined();
  });
});

describe('an answer with metadata', () => {
  test('is this, to the byte', () => {
    expect(metadata.answer(xml, aMoment)).toStrictEqual(golden('metadata-granted'));
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(metadata.refuse(fault, 'request-1')).toStrictEqual(golden('metadata-refused'));
  });

  test('is a locked page', () => {
    expectLockedPage(metadata.refuse(fault, 'r'));
  });
});
