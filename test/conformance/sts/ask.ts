// The three ways in which a row is asked: the AWS SDK for JavaScript, a request by hand, the AWS CLI.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as iamSdk from '@aws-sdk/client-iam';
import * as stsSdk from '@aws-sdk/client-sts';
import { presignedRequest, signedRequest } from '../../kit/signer.ts';
import { formHeaders } from '../../kit/sts.ts';
import type { CallRow, Input, Outcome, Wire, WireRow } from './row.ts';
import type { Keys } from './target.ts';
import type { World } from './world.ts';

const execute = promisify(execFile);

export interface Asked {
  readonly world: World;
  readonly keys: Keys | undefined;
  readonly operation: string;
  readonly input: Input;
}

export async function inputOf({ input = {} }: CallRow): Promise<Input> {
  return typeof input === 'function' ? input() : input;
}

interface SdkError extends Error {
  /** As it stands on the wire; the SDK's own name is that of a class. */
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

type AnyClient = { send(command: unknown): Promise<Input> };
type Commands = Readonly<Record<string, new (input: Input) => unknown>>;

export async function askBySdk({ world, keys, operation, input }: Asked): Promise<Outcome> {
  const [service, name] = operation.includes(':') ? operation.split(':') : ['sts', operation];
  const by = { arn: '', keys: async () => keys };
  const commands = (service === 'iam' ? iamSdk : stsSdk) as unknown as Commands;
  const Command = commands[`${name}Command`];
  if (!Command) throw new Error(`The SDK has no ${operation}.`);
  const client = service === 'iam' ? await world.iam(by) : await world.sts(by);
  try {
    const { $metadata, ...members } = await (client as unknown as AnyClient).send(new Command(input));
    return { members };
  } catch (error) {
    const { Code, name: className, message, $metadata } = error as SdkError;
    if ($metadata?.httpStatusCode === undefined) throw error;
    return { status: $metadata.httpStatusCode, code: Code ?? className, message };
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text: string) => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity] ?? '');

/** Elements without children, by name. */
const leavesOf = (xml: string) =>
  Object.fromEntries([...xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = '', text = '']) => [name, plain(text)]));

export async function askByWire({ world, keys, wire }: Omit<Asked, 'operation' | 'input'> & Pick<WireRow, 'wire'>) {
  const address = world.target.addressOf(wire.service ?? 'sts');
  const { method, path, headers, body } = await written(wire, world, keys);
  const { host, ...sent } = headers;
  const answer = await fetch(address + path, { method, headers: sent, redirect: 'manual', ...(body && { body }) });
  const text = await answer.text();
  const leaves = leavesOf(text);
  if (answer.ok) return { members: { ...leaves, requestIdHeader: answer.headers.get('x-amzn-requestid') }, body: text };
  return { status: answer.status, code: leaves.Code ?? '', message: leaves.Message, body: text };
}

const callerIdentity = 'Action=GetCallerIdentity&Version=2011-06-15';

async function written(wire: Wire, { target }: World, keys: Keys | undefined) {
  const { method = 'POST', path = '/', form: wanted = callerIdentity, signature = 'header', headers = {} } = wire;
  const { service = 'sts', scope = {}, altered = (address) => address } = wire;
  const form = typeof wanted === 'function' ? await wanted() : wanted;
  const { host } = new URL(target.addressOf(service));
  const isQuery = method === 'GET' || signature === 'query';
  const whole = isQuery ? `${path}?${form}` : path;
  const body = isQuery ? '' : form;
  if (signature === 'none' || keys === undefined) {
    return { method, path: altered(whole), headers: { ...formHeaders, ...headers, host }, body };
  }
  const bent = (await wire.keys?.(keys)) ?? keys;
  const at = wire.at?.() ?? new Date();
  const settings = { path: whole, headers, region: target.region, service, at, ...scope };
  const signed =
    signature === 'query'
      ? presignedRequest(bent, host, { ...settings, expiresSeconds: wire.expiresSeconds ?? 60 })
      : signedRequest(bent, host, { ...settings, method, body });
  return { ...signed, body: String(signed.body), path: altered(signed.path) };
}

/** The CLI has checks of its own; what it would not send is what some rows are about. */
const cliConfiguration = '[default]\nparameter_validation = false\ncli_pager =\n';

export interface Cli {
  ask(asked: Asked): Promise<Outcome>;
  /** Any command: rejects with what the CLI wrote. */
  run(words: readonly string[], keys: Keys | undefined): Promise<string>;
  remove(): void;
}

export function theCli(world: World): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-cli-'));
  const file = join(folder, 'config');
  writeFileSync(file, cliConfiguration);
  const run: Cli['run'] = async (words, keys) => {
    const { region } = world.target;
    const endpoint = world.target.endpoint();
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_CONFIG_FILE: file,
      AWS_MAX_ATTEMPTS: '1',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: keys?.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys?.secretAccessKey,
      AWS_SESSION_TOKEN: keys?.sessionToken,
    };
    const where = endpoint ? ['--endpoint-url', endpoint] : [];
    const { stdout } = await execute('aws', [...words, ...where, '--output', 'json'], { env });
    return stdout;
  };
  return {
    run,
    async ask({ keys, operation, input }) {
      const command = operation.replace(/(?!^)([A-Z]+(?![a-z])|[A-Z])/g, '-$1').toLowerCase();
      try {
        const said = await run(['sts', command, '--cli-input-json', JSON.stringify(input)], keys);
        return { members: said === '' ? {} : (JSON.parse(said) as Input) };
      } catch (error) {
        return { status: undefined, ...refusalIn(error) };
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** `An error occurred (CODE) when calling the OPERATION operation: MESSAGE` */
export function refusalIn(error: unknown): { readonly code: string; readonly message: string } {
  const { stderr = '' } = error as { readonly stderr?: string };
  const [, code, message] =
    /An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: ([\s\S]*)$/.exec(stderr) ?? [];
  if (code === undefined || message === undefined) throw error;
  return { code, message: message.replace(/\n$/, '') };
}
