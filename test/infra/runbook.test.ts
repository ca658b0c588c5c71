// Each alarm has its section in the runbook, and each section its alarm.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { refusalsToWatch } from '../../lib/infra/refusals-to-watch.ts';
import { refusals } from '../../lib/refusal.ts';
import { aPermission } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';
import { deployed } from './kit.ts';

const runbook = readFileSync('RUNBOOK.md', 'utf8');
const [, alarmsPart = ''] = runbook.split('\n## Alarms\n');
const sections = new Map(
  alarmsPart
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end)] as const;
    }),
);

const idp = await aSamlIdp();
const address = 'https://idp.acme.example/metadata';
const privateKey = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:daypass/key-AbCdEf';
const role = { permissions: [aPermission()] };
/** With everything that an alarm can be about. */
const { template } = deployed(
  loadConfiguration(
    {
      providers: {
        app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
        corp: { saml: { metadata: address } },
        fleet: { aws: { accounts: ['111122223333'] } },
      },
      grants: {
        files: { from: 'app', when: 'anyone', role, oneTime: true, acceptsDirectStsCalls: true },
        canary: { from: 'fleet', when: 'anyone', way: 'chain', role },
        long: {
          from: 'app',
          when: 'anyone',
          way: 'federation-token',
          role,
          session: { policy: [aPermission()] },
        },
        support: { from: 'corp', when: { StringEquals: { sub: 'alice' } }, role },
      },
      operations: { canary: 'canary' },
      saml: { decryption: { certificate: 'our.pem', privateKey } },
    },
    {
      documents: documentsOf({
        [address]: aMetadata({ certificates: [idp.certificate] }),
        'our.pem': `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----\n`,
      }),
      now: aMoment,
    },
  ),
);
const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([logicalId, { Properties }]) => ({
  logicalId,
  description: String((Properties as { AlarmDescription?: string }).AlarmDescription),
}));
const sectionOf = (description: string) => / RUNBOOK\.md: "([^"]+)"\.$/.exec(description)?.[1];

describe('the runbook', () => {
  test.each(alarms)('has a section for $logicalId, which the alarm names', ({ description }) => {
    expect(sections.get(sectionOf(description) ?? description)).toBeDefined();
    // CloudWatch takes no more.
    expect(description.length).toBeLessThanOrEqual(1024);
  });

  test('has no section of which no alarm speaks', () => {
    const named = alarms.map(({ description }) => sectionOf(description));
    expect([...sections.keys()].filter((section) => !named.includes(section))).toEqual([]);
  });

  test.each(alarms)('calls $logicalId by its name', ({ logicalId, description }) => {
    const section = sections.get(sectionOf(description) ?? '') ?? '';
    const names = [...section.matchAll(/`([A-Z][A-Za-z]+)(?:-\{\w+\})?`/g)].map(([, name = '']) => name);
    expect(
      names.some((name) => logicalId.includes(name)),
      logicalId,
    ).toBe(true);
  });

  test.each(refusalsToWatch)('names the codes that $id counts', ({ codes, runbook: title }) => {
    for (const code of codes) expect(sections.get(title)).toContain(`\`${code}\``);
  });

  test('speaks of no code that is none', () => {
    const codes = Array.from(runbook.matchAll(/code = "(\w+)"/g), ([, code]) => code ?? '');
    expect(codes.filter((code) => !(code in refusals))).toEqual([]);
    expect(codes).not.toEqual([]);
  });

  test('links to sections that are there', () => {
    const anchors = [...sections.keys()].map((title) => title.toLowerCase().replaceAll(' ', '-'));
    for (const [, target = ''] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(target);
  });
});

describe('the alarms on refusals', () => {
  test('count each code in one place', () => {
    const counted = refusalsToWatch.flatMap(({ codes }) => codes);
    expect(counted).toEqual([...new Set(counted)]);
  });

  test('read what the audit lines have', () => {
    const patterns = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(({ Properties }) =>
      String((Properties as { FilterPattern: string }).FilterPattern),
    );
    // CloudWatch Logs takes no more.
    for (const pattern of patterns) expect(pattern.length).toBeLessThanOrEqual(1024);
    expect(new Set(patterns)).toContain('{ $.code = "keys_unreachable" }');
    expect(new Set(patterns)).toContain('{ ($.code = "store_unavailable") || ($.notRemembered = "*") }');
    expect(new Set(patterns)).toContain('{ $.status = "429" }');
  });
});
