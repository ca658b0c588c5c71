// The policy that allows exactly what two policies both allow. STS adds up the session policies it is given, so a policy
// that is only to narrow another has to become one with it.

import type { Condition } from './condition.ts';
import type { Listed, Policy, Statement } from './policy.ts';
import { type PolicyDocument, type PrintedStatement, printStatement } from './print-policy.ts';

/** What two policies both allow cannot be written as one policy, or only as a monstrous one. */
export class NoIntersection extends Error {
  override readonly name = 'NoIntersection';
}

const mostProducts = 100;

/** Of identity or session policies. Throws a `NoIntersection` that says why not. */
export function intersection(left: Policy, right: Policy): PolicyDocument {
  for (const policy of [left, right]) checkVersion(policy);
  const allows = (policy: Policy) => policy.statements.filter(({ effect }) => effect === 'Allow');
  const [ours, theirs] = [allows(left), allows(right)];
  if (ours.length * theirs.length > mostProducts) throw new NoIntersection('the policies have too many statements');
  const denies = [left, right].flatMap(({ statements }) => statements.filter(({ effect }) => effect === 'Deny'));
  const both = ours.flatMap((one) => theirs.flatMap((other) => product(one, other)));
  const statements = [...both, ...denies.map(withoutSid)];
  // A policy must have a statement; one that denies all is what nothing in common means.
  return { Version: '2012-10-17', Statement: statements.length > 0 ? statements : [nothing] };
}

const nothing: PrintedStatement = { Effect: 'Deny', Action: '*', Resource: '*' };

/** In the older version `${…}` is plain text, which in the newer would become a variable. */
function checkVersion({ version, name, statements }: Policy): void {
  if (version === '2012-10-17') return;
  if (JSON.stringify(statements.map(printStatement)).includes('${')) {
    throw new NoIntersection(`${name} has \${…} in a version without variables`);
  }
}

/** Two statements of one name would clash. */
function withoutSid(statement: Statement): PrintedStatement {
  const { Sid: _, ...rest } = printStatement(statement);
  return rest;
}

function product(one: Statement, other: Statement): readonly PrintedStatement[] {
  const Action = common(one.action, other.action, action);
  const Resource = common(one.resource, other.resource, resource);
  if (Action.length === 0 || Resource.length === 0) return [];
  const conditions = merged(one.conditions, other.conditions);
  const Condition = printStatement({ ...one, conditions }).Condition;
  return [{ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }];
}

/** How an element's texts are compared. */
interface Form {
  readonly fold: (text: string) => string;
  /** Whether a text that ends in a * after this beginning takes in whatever begins so. */
  readonly spans: (beginning: string) => boolean;
}

const action: Form = { fold: (text) => text.toLowerCase(), spans: () => true };
/** The first five parts of an ARN are compared one by one, so only within the last does a * take in the rest. */
const resource: Form = { fold: (text) => text, spans: (beginning) => beginning.split(':').length > 5 };

function common(one: Listed | undefined, other: Listed | undefined, form: Form): readonly string[] {
  if (!one || !other || one.negated || other.negated) {
    throw new NoIntersection('NotAction and NotResource in an Allow cannot be put within another policy');
  }
  const texts = ({ entries }: Listed) => entries.map(({ source }) => source);
  const found = texts(one).flatMap((left) => texts(other).flatMap((right) => narrower(left, right, form) ?? []));
  return [...new Set(found)];
}

/** Of two patterns the one within the other; `undefined` when nothing matches both. */
function narrower(left: string, right: string, form: Form): string | undefined {
  const [one, other] = [form.fold(left), form.fold(right)];
  if (one === other || covers(other, one, form)) return left;
  if (covers(one, other, form)) return right;
  if (apart(one, other)) return undefined;
  throw new NoIntersection(`"${left}" and "${right}" overlap, and neither is within the other`);
}

/** What stands before anything that is not itself: a wildcard or a variable. */
const beginningOf = (text: string) => /^[^*?$]*/.exec(text)?.[0] ?? '';

function covers(wide: string, narrow: string, { spans }: Form): boolean {
  if (wide === '*') return true;
  const beginning = beginningOf(wide);
  return wide === `${beginning}*` && spans(beginning) && beginningOf(narrow).startsWith(beginning);
}

function apart(one: string, other: string): boolean {
  const [left, right] = [beginningOf(one), beginningOf(other)];
  const isWhole = left === one && right === other;
  return isWhole || !(left.startsWith(right) || right.startsWith(left));
}

/** All of both must hold. */
function merged(one: readonly Condition[], other: readonly Condition[]): readonly Condition[] {
  const sameKey = (a: Condition, b: Condition) =>
    a.operator.toLowerCase() === b.operator.toLowerCase() && a.key.toLowerCase() === b.key.toLowerCase();
  const added = other.filter((theirs) => {
    const ours = one.find((each) => sameKey(each, theirs));
    if (!ours) return true;
    if (JSON.stringify(ours.expected) === JSON.stringify(theirs.expected)) return false;
    // One document has room for one list of values, any of which will do.
    throw new NoIntersection(`both policies have ${theirs.operator} on ${theirs.key}`);
  });
  return [...one, ...added];
}
