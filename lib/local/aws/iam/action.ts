// What an IAM action is, and the names that they share.

import {
  entityAlreadyExists,
  invalidInput,
  malformedPolicyDocument,
  noSuchEntity,
} from '../../../aws-query/aws-error.ts';
import {
  ParameterReader,
  type Parameters,
  type TextRule,
  tagKeyCharacters,
  tagValueCharacters,
} from '../../../aws-query/parameters.ts';
import type { XmlValue } from '../../../aws-query/xml.ts';
import type { Keys } from '../../../policy/context.ts';
import { PolicyError } from '../../../policy/policy.ts';
import type { Caller } from '../caller.ts';
import type { Account, EmbeddedIam, PolicyHolder, Role, User } from './iam.ts';

export interface IamCall {
  readonly parameters: Parameters;
  readonly iam: EmbeddedIam;
  /** The caller's own: IAM reaches no other. */
  readonly account: Account;
  readonly caller: Caller;
  readonly now: Date;
}

export interface IamAction {
  /** What the caller needs the permission for: an ARN. */
  readonly on: (call: IamCall) => string;
  /** Condition keys of the request's own. */
  readonly keys?: (call: IamCall) => Keys;
  /** Its result's members in the order of the wire; nothing where there are none. Throws an `AwsError`. */
  readonly run: (call: IamCall) => XmlValue | undefined;
}

export type IamActions = Readonly<Record<string, IamAction>>;

const nameForm = { text: '[\\w+=,.@-]+', form: /^[\w+=,.@-]+$/ };

/** A parameter that must be there. */
export function required(call: IamCall, name: string, rule: Omit<TextRule, 'required'>): string {
  const reader = new ParameterReader(call.parameters);
  const value = reader.text(name, { ...rule, required: true }) ?? '';
  reader.finish();
  return value;
}

export function optional(call: IamCall, name: string, rule: TextRule): string | undefined {
  const reader = new ParameterReader(call.parameters);
  const value = reader.text(name, rule);
  reader.finish();
  return value;
}

export const nameIn = (call: IamCall, parameter: string, longest = 128) =>
  required(call, parameter, { shortest: 1, longest, pattern: nameForm });

export const documentIn = (call: IamCall, parameter = 'PolicyDocument') =>
  required(call, parameter, { shortest: 1, longest: 131_072 });

export function pathIn(call: IamCall): string {
  const path = optional(call, 'Path', { shortest: 1, longest: 512 }) ?? '/';
  if (!/^\/([!-~]+\/)*$/.test(path)) throw invalidInput(`The path ${path} must begin and end with a slash.`);
  return path;
}

const mostTags = 50;

export function tagsIn(call: IamCall): ReadonlyMap<string, string> {
  const reader = new ParameterReader(call.parameters);
  const written = reader
    .members('Tags', mostTags)
    .map(
      (each) =>
        [
          each.text('Key', { required: true, shortest: 1, longest: 128, pattern: tagKeyCharacters }) ?? '',
          each.text('Value', { required: true, shortest: 0, longest: 256, pattern: tagValueCharacters }) ?? '',
        ] as const,
    );
  reader.finish();
  if (new Set(written.map(([key]) => key.toLowerCase())).size < written.length) {
    throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  return new Map(written);
}

export const tagMembers = (tags: ReadonlyMap<string, string>) =>
  [...tags].map(([key, value]) => ({ Key: key, Value: value }));

/** Where IAM has no such thing, only whoever has the permission learns so: the permission is asked first. */
export function existing<T>(found: T | undefined, kind: string, name: string): T {
  if (found === undefined) throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
  return found;
}

export function absent(found: unknown, kind: string, name: string): void {
  if (found !== undefined) throw entityAlreadyExists(`${kind} with name ${name} already exists.`);
}

const arnOf = (call: IamCall, resource: string) => `arn:aws:iam::${call.account.id}:${resource}`;

/** The user that is named, or whoever asks where none is. */
function userNameIn(call: IamCall): string {
  const { caller } = call;
  const named = optional(call, 'UserName', { shortest: 1, longest: 128, pattern: nameForm });
  if (named !== undefined) return named;
  if (caller.holder?.kind === 'user') return caller.holder.name;
  return required(call, 'UserName', { shortest: 1, longest: 128, pattern: nameForm });
}

export const userIn = (call: IamCall): User => {
  const name = userNameIn(call);
  return existing(call.account.users.get(name.toLowerCase()), 'user', name);
};

export const roleIn = (call: IamCall): Role => {
  const name = nameIn(call, 'RoleName', 64);
  return existing(call.account.roles.get(name.toLowerCase()), 'role', name);
};

/** Root that names nobody speaks of itself. */
export const isAboutRoot = ({ caller, parameters }: IamCall) =>
  caller.kind === 'root' && parameters.get('UserName') === undefined;

export const onUser = (call: IamCall): string => {
  if (isAboutRoot(call)) return call.caller.arn;
  const name = userNameIn(call);
  return call.account.users.get(name.toLowerCase())?.arn ?? arnOf(call, `user/${name}`);
};

export const onRole = (call: IamCall): string => {
  const name = nameIn(call, 'RoleName', 64);
  return call.account.roles.get(name.toLowerCase())?.arn ?? arnOf(call, `role/${name}`);
};

export const onAll =
  (kind: string) =>
  (call: IamCall): string =>
    arnOf(call, `${kind}/`);

export const onNew =
  (kind: string, parameter: string) =>
  (call: IamCall): string =>
    arnOf(call, `${kind}${pathIn(call)}${nameIn(call, parameter)}`);

export const onArn =
  (parameter: string) =>
  (call: IamCall): string =>
    required(call, parameter, { shortest: 20, longest: 2048 });

/** Throws MalformedPolicyDocument for a document that the engine does not take. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw malformedPolicyDocument(error.problems.map(({ path, says }) => `${path} ${says}.`).join(' '));
  }
}

/** As IAM hands documents out: RFC 3986. */
export const encodedDocument = (document: unknown) =>
  encodeURIComponent(typeof document === 'string' ? document : JSON.stringify(document)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Every list is whole: there is never more of it to ask for. */
export const whole = (name: string, members: readonly XmlValue[]) => ({ [name]: members, IsTruncated: false });

export const boundaryMember = ({ boundary }: PolicyHolder) =>
  boundary === undefined
    ? undefined
    : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary };
