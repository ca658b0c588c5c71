// Who and what the rows speak of: users, roles, policies, providers and MFA devices, made through IAM and removed again.
// Everything is declared beside the rows that need it, and made when the suite starts.

import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteSAMLProviderCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DeleteVirtualMFADeviceCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  EnableMFADeviceCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
  STSClient,
} from '@aws-sdk/client-sts';
import { aDevice } from './mfa-device.ts';
import { documentOf, type Statement, sessionArn } from './statements.ts';
import type { Keys, Need, Target } from './target.ts';

interface HolderSettings {
  readonly path?: string;
  readonly permissions?: readonly Statement[];
  /** ARNs of managed policies. */
  readonly attached?: readonly string[];
  readonly boundary?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface UserSettings extends HolderSettings {
  /** Gives the user an MFA device. */
  readonly mfa?: boolean;
}

export interface RoleSettings extends HolderSettings {
  readonly name?: string;
  /** Puts it into the other account. */
  readonly elsewhere?: boolean;
  /** Statements, or the document where it matters how it is written. */
  readonly trust: readonly Statement[] | string;
  readonly maxSeconds?: number;
}

/** Whoever asks. Without keys a request is not signed. */
export interface Caller {
  /** As AWS's messages and GetCallerIdentity name it. */
  readonly arn: string;
  keys(): Promise<Keys | undefined>;
}

export interface User extends Caller {
  readonly name: string;
  /** Of the MFA device. */
  readonly serialNumber: string;
  /** A code of the device that was not given before. */
  code(): string;
}

export interface World {
  readonly target: Target;
  readonly account: string;
  readonly nobody: Caller;
  readonly administrator: Caller;
  /** The administrator in the other account. */
  readonly elsewhere: Caller;
  user(name: string, settings?: UserSettings): User;
  /** Each of these is its ARN. */
  role(settings: RoleSettings): string;
  policy(name: string, ...statements: readonly Statement[]): string;
  oidcProvider(url: string, clientIds: readonly string[], elsewhere?: 'elsewhere'): string;
  samlProvider(name: string, metadata: string): string;
  /** Whose keys come of something; they are asked for once, and when they are first needed. */
  caller(arn: string, keys: () => Promise<Keys>): Caller;
  /** A session of AssumeRole, called `session` unless told otherwise. */
  session(by: Caller, input: SessionInput, more?: () => Partial<AssumeRoleCommandInput>): Caller;
  /** A session of GetFederationToken, called `guest`. */
  federated(by: Caller, input?: Partial<GetFederationTokenCommandInput>): Caller;
  /** A session of GetSessionToken. */
  signedIn(by: Caller, input?: () => GetSessionTokenCommandInput): Caller;
  /** Deletes what bears this ARN, and makes it again as it was declared. */
  unmake(arn: string): Promise<void>;
  remake(arn: string): Promise<void>;
  /** As the administrator, unless somebody else asks. */
  iam(by?: Caller): Promise<IAMClient>;
  sts(by: Caller): Promise<STSClient>;
  build(): Promise<void>;
  remove(): Promise<void>;
}

type SessionInput = Partial<AssumeRoleCommandInput> & { readonly RoleArn: string };

interface Made {
  /** What the target must have for it. */
  readonly needs?: Need | undefined;
  make(): Promise<void>;
  unmake(): Promise<void>;
}

export function aWorld(target: Target): World {
  const { account, otherAccount, region, prefix } = target;
  const things = new Map<string, Made>();
  const made: string[] = [];
  const cached = new Map<Caller, Promise<Keys | undefined>>();
  let unnamed = 0;

  const clientOf = async (by: Caller) => {
    const endpoint = target.endpoint();
    const keys = await by.keys();
    const credentials = keys && credentialsOf(keys);
    return { region, maxAttempts: 1, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
  };
  const caller: World['caller'] = (arn, keys) => {
    const self: Caller = {
      arn,
      keys() {
        const found = cached.get(self) ?? target.settled(keys);
        cached.set(self, found);
        return found;
      },
    };
    return self;
  };
  const administrator: Caller = { arn: '', keys: async () => target.administrator() };
  const sts: World['sts'] = async (by) => new STSClient(await clientOf(by));
  const iam: World['iam'] = async (by = administrator) => new IAMClient(await clientOf(by));
  const session: World['session'] = (by, input, more = () => ({})) => {
    const { RoleSessionName = 'session', RoleArn } = input;
    return caller(sessionArn(RoleArn, RoleSessionName), async () => {
      const command = new AssumeRoleCommand({ RoleSessionName, ...input, ...more() });
      return keysIn((await (await sts(by)).send(command)).Credentials);
    });
  };
  const federated: World['federated'] = (by, { Name = 'guest', ...input } = {}) =>
    caller(`arn:aws:sts::${account}:federated-user/${Name}`, async () => {
      const command = new GetFederationTokenCommand({ Name, ...input });
      return keysIn((await (await sts(by)).send(command)).Credentials);
    });
  const signedIn: World['signedIn'] = (by, input = () => ({})) =>
    caller(by.arn, async () => {
      const command = new GetSessionTokenCommand(input());
      return keysIn((await (await sts(by)).send(command)).Credentials);
    });
  const elsewhere = session(administrator, {
    RoleArn: `arn:aws:iam::${otherAccount}:role/OrganizationAccountAccessRole`,
    RoleSessionName: 'conformance',
  });

  const declare = (arn: string, thing: Made): string => {
    if (things.has(arn)) throw new Error(`${arn} is declared twice.`);
    things.set(arn, thing);
    return arn;
  };
  const make = async (arn: string) => {
    await things.get(arn)?.make();
    made.push(arn);
  };
  const unmake: World['unmake'] = async (arn) => {
    await things.get(arn)?.unmake();
    made.splice(made.indexOf(arn), 1);
  };

  const user: World['user'] = (name, { path = '/', mfa = false, ...settings } = {}) => {
    const UserName = prefix + name;
    const arn = `arn:aws:iam::${account}:user${path}${UserName}`;
    const serialNumber = `arn:aws:iam::${account}:mfa/${UserName}`;
    const device = aDevice();
    let keys: Keys | undefined;
    const self: User = {
      ...{ name: UserName, arn, serialNumber },
      keys: async () => keys,
      code: () => device.code(),
    };
    declare(arn, {
      async make() {
        const at = await iam();
        await at.send(new CreateUserCommand({ UserName, Path: path, ...boundaryAndTags(settings) }));
        await addPolicies(settings, {
          put: (PolicyName, PolicyDocument) =>
            at.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
          attach: (PolicyArn) => at.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
        });
        const { AccessKey } = await at.send(new CreateAccessKeyCommand({ UserName }));
        keys = keysIn({ ...AccessKey, SessionToken: undefined });
        if (!mfa) return;
        const created = await at.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }));
        device.seed(Buffer.from(created.VirtualMFADevice?.Base32StringSeed ?? '').toString('utf8'));
        const [AuthenticationCode1, AuthenticationCode2] = device.firstCodes();
        const enable = { UserName, SerialNumber: serialNumber, AuthenticationCode1, AuthenticationCode2 };
        await at.send(new EnableMFADeviceCommand(enable));
      },
      async unmake() {
        const at = await iam();
        if (mfa) {
          await at.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber: serialNumber }));
          await at.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serialNumber }));
        }
        const { AccessKeyMetadata = [] } = await at.send(new ListAccessKeysCommand({ UserName }));
        for (const { AccessKeyId } of AccessKeyMetadata) {
          await at.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
        }
        for (const PolicyArn of settings.attached ?? []) {
          await at.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
        }
        const { PolicyNames = [] } = await at.send(new ListUserPoliciesCommand({ UserName }));
        for (const PolicyName of PolicyNames) await at.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
        await at.send(new DeleteUserCommand({ UserName }));
      },
    });
    return self;
  };

  const role: World['role'] = ({ name, elsewhere: isElsewhere, path = '/', trust, maxSeconds, ...settings }) => {
    unnamed += name === undefined ? 1 : 0;
    const RoleName = prefix + (name ?? `role-${unnamed}`);
    const by = isElsewhere ? elsewhere : administrator;
    const AssumeRolePolicyDocument = typeof trust === 'string' ? trust : documentOf(...trust);
    // Whom it trusts must be there.
    const trusted = [...things].filter(([arn]) => AssumeRolePolicyDocument.includes(`"${arn}"`));
    const needs = isElsewhere ? 'a second account' : trusted.map(([, thing]) => thing.needs).find(Boolean);
    return declare(`arn:aws:iam::${isElsewhere ? otherAccount : account}:role${path}${RoleName}`, {
      needs,
      async make() {
        const at = await iam(by);
        const command = new CreateRoleCommand({
          RoleName,
          Path: path,
          AssumeRolePolicyDocument,
          ...(maxSeconds !== undefined && { MaxSessionDuration: maxSeconds }),
          ...boundaryAndTags(settings),
        });
        // Whom a trust policy names must be known by then.
        await target.settled(() => at.send(command));
        await addPolicies(settings, {
          put: (PolicyName, PolicyDocument) =>
            at.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
          attach: (PolicyArn) => at.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
        });
      },
      async unmake() {
        const at = await iam(by);
        for (const PolicyArn of settings.attached ?? []) {
          await at.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
        }
        const { PolicyNames = [] } = await at.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames) await at.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        await at.send(new DeleteRoleCommand({ RoleName }));
      },
    });
  };

  const policy: World['policy'] = (name, ...statements) => {
    const PolicyArn = `arn:aws:iam::${account}:policy/${prefix}${name}`;
    return declare(PolicyArn, {
      async make() {
        const at = await iam();
        const PolicyDocument = documentOf(...statements);
        await at.send(new CreatePolicyCommand({ PolicyName: prefix + name, PolicyDocument }));
      },
      async unmake() {
        const at = await iam();
        const { Versions = [] } = await at.send(new ListPolicyVersionsCommand({ PolicyArn }));
        for (const { VersionId } of Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion)) {
          await at.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
        }
        await at.send(new DeletePolicyCommand({ PolicyArn }));
      },
    });
  };

  const oidcProvider: World['oidcProvider'] = (Url, clientIds, where) => {
    const by = where ? elsewhere : administrator;
    const arn = `arn:aws:iam::${where ? otherAccount : account}:oidc-provider/${Url.replace('https://', '')}`;
    return declare(arn, {
      needs: 'an identity provider',
      async make() {
        await (await iam(by)).send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: [...clientIds] }));
      },
      async unmake() {
        await (await iam(by)).send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
      },
    });
  };

  const samlProvider: World['samlProvider'] = (name, SAMLMetadataDocument) => {
    const arn = `arn:aws:iam::${account}:saml-provider/${prefix}${name}`;
    return declare(arn, {
      needs: 'an identity provider',
      async make() {
        await (await iam()).send(new CreateSAMLProviderCommand({ Name: prefix + name, SAMLMetadataDocument }));
      },
      async unmake() {
        await (await iam()).send(new DeleteSAMLProviderCommand({ SAMLProviderArn: arn }));
      },
    });
  };

  return {
    target,
    account,
    nobody: { arn: '', keys: async () => undefined },
    administrator,
    elsewhere,
    user,
    role,
    policy,
    oidcProvider,
    samlProvider,
    caller,
    session,
    federated,
    signedIn,
    unmake,
    async remake(arn) {
      await unmake(arn);
      await make(arn);
    },
    iam,
    sts,
    async build() {
      for (const [arn, { needs }] of things) if (!needs || !target.lacks(needs)) await make(arn);
    },
    async remove() {
      const problems: unknown[] = [];
      for (const arn of [...made].reverse()) {
        await unmake(arn).catch((error: unknown) =>
          problems.push(new Error(`${arn} is still there`, { cause: error })),
        );
      }
      if (problems.length > 0) throw new AggregateError(problems, 'Not everything could be deleted.');
    },
  };
}

const boundaryAndTags = ({ boundary, tags = {} }: HolderSettings) => ({
  ...(boundary !== undefined && { PermissionsBoundary: boundary }),
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});

interface Adding {
  put(name: string, document: string): Promise<unknown>;
  attach(arn: string): Promise<unknown>;
}

async function addPolicies({ permissions, attached = [] }: HolderSettings, { put, attach }: Adding): Promise<void> {
  if (permissions) await put('permissions', documentOf(...permissions));
  for (const arn of attached) await attach(arn);
}

export interface CredentialsMembers {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

export const keysIn = ({ AccessKeyId, SecretAccessKey, SessionToken }: CredentialsMembers = {}): Keys => {
  if (AccessKeyId === undefined || SecretAccessKey === undefined) throw new Error('No keys came back.');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};

const credentialsOf = ({ sessionToken, ...keys }: Keys) => ({
  ...keys,
  ...(sessionToken !== undefined && { sessionToken }),
});
