import { messageOf } from '../message-of.ts';
import { isRecord } from '../record.ts';
import { type Condition, parseConditions } from './condition.ts';
import { type Pattern, type PatternSyntax, parsePattern } from './pattern.ts';
import {
  type Listed,
  type Policy,
  PolicyError,
  type PolicyKind,
  type PolicyProblem,
  type PolicyVersion,
  type Statement,
} from './policy.ts';
import { type PrincipalElement, parsePrincipal } from './principal.ts';

const versionWithVariables = '2012-10-17';
const versionUnlessNamed = '2008-10-17';
const versions: readonly PolicyVersion[] = [versionWithVariables, versionUnlessNamed];
const documentElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

export interface PolicySource {
  /** What explanations call it. */
  readonly name: string;
  readonly kind: PolicyKind;
  /** The document: its JSON text, or what the text says. */
  readonly document: unknown;
}

/** Throws a `PolicyError` with every problem; nothing else. */
export function parsePolicy({ name, kind, document }: PolicySource): Policy {
  const content = typeof document === 'string' ? fromJson(document) : document;
  if (!isRecord(content)) throw new PolicyError([{ path: 'policy', says: 'must be an object' }]);
  const problems: PolicyProblem[] = [];
  const report = (path: string, says: string) => void problems.push({ path, says });
  for (const element of unknownKeys(content, documentElements)) {
    report(element, `is not an element of a policy; allowed are ${documentElements.join(', ')}`);
  }
  const version = versionOf(content, report);
  const statements = statementsOf(content.Statement, { kind, variables: version === versionWithVariables, report });
  if (problems.length > 0) throw new PolicyError(problems);
  return { name, version, statements };
}

type Report = (path: string, says: string) => void;

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError([{ path: 'policy', says: 'is not JSON' }]);
  }
}

function versionOf({ Version: written = versionUnlessNamed }: Readonly<Record<string, unknown>>, report: Report) {
  const version = versions.find((each) => each === written);
  if (version === undefined) {
    const got = typeof written === 'string' ? `is "${written}"` : 'is no text';
    report('Version', `${got}; allowed are ${versions.join(', ')}`);
  }
  return version ?? versionUnlessNamed;
}

/** How the statements of a document are to be read. */
interface Manner {
  readonly kind: PolicyKind;
  readonly variables: boolean;
  readonly report: Report;
}

function statementsOf(listed: unknown, manner: Manner): Statement[] {
  const { report } = manner;
  if (listed === undefined) report('Statement', 'is missing');
  const statements: readonly unknown[] = Array.isArray(listed) ? listed : listed === undefined ? [] : [listed];
  const sids = new Set<string>();
  return statements.flatMap((statement, index) => {
    const path = `Statement[${index}]`;
    if (!isRecord(statement)) {
      report(path, 'must be an object');
      return [];
    }
    const sid = statement.Sid;
    if (typeof sid === 'string' && sid !== '') {
      if (sids.has(sid)) report(`${path}.Sid`, `"${sid}" stands on an earlier statement`);
      sids.add(sid);
    }
    return statementOf(statement, { index, path, ...manner });
  });
}

interface Reading extends Manner {
  readonly index: number;
  readonly path: string;
}

function statementOf(statement: Readonly<Record<string, unknown>>, reading: Reading): Statement[] {
  const { index, path, kind, variables, report } = reading;
  for (const element of unknownKeys(statement, statementElements)) {
    report(`${path}.${element}`, `is not an element of a statement; allowed are ${statementElements.join(', ')}`);
  }
  const { Sid: sid, Effect: effect, Condition: block } = statement;
  // Policies of resources may have spaces in it.
  const form = kind === 'resource' ? /^[A-Za-z0-9 ]*$/ : /^[A-Za-z0-9]*$/;
  if (sid !== undefined && (typeof sid !== 'string' || !form.test(sid))) {
    report(`${path}.Sid`, 'takes letters and digits only');
  }
  if (effect !== 'Allow' && effect !== 'Deny') report(`${path}.Effect`, 'must be Allow or Deny');

  const principal = principalOf(statement, reading);
  const action = listed(statement, 'Action', reading, kind === 'trust' ? trustActionPattern : actionPattern);
  const resource = resourceOf(statement, reading, kind);
  const conditions: Condition[] =
    block === undefined
      ? []
      : parseConditions(block, `${path}.Condition`, {
          variables,
          report,
          ...(effect === 'Deny' && { effect }),
        });
  if (action === undefined || (effect !== 'Allow' && effect !== 'Deny')) return [];
  return [
    {
      index,
      ...(typeof sid === 'string' && { sid }),
      effect,
      ...(principal && { principal }),
      action,
      ...(resource && { resource }),
      conditions,
    },
  ];
}

function principalOf(statement: Readonly<Record<string, unknown>>, reading: Reading): PrincipalElement | undefined {
  const { path, kind, report } = reading;
  const { Principal: positive, NotPrincipal: negative } = statement;
  if (kind === 'identity') {
    if (positive !== undefined || negative !== undefined) {
      report(`${path}.Principal`, 'has no place here: the principal is whoever carries the policy');
    }
    return undefined;
  }
  if (kind === 'trust' && negative !== undefined) report(`${path}.NotPrincipal`, 'is not allowed in a trust policy');
  if ((positive === undefined) === (negative === undefined)) {
    report(`${path}.Principal`, 'must be there, and only one of Principal and NotPrincipal');
    return undefined;
  }
  const element = positive === undefined ? 'NotPrincipal' : 'Principal';
  const says = (problem: string) => report(`${path}.${element}`, problem);
  const principal = parsePrincipal(positive ?? negative, positive === undefined, says);
  // IAM refuses it: a role that the whole world may assume is never meant.
  if (kind === 'trust' && principal?.everyone) says('must not be "*" in a trust policy');
  if (kind === 'trust' && principal?.federated.includes('*')) says('Federated must name providers, not "*"');
  return principal;
}

function resourceOf(statement: Readonly<Record<string, unknown>>, reading: Reading, kind: PolicyKind) {
  if (kind !== 'trust') return listed(statement, 'Resource', reading, resourcePattern);
  if (statement.Resource !== undefined || statement.NotResource !== undefined) {
    reading.report(`${reading.path}.Resource`, 'has no place in a trust policy: the resource is the role itself');
  }
  return undefined;
}

const actionForm = /^(\*|[\w-]+:[\w*?-]+)$/;

function actionPattern(source: string) {
  if (!actionForm.test(source)) throw new Error(`"${source}" is not an action; write service:Action or *`);
  return parsePattern(source, { wildcards: true, variables: false });
}

/** IAM: AssumeRole policy may only specify STS AssumeRole actions. */
function trustActionPattern(source: string) {
  if (!/^sts:/i.test(source)) throw new Error(`"${source}" is no action of a trust policy; write sts:AssumeRole…`);
  return actionPattern(source);
}

const resourceForm = /^(\*|arn:(.*:){4}.*|arn:.*\*)$/s;

/** Unlike in ArnLike, a `*` here may run across colons (IAM User Guide, "IAM JSON policy elements: Resource"). */
function resourcePattern(source: string, syntax: PatternSyntax) {
  if (!resourceForm.test(source)) {
    throw new Error(`"${source}" is not an ARN; write arn:partition:service:region:account:resource or *`);
  }
  return parsePattern(source, syntax);
}

/** `X` or `NotX`, exactly one of them, as a text or a non-empty list of texts. */
function listed(
  statement: Readonly<Record<string, unknown>>,
  element: string,
  { path, variables, report }: Reading,
  parse: (source: string, syntax: PatternSyntax) => Pattern,
): Listed | undefined {
  const positive = statement[element];
  const negative = statement[`Not${element}`];
  if ((positive === undefined) === (negative === undefined)) {
    report(`${path}.${element}`, `must be there, and only one of ${element} and Not${element}`);
    return undefined;
  }
  const negated = positive === undefined;
  const value = positive ?? negative;
  const sources: readonly unknown[] = Array.isArray(value) ? value : [value];
  const at = `${path}.${negated ? 'Not' : ''}${element}`;
  if (sources.length === 0) report(at, 'must not be an empty list');
  const entries = sources.flatMap((source) => {
    if (typeof source !== 'string') {
      report(at, 'must be a text or a list of texts');
      return [];
    }
    try {
      return [parse(source, { wildcards: true, variables })];
    } catch (error) {
      report(at, messageOf(error));
      return [];
    }
  });
  return { negated, entries };
}

const unknownKeys = (record: object, known: readonly string[]) =>
  Object.keys(record).filter((key) => !known.includes(key));
