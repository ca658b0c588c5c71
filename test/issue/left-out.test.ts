import { describe, expect, test } from 'vitest';
import type { Issued } from '../../lib/issue/credential-issuer.ts';
import { leavingTagsOut } from '../../lib/issue/left-out.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { SessionPlan } from '../../lib/session/plan-session.ts';

const plan = {
  tags: [
    { key: 'tenant', value: 'blue' },
    { key: 'note', value: 'x', drop: 2 },
    { key: 'team', value: 'y', drop: 1 },
    { key: 'desk', value: 'z', drop: 1 },
    { key: 'hat', value: 'h', drop: 3 },
  ],
  transitiveTags: ['tenant', 'team'],
} as unknown as SessionPlan;

/** STS that takes so many tags. */
function taking(most: number) {
  const asked: string[][] = [];
  const issuer = {
    issue: async ({ tags = [], transitiveTags = [] }: SessionPlan) => {
      asked.push([...tags.map(({ key }) => key), '|', ...transitiveTags]);
      if (tags.length > most) throw new Refusal('session_too_large');
      return {} as Issued;
    },
  };
  return { asked, issuer: leavingTagsOut(issuer) };
}

describe('tags that may be left out', () => {
  test('stay where there is room', async () => {
    const { asked, issuer } = taking(5);
    expect(await issuer.issue(plan)).toEqual({});
    expect(asked).toEqual([['tenant', 'note', 'team', 'desk', 'hat', '|', 'tenant', 'team']]);
  });

  test('go in their order, the lowest number first, and are told', async () => {
    const { asked, issuer } = taking(3);
    expect(await issuer.issue(plan)).toEqual({ tagsLeftOut: ['team', 'desk'] });
    expect(asked.at(-1)).toEqual(['tenant', 'note', 'hat', '|', 'tenant']);
  });

  test('go all at the third attempt, and there is no fourth', async () => {
    const { asked, issuer } = taking(1);
    expect(await issuer.issue(plan)).toEqual({ tagsLeftOut: ['note', 'team', 'desk', 'hat'] });
    expect(asked).toHaveLength(3);
    const none = taking(0);
    await expect(none.issuer.issue(plan)).rejects.toMatchObject({ code: 'session_too_large' });
    expect(none.asked).toHaveLength(3);
  });

  test('are no reason to ask again for another refusal', async () => {
    let asked = 0;
    const denied = leavingTagsOut({
      issue: async () => {
        asked++;
        throw new Refusal('sts_denied');
      },
    });
    await expect(denied.issue(plan)).rejects.toMatchObject({ code: 'sts_denied' });
    expect(asked).toBe(1);
  });

  test('that must stay are never left out, and nothing is asked twice for them', async () => {
    const { asked, issuer } = taking(0);
    await expect(issuer.issue({ ...plan, tags: [{ key: 'tenant', value: 'blue' }] })).rejects.toMatchObject({
      code: 'session_too_large',
    });
    expect(asked).toHaveLength(1);
  });
});
