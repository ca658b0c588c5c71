import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { answerPage, redirectTo, refuseOnPage } from '../../lib/dialects/page.ts';
import { escaped, pageOf, styleSource } from '../../lib/html.ts';
import { fault, refusals } from '../../lib/refusal.ts';
import { escapedMarkup, expectLockedPage, markup, policyOf } from './pages.ts';

describe('escaping', () => {
  test('leaves nothing that could begin or end anything', () => {
    expect(escaped(markup)).toBe(escapedMarkup);
    expect(escaped(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;');
  });

  test('leaves the rest as it is', () => {
    expect(escaped('ü {}`=/\\ 😀\u0000')).toBe('ü {}`=/\\ 😀\u0000');
  });

  test('is done to titles, in both of their places', () => {
    const html = pageOf(markup, '');
    expect(html.split(escapedMarkup)).toHaveLength(3);
    expect(html).not.toContain('<script');
  });
});

describe('a page', () => {
  test('is locked', () => {
    expectLockedPage(answerPage({ title: 'A', content: '<p>B</p>' }));
  });

  test('allows its own style sheet and no other, by its digest', () => {
    const { body } = answerPage({ title: 'A', content: '' });
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(body) ?? [];
    expect(styleSource).toBe(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(body.match(/<style/g)).toHaveLength(1);
  });

  test('lets forms lead here and into the consoles of AWS, and nowhere else', () => {
    const policy = policyOf(answerPage({ title: 'A', content: '' }));
    const [self, ...elsewhere] = policy.get('form-action') ?? [];
    expect(self).toBe("'self'");
    for (const source of elsewhere) {
      expect(source).toMatch(
        /^https:\/\/[a-z0-9*.-]+\.(amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)$/,
      );
    }
  });

  test('lets forms lead to a stand-in where there is one', () => {
    const standIn = 'http://127.0.0.1:8788';
    const plain = policyOf(answerPage({ title: 'A', content: '' }));
    const local = policyOf(answerPage({ title: 'A', content: '', formsLeadTo: standIn }));
    expect(local.get('form-action')).toEqual([...(plain.get('form-action') ?? []), standIn]);
    expect([...local].filter(([name]) => name !== 'form-action')).toEqual(
      [...plain].filter(([name]) => name !== 'form-action'),
    );
  });

  test('tells its origin to itself only: without one the portal could not tell its own forms', () => {
    expect(answerPage({ title: 'A', content: '' }).headers['referrer-policy']).toBe('same-origin');
  });

  test('sets no cookie unless it is told to', () => {
    expect(answerPage({ title: 'A', content: '' })).not.toHaveProperty('cookies');
  });
});

describe('a redirect', () => {
  test('is by GET, whatever brought the browser here, and locked', () => {
    const answer = redirectTo('/');
    expectLockedPage(answer);
    expect([answer.status, answer.headers.location, answer.body, answer.cookies]).toEqual([303, '/', '', []]);
  });
});

describe('a refusal on a page', () => {
  test('escapes all that it shows', () => {
    const answer = refuseOnPage({ status: 400, error: markup, says: markup }, markup);
    expectLockedPage(answer);
    expect(answer.body.split(escapedMarkup)).toHaveLength(4);
  });

  test.each([...Object.entries(refusals), ['broker_fault', fault] as const])('%s has its status', (_, no) => {
    expect(refuseOnPage(no, 'r').status).toBe(no.status);
  });

  test('takes a cookie away where it is told to', () => {
    expect(refuseOnPage(fault, 'r', ['a=; Max-Age=0']).cookies).toEqual(['a=; Max-Age=0']);
  });
});
