// The table of condition operators. A comparison says yes, no, or `undefined`: the value is not of the operator's
// type or a variable has no value. In an Allow `undefined` never satisfies a condition, negated or not; in a Deny it
// satisfies a negated one (IAM User Guide, "Policy variables": inverted operators match against a null value). So
// nothing is let in, and nothing slips through, for want of a value.

import { BlockList, isIP, isIPv4 } from 'node:net';
import { matchesArn, parseArnPattern } from './arn-pattern.ts';
import type { Context } from './context.ts';
import { type MatchOptions, matchesPattern, parsePattern } from './pattern.ts';

export interface Operator {
  readonly name: OperatorName;
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
  /** Throws a plain `Error` for a value that is not of the operator's type. */
  compile(
    expected: readonly string[],
    variables: boolean,
    effect?: 'Allow' | 'Deny',
  ): (got: readonly string[] | undefined, context: Context) => boolean;
}

type Test = (got: string, context: Context) => boolean | undefined;

interface Comparison {
  readonly negated: boolean;
  readonly test: (expected: string, variables: boolean) => Test;
}

const yes = (test: Comparison['test']): Comparison => ({ negated: false, test });
const no = (test: Comparison['test']): Comparison => ({ negated: true, test });

const text = (wildcards: boolean, options: MatchOptions = {}): Comparison['test'] => {
  return (expected, variables) => {
    const pattern = parsePattern(expected, { wildcards, variables });
    return (got, context) => matchesPattern(pattern, got, context, options);
  };
};

const arn: Comparison['test'] = (expected, variables) => {
  const pattern = parseArnPattern(expected, { wildcards: true, variables });
  return (got, context) => matchesArn(pattern, got, context);
};

/** Orders values of one type; what does not parse is an error in a policy and `undefined` in a request. */
const ordered = (
  type: string,
  parse: (value: string) => number | undefined,
  holds: (got: number, expected: number) => boolean,
) =>
  ((expected) => {
    const bound = parse(expected);
    if (bound === undefined) throw new Error(`"${expected}" is not ${type}`);
    return (got) => {
      const value = parse(got);
      return value === undefined ? undefined : holds(value, bound);
    };
  }) satisfies Comparison['test'];

const decimal = (value: string) => (/^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined);

/** ISO 8601 with a zone, a plain date, or seconds since 1970 (IAM User Guide, "Date condition operators"). */
function instant(value: string): number | undefined {
  if (/^\d{1,12}$/.test(value)) return Number(value) * 1000;
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(value)) return undefined;
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = value.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return undefined;
  const milliseconds = Date.parse(value);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

const numeric = (holds: (got: number, expected: number) => boolean) => ordered('a number', decimal, holds);
const date = (holds: (got: number, expected: number) => boolean) => ordered('a date in ISO 8601 form', instant, holds);
const equal = (got: number, expected: number) => got === expected;

const truths = new Map([
  ['true', true],
  ['false', false],
]);
const truth = (value: string) => truths.get(value.toLowerCase());

const bool: Comparison['test'] = (expected) => {
  const wanted = truth(expected);
  if (wanted === undefined) throw new Error(`"${expected}" is neither true nor false`);
  return (got) => {
    const value = truth(got);
    return value === undefined ? undefined : value === wanted;
  };
};

/** Base64 has one spelling for each value, so equal bytes are equal texts. */
const isBase64 = (value: string) => Buffer.from(value, 'base64').toString('base64') === value;
const binary: Comparison['test'] = (expected) => {
  if (!isBase64(expected)) throw new Error(`"${expected}" is not Base64`);
  return (got) => (isBase64(got) ? got === expected : undefined);
};

const address: Comparison['test'] = (expected) => {
  const [, ip = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(expected) ?? [];
  const width = isIPv4(ip) ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  if (!isIP(ip) || bits > width) {
    throw new Error(`"${expected}" is not an IP address or a CIDR range`);
  }
  const range = new BlockList();
  range.addSubnet(ip, bits, isIPv4(ip) ? 'ipv4' : 'ipv6');
  return (got) => {
    if (!isIP(got)) return undefined;
    // Node finds every IPv4 address within ::ffff:0:0/96, and a range of IPv6 such as ::/0 does not speak of them.
    if (isIPv4(got) && !isIPv4(ip)) return false;
    return range.check(got, isIPv4(got) ? 'ipv4' : 'ipv6');
  };
};

const comparisons = {
  StringEquals: yes(text(false)),
  StringNotEquals: no(text(false)),
  StringEqualsIgnoreCase: yes(text(false, { ignoreCase: true })),
  StringNotEqualsIgnoreCase: no(text(false, { ignoreCase: true })),
  StringLike: yes(text(true)),
  StringNotLike: no(text(true)),
  NumericEquals: yes(numeric(equal)),
  NumericNotEquals: no(numeric(equal)),
  NumericLessThan: yes(numeric((got, expected) => got < expected)),
  NumericLessThanEquals: yes(numeric((got, expected) => got <= expected)),
  NumericGreaterThan: yes(numeric((got, expected) => got > expected)),
  NumericGreaterThanEquals: yes(numeric((got, expected) => got >= expected)),
  DateEquals: yes(date(equal)),
  DateNotEquals: no(date(equal)),
  DateLessThan: yes(date((got, expected) => got < expected)),
  DateLessThanEquals: yes(date((got, expected) => got <= expected)),
  DateGreaterThan: yes(date((got, expected) => got > expected)),
  DateGreaterThanEquals: yes(date((got, expected) => got >= expected)),
  Bool: yes(bool),
  BinaryEquals: yes(binary),
  IpAddress: yes(address),
  NotIpAddress: no(address),
  // ArnEquals and ArnLike behave alike, as IAM documents.
  ArnEquals: yes(arn),
  ArnLike: yes(arn),
  ArnNotEquals: no(arn),
  ArnNotLike: no(arn),
} as const satisfies Record<string, Comparison>;

export type OperatorName = keyof typeof comparisons | 'Null';

export const operatorNames = [...Object.keys(comparisons), 'Null'];

const named = new Map<string, Comparison>(Object.entries(comparisons));
const written = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/** `undefined` when IAM has no such operator. */
export function parseOperator(name: string): Operator | undefined {
  const [, set, base = '', ifExists] = written.exec(name) ?? [];
  if (base === 'Null') return set === undefined && ifExists === undefined ? nullOperator : undefined;
  const comparison = named.get(base);
  if (comparison === undefined) return undefined;
  return operatorOf(base as OperatorName, comparison, set as Operator['set'], ifExists !== undefined);
}

const nullOperator: Operator = {
  name: 'Null',
  set: undefined,
  ifExists: false,
  compile: (expected) => {
    const wanted = expected.map(truth);
    if (wanted.includes(undefined)) throw new Error(`Null takes true or false, not "${expected.join('", "')}"`);
    return (got) => wanted.includes(got === undefined);
  },
};

function operatorOf(name: OperatorName, comparison: Comparison, set: Operator['set'], ifExists: boolean): Operator {
  const { negated } = comparison;
  return {
    name,
    set,
    ifExists,
    compile(expected, variables, effect = 'Allow') {
      const differs = effect === 'Allow' ? (match?: boolean) => match === false : (match?: boolean) => match !== true;
      const tests = expected.map((value) => comparison.test(value, variables));
      // Several expected values mean "one of them"; for a negated operator "none of them".
      const satisfies = (got: string, context: Context) =>
        negated
          ? tests.every((test) => differs(test(got, context)))
          : tests.some((test) => test(got, context) === true);
      return (got, context) => {
        if (got === undefined) return ifExists || set === 'ForAllValues' || (negated && set !== 'ForAnyValue');
        if (set === 'ForAnyValue') return got.some((value) => satisfies(value, context));
        // Without a set prefix IAM leaves several values undefined. All of them for an Allow and any of them for a
        // Deny is the strict reading.
        if (set === undefined && effect === 'Deny') return got.some((value) => satisfies(value, context));
        return got.every((value) => satisfies(value, context));
      };
    },
  };
}
