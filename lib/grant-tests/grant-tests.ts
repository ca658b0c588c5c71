// daypass.tests.yaml: who must get what, and who must not. Run without AWS.

import * as v from 'valibot';
import { statement } from '../config/schema.ts';

const texts = v.record(v.string(), v.string());
const duration = v.union([v.string(), v.number()]);

const allowed = v.strictObject({
  /** The ARN, or the name of a role that Daypass makes. */
  role: v.optional(v.string()),
  sessionName: v.optional(v.string()),
  duration: v.optional(duration),
  tags: v.optional(texts),
  sourceIdentity: v.optional(v.string()),
  policy: v.optional(v.array(statement)),
});

const stages = ['proof', 'grant', 'session', 'trust policy'] as const;

const denied = v.strictObject({
  denied: v.strictObject({
    /** Where the no must come from. */
    by: v.optional(v.picklist(stages)),
    /** The key of a condition that must be among those that did not hold. */
    key: v.optional(v.string()),
  }),
});

const grantTest = v.strictObject({
  name: v.string(),
  provider: v.string(),
  claims: v.record(v.string(), v.unknown()),
  grant: v.string(),
  /** Asked for; by default what the grant gives. */
  duration: v.optional(duration),
  expect: v.union(
    [v.literal('allowed'), v.literal('denied'), denied, allowed],
    'must be allowed, denied, { denied: { by, key } }, or what must come of it: role, sessionName, duration, tags, sourceIdentity, policy',
  ),
});

export type GrantTest = v.InferOutput<typeof grantTest>;
export type Expectation = GrantTest['expect'];

const file = v.strictObject({ tests: v.pipe(v.array(grantTest), v.minLength(1, 'must have a test')) });

/** Throws an `Error` that lists every problem with its path. */
export function readGrantTests(value: unknown, name: string): readonly GrantTest[] {
  const parsed = v.safeParse(file, value);
  if (parsed.success) return parsed.output.tests;
  const problems = parsed.issues.map(
    (issue) => `  ${(issue.path ?? []).map(({ key }) => String(key)).join('.') || name}: ${issue.message}`,
  );
  throw new Error(
    `${name} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.join('\n')}`,
  );
}
