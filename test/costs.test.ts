// The cost page of the README: sums that follow from its prices, and quantities that follow from what is deployed.

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { recorderWithin } from '../lambdas/serve.ts';
import { auditIndexes, entryOf } from '../lib/audit/audit-entry.ts';
import { auditRecord } from '../lib/audit/audit-record.ts';
import { metrics } from '../lib/audit/metrics.ts';
import type { Configuration } from '../lib/config/configuration.ts';
import { readConfigurationFile } from '../lib/config/read-config-file.ts';
import { Daypass } from '../lib/infra/daypass.ts';
import { DaypassStack } from '../lib/infra/daypass-stack.ts';
import { doorNames, routeKey, routes } from '../lib/routes.ts';
import { aMoment } from './kit/issuer.ts';
import { readme, table } from './kit/readme.ts';

const prices = new Map(
  table('price', 'of', 'US dollars').map(([name = '', , price]) => [name.replaceAll('`', ''), Number(price)]),
);
/** `1 api + 0.2 seconds`, in dollars. */
const sumOf = (arithmetic: string) =>
  arithmetic
    .split(' + ')
    .map((term) => term.split(' '))
    .reduce((sum, [count, name = '']) => sum + Number(count) * (prices.get(name) ?? Number.NaN), 0);
const sums = [
  ...table('a million times', 'arithmetic, with the prices above', 'US dollars'),
  ...table('a month', 'arithmetic', 'US dollars'),
];
const countOf = (what: string, name: string) => {
  const [, arithmetic = ''] = sums.find(([row = '']) => row.startsWith(what)) ?? [];
  return Number(new RegExp(`([\\d.]+) ${name}\\b`).exec(arithmetic)?.[1] ?? 0);
};

describe('the sums', () => {
  test.each(sums)('%s is %s', (_, arithmetic = '', told) => {
    expect(sumOf(arithmetic).toFixed(2)).toBe(told);
  });

  test('use every price', () => {
    const used = sums.map(([, arithmetic]) => arithmetic).join(' ');
    for (const name of prices.keys()) expect(used).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('what is counted', () => {
  const deployed = async (operations: Partial<Configuration['operations']> = {}, region = 'eu-central-1') => {
    const read = await readConfigurationFile('daypass.yaml');
    const configuration = {
      ...read,
      url: 'https://access.acme.example',
      operations: { ...read.operations, ...operations },
    };
    return Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration, env: { region } }));
  };
  /** An alarm on a sum watches each of its terms. */
  const watched = (template: Template) =>
    Object.values(template.findResources('AWS::CloudWatch::Alarm')).reduce((sum, { Properties }) => {
      const { Metrics = [{ MetricStat: {} }] } = Properties as { Metrics?: readonly { MetricStat?: object }[] };
      return sum + Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
    }, 0);

  test('alarms and the numbers of three providers, in an idle month', async () => {
    const template = await deployed();
    expect(countOf('idle', 'alarm')).toBe(watched(template));
    template.resourceCountIs('AWS::CloudWatch::Dashboard', countOf('idle', 'dashboard'));
    // Each is told three: reachable or days left, keys, and which.
    const { providers } = await readConfigurationFile('daypass.yaml');
    expect(countOf('idle', 'metric')).toBe(3 * providers.size);
  });

  test('alarms of another Region', async () => {
    const template = await deployed({ regions: ['eu-central-1', 'us-east-1'] }, 'us-east-1');
    expect(countOf('each other Region', 'alarm')).toBe(watched(template));
  });

  test('metrics in use: of each door, and of each result', () => {
    expect(countOf('in use', 'metric')).toBe(8 * Object.keys(metrics).length + 10);
    expect(doorNames.length).toBeGreaterThan(8);
  });

  test('the line of an exchange is as long as is reckoned with', () => {
    let written = '';
    const { audit } = recorderWithin({
      clock: () => aMoment,
      writeLine: (line) => {
        written = line;
      },
      metered: true,
    });
    const origin = {
      door: 'container-credentials',
      requestId: 'd1c2e8e3-8381-48de-81c7-ea4e46e63ffd',
      sourceIp: '203.0.113.77',
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    };
    const asked = { proof: { kind: 'oidc', token: 'a.b.c' }, grant: 'tenant-files' } as const;
    audit(auditRecord(origin, { asked }, aMoment), aMoment);
    const ofIdentityAndSession = 450;
    expect(written.length + ofIdentityAndSession).toBeGreaterThan(1000);
    expect(written.length + ofIdentityAndSession).toBeLessThan(1400);
    const entry = entryOf(written);
    const item = JSON.stringify({ ...entry, day: '2026-06-01', expires: 1_800_000_000 }).length + ofIdentityAndSession;
    // Found by key, person, role and grant besides, which stand beside the record once more.
    const unitsEach = Math.ceil((item + 200) / 1024);
    expect(countOf('what the trail adds', 'write')).toBe(unitsEach * (1 + Object.keys(auditIndexes).length));
    const gigabytes = ((item + 200) * (1 + Object.keys(auditIndexes).length)) / 1000;
    expect(Math.abs(countOf('the trail of a million', 'stored') - gigabytes)).toBeLessThan(1.5);
  });
});

test('who wants no alarms and no dashboard takes them out', async () => {
  const stack = new Stack(new App(), 'Theirs');
  const daypass = new Daypass(stack, 'Daypass', { configuration: await readConfigurationFile('daypass.yaml') });
  expect(readme).toContain("daypass.node.tryRemoveChild('Alarms')");
  for (const name of ['Alarms', 'Overview']) expect(daypass.node.tryRemoveChild(name)).toBe(true);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  template.resourceCountIs('AWS::Logs::MetricFilter', 0);
});

describe('what gives way', () => {
  test('the throttle of the credentials door is the one of the table of routes', () => {
    const credentials = routes.find((route) => routeKey(route) === 'POST /v1/credentials');
    const { perSecond = 0, burst = 0 } = credentials?.throttle ?? {};
    expect(readme).toContain(`\`POST /v1/credentials\` ${perSecond} a second, ${burst} at once`);
    expect(readme).toContain(`${perSecond} a second\nserve ${(perSecond * 3600).toLocaleString('en-US')} containers`);
  });
});
