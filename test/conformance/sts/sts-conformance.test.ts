// Every row, asked as the SDK asks or to the letter over HTTP, and many of them once more by the AWS CLI.

import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askBySdk, askByWire, type Cli, inputOf, theCli } from './ask.ts';
import { accessKeyInfo } from './cases/access-key-info.ts';
import { assumeRoleConditions } from './cases/assume-role-conditions.ts';
import { assumeRoleInput } from './cases/assume-role-input.ts';
import { assumeRoleSessions } from './cases/assume-role-sessions.ts';
import { assumeRoleTrust } from './cases/assume-role-trust.ts';
import { assumeRoot } from './cases/assume-root.ts';
import { callerIdentity } from './cases/caller-identity.ts';
import { decode } from './cases/decode.ts';
import { federation } from './cases/federation.ts';
import { lifetimes } from './cases/lifetimes.ts';
import { mfa } from './cases/mfa.ts';
import { saml } from './cases/saml.ts';
import { sessionPolicies } from './cases/session-policies.ts';
import { sessionToken } from './cases/session-token.ts';
import { trustPolicies } from './cases/trust-policies.ts';
import { webIdentity } from './cases/web-identity.ts';
import { webIdentityToken } from './cases/web-identity-token.ts';
import { wire } from './cases/wire.ts';
import { castOf } from './cast.ts';
import type { CallRow, Group, Outcome, Row } from './row.ts';
import { aSummary } from './summary.ts';
import { theTarget } from './target.ts';
import { aWorld } from './world.ts';

const target = await theTarget();
const world = aWorld(target);
const cast = await castOf(world);
const groups: readonly Group[] = [
  ...[assumeRoleInput, assumeRoleTrust, assumeRoleConditions, assumeRoleSessions, sessionPolicies, lifetimes, mfa],
  ...[webIdentity, saml, federation, sessionToken, callerIdentity, accessKeyInfo, decode, webIdentityToken],
  ...[assumeRoot, trustPolicies, wire],
].map((cases) => cases(world, cast));
const summary = aSummary();
let cli: Cli;

const say = (text: string) => void process.stdout.write(`${text}\n`);
const isHere = (command: string) => {
  try {
    execFileSync(command, ['--version']);
    return true;
  } catch {
    return false;
  }
};
const hasCli = isHere('aws');
if (!hasCli) say('No AWS CLI on the PATH: its rows are skipped.');

const isSkipped = ({ needs }: Row) => needs !== undefined && target.lacks(needs);
const needs = groups.flatMap(({ rows }) => rows.filter(isSkipped).map((row) => row.needs));
for (const need of new Set(needs)) {
  say(`${needs.filter((each) => each === need).length} rows are skipped: they need ${need}.`);
}

beforeAll(async () => {
  cli = theCli(world);
  await target.start(cast.issuer.server);
  await world.build();
}, 600_000);
afterAll(async () => {
  say(`\n${summary.table()}`);
  cli.remove();
  await world.remove().finally(() => target.stop());
}, 600_000);

const isCall = (row: Row): row is CallRow => !('wire' in row);
const titled = <R extends Row>(rows: readonly R[]) => rows.map((row) => [row.says, row] as const);

describe.each(groups)('$name', ({ name, operation: ofGroup, rows }) => {
  const asked = rows.filter((row) => !isSkipped(row));
  test.skip.each(titled(rows.filter(isSkipped)))('%s', () => {});

  test.each(titled(asked))('%s', async (_says, row) => {
    const way = isCall(row) ? 'SDK' : 'HTTP';
    summary.expected(name, way);
    const keys = await row.as.keys();
    await row.first?.();
    await target.settled(async () => {
      const outcome = isCall(row)
        ? await askBySdk({ world, keys, operation: row.operation ?? ofGroup, input: await inputOf(row) })
        : await askByWire({ world, keys, wire: row.wire });
      await check(outcome, row);
    });
    summary.passed(name, way);
  });

  const again = hasCli ? asked.filter(isCall).filter(({ byCli }) => byCli) : [];
  test.concurrent.for(titled(again))('%s: by the CLI', async ([_says, row]) => {
    summary.expected(name, 'CLI');
    const asking = { world, keys: await row.as.keys(), operation: row.operation ?? ofGroup, input: await inputOf(row) };
    await target.settled(async () => check(await cli.ask(asking), row));
    summary.passed(name, 'CLI');
  });
});

/** Clocks differ, and a call takes its time. */
const toleranceSeconds = 60;

async function check(outcome: Outcome, row: Row): Promise<void> {
  if (!isCall(row)) for (const pattern of row.body ?? []) expect(outcome.body).toMatch(pattern);
  if (row.refuses) {
    const [status, code, message] = row.refuses;
    expect(outcome).toEqual({
      ...outcome,
      ...('status' in outcome && outcome.status === undefined ? {} : { status }),
      code: matching(code),
      message: matching(message),
    });
    return;
  }
  if (!('members' in outcome)) throw new Error(`${outcome.status} ${outcome.code}: ${outcome.message}`);
  const { members } = outcome;
  if (row.gives) expect(members).toMatchObject(row.gives);
  for (const member of row.lacks ?? []) expect(members).not.toHaveProperty(member);
  if (row.lasts !== undefined) {
    const { Expiration } = (members.Credentials ?? members) as { readonly Expiration: string | Date };
    const lasted = (new Date(Expiration).getTime() - Date.now()) / 1000;
    expect(lasted).toBeGreaterThan(row.lasts - toleranceSeconds);
    expect(lasted).toBeLessThan(row.lasts + toleranceSeconds);
  }
  await row.and?.(members);
}

const matching = (wanted: string | RegExp | undefined) =>
  wanted instanceof RegExp ? (expect.stringMatching(wanted) as string) : wanted;
