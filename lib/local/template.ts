// The synthesised templates, read the way CloudFormation would: what they declare is what the local stack enforces.

import { issuerName } from '../identity/oidc/condition-keys.ts';

/** One stack's template and the account it goes to. */
export interface StackTemplate {
  readonly account: string;
  readonly region: string;
  readonly template: unknown;
}

export interface Resource {
  readonly logicalId: string;
  readonly arn: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Written {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** The resources of a type, with every intrinsic function in their properties resolved. */
export function resourcesOf(stack: StackTemplate, type: string): readonly Resource[] {
  return Object.entries(written(stack))
    .filter(([, { Type }]) => Type === type)
    .map(([logicalId, { Properties = {}, Metadata = {} }]) => ({
      logicalId,
      arn: arnOf(logicalId, stack),
      properties: resolve(Properties, stack) as Readonly<Record<string, unknown>>,
      metadata: Metadata,
    }));
}

function written({ template }: StackTemplate): Readonly<Record<string, Written>> {
  return (template as { Resources?: Record<string, Written> }).Resources ?? {};
}

/** Throws a plain `Error` that names an intrinsic function nobody taught it. */
function resolve(value: unknown, stack: StackTemplate): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, stack));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) return intrinsic(name, argument, stack);
  return Object.fromEntries(
    entries.map(([key, member]) => [key, resolve(member, stack)]).filter(([, member]) => member !== undefined),
  );
}

function intrinsic(name: string, argument: unknown, stack: StackTemplate): unknown {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? undefined : reference(String(argument), stack);
    case 'Fn::GetAtt': {
      const [logicalId = '', attribute = ''] = Array.isArray(argument)
        ? argument.map(String)
        : String(argument).split('.');
      if (attribute !== 'Arn') return `${logicalId}.${attribute}`;
      return arnOf(logicalId, stack);
    }
    case 'Fn::Join': {
      const [separator, parts] = resolve(argument, stack) as [string, unknown[]];
      return parts.map(String).join(separator);
    }
    case 'Fn::Sub': {
      const [text, own = {}] = (Array.isArray(argument) ? argument : [argument]) as [string, Record<string, unknown>?];
      return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
        if (literal) return `\${${name}}`;
        if (Object.hasOwn(own, name)) return String(resolve(own[name], stack));
        return String(name.includes('.') ? intrinsic('Fn::GetAtt', name, stack) : reference(name, stack));
      });
    }
    case 'Fn::Select': {
      const [index, list] = resolve(argument, stack) as [number | string, string[]];
      return list[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, text] = resolve(argument, stack) as [string, string];
      return text.split(separator);
    }
    default:
      throw new Error(`The local stack does not know ${name}, which the template uses.`);
  }
}

function reference(name: string, stack: StackTemplate): string {
  const pseudo = new Map([
    ['AWS::AccountId', stack.account],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', stack.region],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]).get(name);
  if (pseudo !== undefined) return pseudo;
  const resource = written(stack)[name];
  if (refersByArn.includes(resource?.Type ?? '')) return arnOf(name, stack);
  const { RoleName: roleName, UserName: userName = roleName } = resource?.Properties ?? {};
  return typeof userName === 'string' ? userName : name;
}

/** What `Ref` calls by its ARN. */
const refersByArn = ['AWS::IAM::OIDCProvider', 'AWS::IAM::SAMLProvider', 'AWS::SecretsManager::Secret'];

function arnOf(logicalId: string, stack: StackTemplate): string {
  const resource = written(stack)[logicalId];
  const properties = resource?.Properties ?? {};
  const iam = `arn:aws:iam::${stack.account}`;
  switch (resource?.Type) {
    case 'AWS::IAM::OIDCProvider':
      return `${iam}:oidc-provider/${issuerName(String(properties.Url))}`;
    case 'AWS::IAM::SAMLProvider':
      return `${iam}:saml-provider/${String(properties.Name)}`;
    case 'AWS::DynamoDB::Table':
      return `arn:aws:dynamodb:${stack.region}:${stack.account}:table/${logicalId}`;
    case 'AWS::SecretsManager::Secret':
      return `arn:aws:secretsmanager:${stack.region}:${stack.account}:secret:${String(properties.Name ?? logicalId)}-AbCdEf`;
    case 'AWS::IAM::User':
      return `${iam}:user${String(properties.Path ?? '/')}${String(properties.UserName ?? logicalId)}`;
    case 'AWS::KMS::Key':
      return `arn:aws:kms:${stack.region}:${stack.account}:key/${logicalId}`;
    case 'AWS::IAM::Role':
      return `${iam}:role${String(properties.Path ?? '/')}${reference(logicalId, stack)}`;
    default:
      return `arn:aws:local:${stack.region}:${stack.account}:${logicalId}`;
  }
}
