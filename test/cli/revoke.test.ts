import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LiveDoors } from '../../lib/cli/live-doors.ts';
import { roleArn } from '../revoke/kit.ts';
import { type Around, daypass } from './kit.ts';

const endpoint = ['--endpoint', 'https://daypass.example'];
const doors: LiveDoors = { sign: async ({ headers }) => ({ ...headers, authorization: 'AWS4-HMAC-SHA256 signed' }) };

/** A door that answers this; what it was asked. */
function aDoor(answer: unknown) {
  const asked: { readonly method: string; readonly body: unknown }[] = [];
  const send: typeof fetch = async (_, init) => {
    asked.push({ method: init?.method ?? 'GET', body: init?.body ? JSON.parse(String(init.body)) : undefined });
    return new Response(JSON.stringify(answer));
  };
  return { asked, around: { fetch: send, doors } satisfies Around };
}

const done = (changes: object = {}) => ({
  done: 'revoked',
  changed: true,
  roles: [{ role: roleArn(), outcome: 'denied', document: '{}' }],
  newExchanges: 'refused, in 5 s at the latest',
  propagation: 'IAM is eventually consistent.',
  ...changes,
});

describe('daypass revoke', () => {
  test('sends what is named, and tells what was done in each role', async () => {
    const { asked, around } = aDoor(done());
    const ran = await daypass(['revoke', '--person', 'app/alice', '--reason', 'left', ...endpoint], around);
    expect(ran).toEqual({
      exit: 0,
      out: `Revoked.
${roleArn()}
  denied: the policy DaypassRevocations was written
New exchanges: refused, in 5 s at the latest.
IAM is eventually consistent.
`,
      err: '',
    });
    expect(asked).toEqual([{ method: 'POST', body: { person: 'app/alice', reason: 'left' } }]);
  });

  test('only asks, lifts, and takes no default for either', async () => {
    const { asked, around } = aDoor(done());
    const { out } = await daypass(['revoke', '--grant', 'files', '--lift', '--dry-run', ...endpoint], around);
    expect(asked).toEqual([{ method: 'POST', body: { grant: 'files', lift: true, dryRun: true } }]);
    expect(out).toContain('Would be revoked.');
    expect(out).toContain('  would be denied by the policy DaypassRevocations\n  {}\n');
  });

  test.each([
    ['failed', { why: 'AccessDeniedException' }, 'FAILED: IAM said no (AccessDeniedException)'],
    ['elsewhere', { document: '{"Version":"x"}' }, '{"Version":"x"}'],
    ['elsewhere', {}, 'delete its inline policy DaypassRevocations there'],
  ])('says where it is not done: %s', async (outcome, more, says) => {
    const { around } = aDoor(done({ roles: [{ role: roleArn(), outcome, ...more }] }));
    expect(await daypass(['revoke', '--role', roleArn(), ...endpoint], around)).toMatchObject({
      exit: 3,
      out: expect.stringContaining(says),
    });
  });

  test('passes warnings on', async () => {
    const { around } = aDoor(
      done({ roles: [{ role: roleArn(), outcome: 'denied', warnings: ['60 sessions are too many'] }] }),
    );
    expect((await daypass(['revoke', '--grant', 'files', ...endpoint], around)).out).toContain(
      '  mind: 60 sessions are too many\n',
    );
  });

  test('says that nothing was revoked', async () => {
    const { around } = aDoor(done({ done: 'nothing', changed: false, roles: [] }));
    expect(await daypass(['revoke', '--grant', 'files', '--lift', ...endpoint], around)).toMatchObject({
      exit: 1,
      out: 'It was not revoked.\n',
    });
  });

  test('lists what is revoked', async () => {
    const revocations = [
      {
        kind: 'person',
        provider: 'app',
        subject: 'alice',
        at: '2026-06-01T12:00:00.000Z',
        by: 'arn:ops',
        reason: 'left\u001b[31m',
      },
      { kind: 'session', key: 'ASIAIOSFODNN7EXAMPLE', at: '2026-06-01T12:01:00.000Z', by: 'arn:ops' },
    ];
    const { asked, around } = aDoor({ revocations });
    expect(await daypass(['revoke', '--list', ...endpoint], around)).toEqual({
      exit: 0,
      out: `SINCE                     WHAT     NAME                  BY       REASON
2026-06-01T12:00:00.000Z  person   app/alice             arn:ops  left\\u{1b}[31m
2026-06-01T12:01:00.000Z  session  ASIAIOSFODNN7EXAMPLE  arn:ops
`,
      err: '',
    });
    expect(asked).toEqual([{ method: 'GET', body: undefined }]);
    expect(await daypass(['revoke', '--list', ...endpoint], aDoor({ revocations: [] }).around)).toMatchObject({
      exit: 1,
    });
  });

  test.each([[[]], [['--grant', 'a', '--person', 'a/b']], [['--list', '--grant', 'a']]])(
    '%j is not asked',
    async (args) => {
      const { asked, around } = aDoor(done());
      expect(await daypass(['revoke', ...args, ...endpoint], around)).toMatchObject({ exit: 2 });
      expect(asked).toEqual([]);
    },
  );
});

describe('a probe', () => {
  /** What IAM says of a session, one after the other, the last for ever. */
  function aProbe(says: readonly (boolean | 'fails')[]) {
    let count = 0;
    const isDenied = async () => {
      const said = says[Math.min(count++, says.length - 1)];
      if (said === 'fails') throw new Error('The security token is expired');
      return said === true;
    };
    return { probes: { mine: { isDenied } } };
  }

  async function revoked(says: readonly (boolean | 'fails')[], ...more: readonly string[]) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { asked, around } = aDoor(done());
    const args = ['revoke', '--grant', 'files', '--probe', 'mine', ...more, ...endpoint];
    const running = daypass(args, { ...around, ...aProbe(says) });
    await vi.advanceTimersByTimeAsync(120_000);
    return { asked, ...(await running) };
  }

  test('tells when AWS began to deny, and not before it does so again and again', async () => {
    const { exit, out } = await revoked([false, false, true, false, 'fails', true, true, true]);
    expect(exit).toBe(0);
    expect(out).toContain('Probed: IAM denied the session of the profile mine after 4 s, 3 times in a row.');
    expect(out).not.toContain('eventually consistent');
    const { out: json } = await revoked([false, true], '--json');
    expect(JSON.parse(json)).toMatchObject({ done: 'revoked', probe: { profile: 'mine', denied: true, seconds: 0 } });
  });

  test('tells when AWS did not within a minute', async () => {
    const { exit, out, asked } = await revoked([false]);
    expect(exit).toBe(3);
    expect(out).toContain('NOT SEEN: for 60 s IAM did not deny the session of the profile mine.');
    expect(asked).toHaveLength(1);
  });

  test.each([
    [[true], [], 'is denied already'],
    [['fails' as const], [], 'The security token is expired'],
    [[false], ['--lift'], '--probe goes with what is revoked'],
    [[false], ['--dry-run'], '--probe goes with what is revoked'],
  ])('that shows nothing revokes nothing: %j %j', async (says, more, tells) => {
    const { exit, err, asked } = await revoked(says, ...more);
    expect([exit, asked]).toEqual([2, []]);
    expect(err).toContain(tells);
  });
});
