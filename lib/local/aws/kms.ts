// So much of KMS that the keys of a template sign: Sign and GetPublicKey, each by the key's policy and the caller's.
// Source: AWS KMS API Reference.

import { constants, generateKeyPairSync, type KeyObject, privateEncrypt } from 'node:crypto';
import { AwsError } from '../../aws-query/aws-error.ts';
import type { Keys } from '../../policy/context.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import { resourcesOf, type StackTemplate } from '../template.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { demandInJson, type JsonCall, jsonService, notHere } from './json-protocol.ts';
import type { Service } from './service.ts';
import type { Sessions } from './sessions.ts';

export interface KmsOf {
  readonly stack: StackTemplate;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
}

interface Key {
  readonly arn: string;
  /** `alias/{name}`. */
  readonly aliases: readonly string[];
  readonly policy: Policy;
  readonly pair: () => { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

const algorithm = 'RSASSA_PKCS1_V1_5_SHA_256';

export function kmsService({ stack, iam, sessions }: KmsOf): Service {
  const named = resourcesOf(stack, 'AWS::KMS::Alias').map(({ properties }) => properties);
  const keys = new Map(
    resourcesOf(stack, 'AWS::KMS::Key').flatMap(({ arn, logicalId, properties }): [string, Key][] => {
      const policy = parsePolicy({ name: logicalId, kind: 'resource', document: properties.KeyPolicy });
      const aliases = named.filter((each) => each.TargetKeyId === arn).map((each) => String(each.AliasName));
      const key = { arn, aliases, policy, pair: pairMadeOnce() };
      return [arn, ...aliases.map((alias) => arn.replace(/key\/.*$/, alias))].map((each) => [each, key]);
    }),
  );
  return jsonService({
    name: 'kms',
    target: 'TrentService',
    iam,
    sessions,
    run: async (call) => run(call, keys, stack),
  });
}

/** They end with this start, like everything that they signed. */
function pairMadeOnce(): Key['pair'] {
  let pair: ReturnType<Key['pair']> | undefined;
  return () => {
    pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
    return pair;
  };
}

function run(call: JsonCall, keys: ReadonlyMap<string, Key>, stack: StackTemplate): object {
  const { operation, members } = call;
  const key = keys.get(String(members.KeyId));
  if (!key)
    throw new AwsError({
      status: 400,
      code: 'NotFoundException',
      message: `Key '${String(members.KeyId)}' does not exist`,
    });
  const about = { KeyId: key.arn, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [algorithm] };
  switch (operation) {
    case 'Sign':
      permit(call, key, stack, [
        ['kms:SigningAlgorithm', String(members.SigningAlgorithm)],
        ['kms:MessageType', String(members.MessageType ?? 'RAW')],
      ]);
      return { KeyId: key.arn, SigningAlgorithm: algorithm, Signature: signed(members, key).toString('base64') };
    case 'GetPublicKey': {
      permit(call, key, stack, []);
      const der = key.pair().publicKey.export({ format: 'der', type: 'spki' });
      return { ...about, PublicKey: der.toString('base64'), KeySpec: 'RSA_2048', CustomerMasterKeySpec: 'RSA_2048' };
    }
    default:
      throw notHere('kms', operation);
  }
}

function permit(
  { caller, operation, scene }: JsonCall,
  { arn, aliases, policy }: Key,
  { account }: StackTemplate,
  keys: Keys,
): void {
  const of = { account, policies: [policy], mustAllow: true };
  const known: Keys = [...keys, ['kms:ResourceAliases', aliases]];
  const access = { caller, action: `kms:${operation}`, resource: arn, keys: known, of };
  demandInJson(access, scene);
}

/** DigestInfo of SHA-256 (RFC 8017 §9.2): what stands before a digest that is signed as it is. */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const digestBytes = 32;

function signed({ Message, MessageType, SigningAlgorithm }: JsonCall['members'], { pair }: Key): Buffer {
  const digest = Buffer.from(String(Message), 'base64');
  if (SigningAlgorithm !== algorithm || MessageType !== 'DIGEST' || digest.length !== digestBytes) {
    const message = `The embedded account signs digests of ${digestBytes} bytes with ${algorithm}.`;
    throw new AwsError({ status: 400, code: 'ValidationException', message });
  }
  const { privateKey: key } = pair();
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest]));
}
