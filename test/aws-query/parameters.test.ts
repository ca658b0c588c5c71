import { describe, expect, test } from 'vitest';
import { nameCharacters, ParameterReader, parametersOf, policyCharacters } from '../../lib/aws-query/parameters.ts';
import { awsErrorOf } from '../kit/aws-error.ts';

const reader = (form: string) => new ParameterReader(parametersOf(new URLSearchParams(form)));

const violated = (what: string) => ({
  status: 400,
  code: 'ValidationError',
  message: `1 validation error detected: ${what}`,
});

describe('parameters', () => {
  test('of several values the first counts', () => {
    expect(parametersOf(new URLSearchParams('A=1&A=2')).get('A')).toBe('1');
  });

  test('names are case-sensitive, and what is not there is undefined', () => {
    const parameters = parametersOf(new URLSearchParams('A=1'));
    expect(parameters.get('a')).toBeUndefined();
    expect(parameters.get('toString')).toBeUndefined();
  });
});

describe('text', () => {
  const rule = { required: true, shortest: 2, longest: 4, pattern: nameCharacters };

  test.each(['ab', 'abcd', '@=+_', 'a,.-'])('"%s" is taken', (value) => {
    const reading = reader(new URLSearchParams({ Name: value }).toString());
    expect(reading.text('Name', rule)).toBe(value);
    expect(() => reading.finish()).not.toThrow();
  });

  test.each([
    ['a', "Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2"],
    ['', "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2"],
    ['abcde', "Value 'abcde' at 'name' failed to satisfy constraint: Member must have length less than or equal to 4"],
    [
      'a b',
      "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      'ab\n',
      "Value 'ab\n' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      'äöü',
      "Value 'äöü' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
  ])('"%s" is refused in AWS’s words', (value, says) => {
    const reading = reader(new URLSearchParams({ Name: value }).toString());
    reading.text('Name', rule);
    expect(awsErrorOf(() => reading.finish())).toEqual(violated(says));
  });

  test('what is required and missing is null', () => {
    const reading = reader('');
    expect(reading.text('Name', rule)).toBeUndefined();
    expect(awsErrorOf(() => reading.finish())).toEqual(
      violated("Value null at 'name' failed to satisfy constraint: Member must not be null"),
    );
  });

  test('what is not required may be missing', () => {
    const reading = reader('');
    expect(reading.text('Name', { ...rule, required: false })).toBeUndefined();
    expect(() => reading.finish()).not.toThrow();
  });

  test('length is counted in Unicode scalar values', () => {
    const reading = reader(new URLSearchParams({ Name: '😀😀😀😀' }).toString());
    reading.text('Name', { shortest: 2, longest: 4 });
    expect(() => reading.finish()).not.toThrow();
  });

  test('every violation is told at once, with their number', () => {
    const reading = reader('A=a+b+c');
    reading.text('A', { ...rule });
    reading.text('B', { ...rule });
    const { message } = awsErrorOf(() => reading.finish());
    expect(message).toMatch(/^3 validation errors detected: /);
    expect(message).toContain("Value 'a b c' at 'a' failed to satisfy constraint: Member must have length less");
    expect(message).toContain("Value 'a b c' at 'a' failed to satisfy constraint: Member must satisfy regular");
    expect(message).toContain("Value null at 'b' failed to satisfy constraint: Member must not be null");
  });

  test.each([
    ['\t\n\r ÿ{}', true],
    ['Ā', false],
    ['\u0000', false],
    ['', false],
  ])('policies may be written in %j: %s', (text, allowed) => {
    expect(policyCharacters.form.test(text)).toBe(allowed);
  });
});

describe('integer', () => {
  const range = { least: 900, most: 43_200 };
  const integer = (written: string, rule = range) => {
    const reading = reader(new URLSearchParams({ DurationSeconds: written }).toString());
    const value = reading.integer('DurationSeconds', rule);
    reading.finish();
    return value;
  };

  test.each([
    ['900', 900],
    ['+900', 900],
    ['0900', 900],
    ['43200', 43_200],
    ['+0043200', 43_200],
  ])('"%s" is %i', (written, value) => {
    expect(integer(written)).toBe(value);
  });

  test.each([
    ' 900 ',
    ' 900',
    '900.0',
    '9e2',
    'abc',
    '0x384',
    '2147483648',
    '-2147483649',
    '99999999999999999999',
    '--900',
    '+',
    '٩٠٠',
  ])('"%s" is malformed, and AWS says no more', (written) => {
    expect(awsErrorOf(() => integer(written))).toEqual({ status: 400, code: 'MalformedInput' });
  });

  test('an empty one is malformed in words of its own', () => {
    expect(awsErrorOf(() => integer(''))).toEqual({
      status: 400,
      code: 'MalformedInput',
      message: 'missing value for decimal type',
    });
  });

  test.each([
    [
      '899',
      "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      '-1',
      "Value '-1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      '43201',
      "Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      '2147483647',
      "Value '2147483647' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      '-2147483648',
      "Value '-2147483648' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
  ])('"%s" is a number out of range', (written, says) => {
    expect(awsErrorOf(() => integer(written))).toEqual(violated(says));
  });

  test('may be missing', () => {
    expect(reader('').integer('DurationSeconds', range)).toBeUndefined();
  });
});
