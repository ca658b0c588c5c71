// What was declared, checked as a whole and compiled into what the broker and the stacks use.

import * as v from 'valibot';
import { inOneLine } from '../printable.ts';
import { checkFederated } from './check-federated.ts';
import { checkOtherAccounts } from './check-other-accounts.ts';
import { checkAccounts } from './compile-aws.ts';
import { compileGrant } from './compile-grant.ts';
import { compileOperations } from './compile-operations.ts';
import { compileProvider } from './compile-provider.ts';
import { compileServiceProvider, type Sources } from './compile-saml.ts';
import {
  type Configuration,
  ConfigurationError,
  type GrantSettings,
  type Problem,
  type Report,
} from './configuration.ts';
import { noDocuments } from './documents.ts';
import { isWithin, mend } from './mend.ts';
import {
  type DeclaredGrant,
  accounts as declaredAccounts,
  operations as declaredOperations,
  serviceProvider as declaredServiceProvider,
  grant,
  provider,
  schema,
} from './schema.ts';

/** Nothing that a configuration names beside itself; when nothing is read, no time is asked for. */
const noSources: Sources = { documents: noDocuments, now: new Date(0) };

/**
 * Throws a `ConfigurationError`. What the configuration names, as SAML metadata, is in `documents` by its name as
 * written; `readConfigurationFile` reads it from beside the file.
 */
export function loadConfiguration(value: unknown, sources: Sources = noSources): Configuration {
  const parsed = v.safeParse(schema, value);
  const problems: Problem[] = [...unusableKeys(value, ''), ...(parsed.issues ?? []).map(problemOf)];
  const report: Report = (path, says) => void problems.push({ path, says });
  // What has its shape is checked on, so that a slip in one line does not hide what is wrong with another.
  const declared = parsed.success ? parsed.output : undefined;
  const readable = { providers: readAll(provider, value, 'providers'), grants: readAll(grant, value, 'grants') };

  const providers = compileAll(readable.providers, report, (name, each, tell) =>
    compileProvider(name, each, sources, tell),
  );
  reportRepeated(
    providers,
    (each) => (each.kind === 'oidc' && !readable.providers.get(each.name)?.faulty.length ? each.issuer : undefined),
    (name, issuer, first) =>
      report(
        `providers.${name}.oidc.issuer`,
        `is "${issuer}", which is already that of ${first}; list all audiences in one provider`,
      ),
  );
  reportRepeated(
    providers,
    (each) => (each.kind === 'saml' ? each.entityId : undefined),
    (name, entityId, first) =>
      report(`providers.${name}.saml.metadata`, `is that of "${entityId}", which is already that of ${first}`),
  );
  reportRepeated(
    providers,
    (each) => (each.kind === 'saml' ? each.iamProviderName : undefined),
    (name, iamName, first) =>
      report(`providers.${name}.saml.iamProviderName`, `is "${iamName}", which is already that of ${first}`),
  );
  const sound = [...providers.values()].filter(({ name }) => !readable.providers.get(name)?.faulty.length);
  checkAccounts(sound, report);
  const names = Object.keys(memberOf(value, 'providers'));
  const grants = compileAll<DeclaredGrant, GrantSettings>(readable.grants, report, (name, each, tell) =>
    compileGrant({ name, declared: each, providers, declaredProviders: names, report: tell }),
  );
  reportRepeated(grants, madeRoleKey, (name, _, first) =>
    report(
      `grants.${name}.role.name`,
      `is the name of the role of ${first} too; IAM compares names without regard to case`,
    ),
  );
  const hasUrl = member(value, 'url') !== undefined;
  checkFederated(grants, report);
  checkOtherAccounts({ providers, grants, hasUrl, report });
  // Read apart from the whole, so that a slip elsewhere does not make what is there missing.
  const ours = v.safeParse(declaredServiceProvider, member(value, 'saml') ?? {});
  const serviceProvider = compileServiceProvider(ours.success ? ours.output : {}, sources, report);
  if (ours.success) checkSaml({ providers, serviceProvider, report });
  const named = v.safeParse(declaredAccounts, member(value, 'accounts') ?? {});
  const accountNames = new Map(Object.entries(named.success ? named.output : {}));
  for (const [account, name] of accountNames) {
    if (inOneLine(name) !== name || name.trim() !== name) {
      report(
        `accounts.${account}`,
        `is "${inOneLine(name)}"; must be 1 to 64 printable characters, and no space around them`,
      );
    }
  }
  const run = v.safeParse(declaredOperations, member(value, 'operations') ?? {});
  const takesSaml = [...providers.values()].some(({ kind }) => kind === 'saml');
  const machineGrants = [...grants.values()].flatMap(({ name, from }) =>
    providers.get(from)?.kind === 'aws' ? [name] : [],
  );
  const operations = run.success
    ? compileOperations(run.output, { takesSaml, hasUrl, machineGrants }, report)
    : undefined;
  if (problems.length > 0 || declared === undefined || operations === undefined) throw new ConfigurationError(problems);
  const { cors, sts, url, vouch, organization } = declared;
  return {
    providers,
    grants,
    url,
    serviceProvider,
    vouch: { issuer: undefined, keyGeneration: vouch.keyGeneration },
    organization,
    accountNames,
    corsOrigins: cors.origins,
    fallbackRegions: sts.fallbackRegions,
    operations,
  };
}

interface SamlCheck extends Pick<Configuration, 'providers' | 'serviceProvider'> {
  readonly report: Report;
}

/** What a SAML provider needs of the rest of the file. */
function checkSaml({ providers, serviceProvider, report }: SamlCheck): void {
  for (const provider of providers.values()) {
    if (provider.kind !== 'saml') continue;
    if (provider.signRequests === true && !serviceProvider.signing) {
      report(`providers.${provider.name}.saml.signRequests`, 'is true; configure saml.signing, the key to sign with');
    }
    if (provider.wantsSignedRequests && provider.signRequests === undefined && !serviceProvider.signing) {
      report(
        `providers.${provider.name}.saml.metadata`,
        'says WantAuthnRequestsSigned; configure saml.signing, or write signRequests: false where unsigned requests are taken all the same',
      );
    }
  }
}

interface Readable<T> {
  readonly value: T;
  /** Whole paths whose own checks would say nothing true. */
  readonly faulty: readonly string[];
}

/** What stands in for a member that lacks its shape, so that the rest of the entry can be checked. */
const harmless = {
  providers: {
    'oidc.audiences': ['placeholder'],
    'oidc.issuer': 'https://placeholder.example',
    'aws.accounts': ['000000000000'],
  },
  grants: {
    from: 'placeholder',
    when: 'anyone',
    way: 'forward',
    role: { arn: 'arn:aws:iam::111122223333:role/placeholder' },
    session: {},
    oneTime: false,
  },
};

/** The entries under a key that have their shape, or have it once what is wrong is taken out. */
function readAll<const S extends v.GenericSchema>(
  entry: S,
  file: unknown,
  key: keyof typeof harmless,
): Map<string, Readable<v.InferOutput<S>>> {
  const read = new Map<string, Readable<v.InferOutput<S>>>();
  for (const [name, written] of Object.entries(memberOf(file, key))) {
    const whole = v.safeParse(entry, written);
    const { value, faulty } = whole.success
      ? { value: written, faulty: [] }
      : mend(written, whole.issues, harmless[key]);
    const parsed = v.safeParse(entry, value);
    if (parsed.success) {
      read.set(name, { value: parsed.output, faulty: faulty.map((path) => `${key}.${name}.${path}`) });
    }
  }
  return read;
}

const member = (file: unknown, key: string): unknown =>
  typeof file === 'object' && file !== null ? (file as Record<string, unknown>)[key] : undefined;

function memberOf(file: unknown, key: string): object {
  const found = member(file, key);
  return typeof found === 'object' && found !== null ? found : {};
}

/** Names that every JavaScript object has. The schema would leave them out in silence, and a condition with them. */
const inheritedNames = ['__proto__', 'constructor', 'prototype'];

function unusableKeys(value: unknown, path: string): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const own = inheritedNames.includes(key) ? [{ path: at, says: 'is a name that cannot be used here' }] : [];
    return [...own, ...unusableKeys(member, at)];
  });
}

function compileAll<D, C>(
  readable: ReadonlyMap<string, Readable<D>>,
  report: Report,
  compile: (name: string, value: D, report: Report) => C | undefined,
): Map<string, C> {
  const compiled = new Map<string, C>();
  for (const [name, { value, faulty }] of readable) {
    const tell: Report = (path, says) => {
      if (!faulty.some((place) => isWithin(path, place))) report(path, says);
    };
    const result = compile(name, value, tell);
    if (result !== undefined) compiled.set(name, result);
  }
  return compiled;
}

function reportRepeated<C>(
  compiled: ReadonlyMap<string, C>,
  keyOf: (value: C) => string | undefined,
  repeated: (name: string, key: string, first: string) => void,
): void {
  const first = new Map<string, string>();
  for (const [name, value] of compiled) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, name);
    else repeated(name, key, earlier);
  }
}

const madeRoleKey = ({ role }: GrantSettings) =>
  role.kind === 'made' ? `${role.account ?? ''}/${role.roleName.toLowerCase()}` : undefined;

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).reduce((text, { key }) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
  const shows =
    (issue.input === null || ['string', 'number', 'boolean'].includes(typeof issue.input)) &&
    issue.expected !== 'never';
  return {
    path: path === '' ? 'daypass.yaml' : path,
    says: shows ? `is ${issue.input === '' ? '""' : issue.received}; ${issue.message}` : issue.message,
  };
}
