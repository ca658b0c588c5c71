import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accessKeyId, uniqueId } from '../../../lib/local/aws/identifiers.ts';
import { accountOf } from '../../kit/account-of.ts';

const accounts = fc.integer({ min: 0, max: 999_999_999_999 }).map((number) => String(number).padStart(12, '0'));
const randomBytes = fc.uint8Array({ minLength: 6, maxLength: 32 });

describe('identifiers that carry their account', () => {
  test.each([
    ['ASIAY34FZKBOKMUTVV7A', '609629065308'],
    ['ASIAQNZGKIQY56JQ7WML', '029608264753'],
  ])('the key %s is of account %s', (key, account) => {
    expect(accountOf(key)).toBe(account);
  });

  test('an access key gives its account back, whatever is random in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('AKIA' as const, 'ASIA' as const),
        accounts,
        randomBytes,
        (prefix, account, random) => {
          const key = accessKeyId(prefix, account, random);
          expect(key).toMatch(new RegExp(`^${prefix}[Q-Z2-7][A-Z2-7]{15}$`));
          expect(accountOf(key)).toBe(account);
        },
      ),
    );
  });

  test('a unique id is one character longer and gives its account back too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('AROA' as const, 'AIDA' as const),
        accounts,
        randomBytes,
        (prefix, account, random) => {
          const id = uniqueId(prefix, account, random);
          expect(id).toMatch(new RegExp(`^${prefix}[Q-Z2-7][A-Z2-7]{16}$`));
          expect(accountOf(id)).toBe(account);
        },
      ),
    );
  });

  test.each([
    ['000000000000', 'QAAAAAAA'],
    ['123456789012', 'RZPUZDIK'],
  ])('keys of account %s begin as AWS’s do', (account, beginning) => {
    expect(accessKeyId('ASIA', account, new Uint8Array(5)).slice(4, 12)).toBe(beginning);
  });

  test('other random bytes make another key of the same account', () => {
    const key = (last: number) => accessKeyId('ASIA', '111122223333', Uint8Array.of(0, 0, 0, 0, last));
    expect(key(1)).not.toBe(key(2));
    expect(accountOf(key(1))).toBe(accountOf(key(2)));
  });

  test('the bit of the random part that would run into the account is dropped', () => {
    expect(accountOf(accessKeyId('ASIA', '000000000000', Uint8Array.of(255, 255, 255, 255, 255)))).toBe('000000000000');
  });

  test.each(['ASIAy34fzkbokmutvv7a', 'ASIA0189ZKBOKMUTVV7A', 'ASIA!!!!!!!!!!!!!!!!'])(
    '%s has digits that are not Base32, so no account',
    (key) => {
      expect(accountOf(key)).toBeUndefined();
    },
  );

  test.each(['', 'ASIA', 'ASIAY34FZKB'])('"%s" is too short to carry an account', (key) => {
    expect(accountOf(key)).toBeUndefined();
  });
});
