import { awsContext } from '../../lib/policy/context.ts';
import { evaluate, type PolicyRequest } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { printTable } from './table.ts';

const rounds = 8;
const shortestRoundMicros = 20_000;
const sizes = [1, 10, 50];

const issuer = 'token.actions.githubusercontent.com';
const provider = `arn:aws:iam::111122223333:oidc-provider/${issuer}`;
const audience = 'sts.amazonaws.com';
const subject = 'repo:acme/shop:ref:refs/heads/main';

type Decide = () => boolean;

/** May this GitHub job assume the role? Only the last statement of the trust policy says yes. */
export function benchDecisions(): void {
  const figures = sizes.map((size) => {
    const repositories = Array.from({ length: size }, (_, index) => (index === size - 1 ? 'shop' : `shop-${index}`));
    return leastMicros([compared(repositories), ...evaluated(repositories)]);
  });
  const names = ['floor: compared by hand, yes or no', 'a parsed policy, and why', 'a document, parsed each time'];
  printTable(`Trust decisions a second, and CPU of each beside the floor (best of ${rounds} rounds)`, [
    ['', ...sizes.flatMap((size) => [size === 1 ? '1 statement' : `${size} statements`, 'of floor'])],
    ...names.map((name, row) => [
      name,
      ...figures.flatMap((micros) => {
        const own = micros[row] ?? 0;
        return [Math.round(1_000_000 / own).toLocaleString('en'), `${(own / (micros[0] ?? 1)).toFixed(1)} ×`];
      }),
    ]),
  ]);
}

/** What one would write for these statements and no others. */
function compared(repositories: readonly string[]): Decide {
  const statements = repositories.map((repository) => ({
    provider,
    audience,
    subject: new RegExp(`^repo:acme/${repository}:ref:refs/heads/.*$`, 's'),
  }));
  const claims = { provider, audience, subject };
  return () =>
    statements.some(
      (each) =>
        each.provider === claims.provider && each.audience === claims.audience && each.subject.test(claims.subject),
    );
}

function evaluated(repositories: readonly string[]): readonly Decide[] {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: repositories.map((repository) => ({
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${issuer}:aud`]: audience },
        StringLike: { [`${issuer}:sub`]: `repo:acme/${repository}:ref:refs/heads/*` },
      },
    })),
  });
  const request: PolicyRequest = {
    caller: { kind: 'federated', provider },
    action: 'sts:AssumeRoleWithWebIdentity',
    context: awsContext([
      [`${issuer}:aud`, audience],
      [`${issuer}:sub`, subject],
    ]),
  };
  const parse = () => parsePolicy({ name: 'trust policy', kind: 'trust', document });
  const parsed = [{ name: 'trust policy', policies: [parse()] }];
  return [
    () => evaluate(parsed, request).allowed,
    () => evaluate([{ name: 'trust policy', policies: [parse()] }], request).allowed,
  ];
}

/** CPU of one decision. Interleaved, so that drift hits all alike. */
function leastMicros(decides: readonly Decide[]): readonly number[] {
  const counts = decides.map(callsPerRound);
  const least = decides.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [index, decide] of decides.entries()) {
      const count = counts[index] ?? 1;
      least[index] = Math.min(least[index] ?? 0, cpuMicros(decide, count) / count);
    }
  }
  return least;
}

/** Doubles until a round is long enough to be measured, which warms up as well. */
function callsPerRound(decide: Decide): number {
  let count = 1;
  while (cpuMicros(decide, count) < shortestRoundMicros) count *= 2;
  return count;
}

function cpuMicros(decide: Decide, count: number): number {
  const before = process.cpuUsage();
  let allowed = 0;
  for (let each = 0; each < count; each++) if (decide()) allowed += 1;
  const { user, system } = process.cpuUsage(before);
  if (allowed !== count) throw new Error('The bench policy does not allow its own request.');
  return user + system;
}
