import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { DoorFunction } from './door-function.ts';
import { onlyFunctions } from './only-functions.ts';
import type { Place } from './regions.ts';

const aliasOf = (generation: number) => `alias/daypass-vouch-${generation}`;

export interface SigningKeysProps {
  /** Which key signs: the one before stays published, the one after is published ahead. */
  readonly generation: number;
  readonly place: Pick<Place, 'isHome' | 'sharedFrom'>;
}

/**
 * The keys with which Daypass vouches to AWS. They are in KMS and never leave it. Three generations stand beside each
 * other, so that whoever read the key set before a deployment, while it goes on or after it knows the key that signs.
 */
export class SigningKeys extends Construct {
  /** ARNs of keys or of their aliases: the key that signs comes first. */
  readonly arns: readonly string[];
  private readonly home: string | undefined;

  constructor(scope: Construct, id: string, { generation, place: { isHome, sharedFrom } }: SigningKeysProps) {
    super(scope, id);
    const generations = [generation, generation + 1, ...(generation > 1 ? [generation - 1] : [])];
    this.home = sharedFrom;
    this.arns = generations.map((each) => {
      const key = isHome ? this.key(each) : undefined;
      if (sharedFrom === undefined) return key?.keyArn ?? '';
      // In several Regions the same token must name the same key, so all of them ask for it by its alias.
      key?.addAlias(aliasOf(each));
      return this.arn(sharedFrom, aliasOf(each));
    });
  }

  private arn(region: string, resource: string): string {
    return `arn:${Aws.PARTITION}:kms:${region}:${Aws.ACCOUNT_ID}:${resource}`;
  }

  /**
   * What doors that vouch may do: sign, in the one way. With each key that is published, for a role changes before its
   * function does: until then the function signs with the key of the generation before.
   */
  allowSigning(door: DoorFunction): void {
    this.allow(door, 'kms:Sign', this.arns, {
      StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' },
    });
  }

  allowReading(door: DoorFunction): void {
    this.allow(door, 'kms:GetPublicKey', this.arns);
  }

  private allow(door: DoorFunction, action: string, arns: readonly string[], conditions = {}): void {
    const { home } = this;
    // IAM knows keys by their ids only; the names of a key are a condition.
    const byAlias = {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': arns.map((arn) => arn.slice(arn.indexOf(':alias/') + 1)) },
    };
    if (home === undefined) {
      door.function.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [...arns], conditions }));
      return;
    }
    door.function.addToRolePolicy(
      new PolicyStatement({
        actions: [action],
        resources: [this.arn(home, 'key/*')],
        conditions: { ...conditions, ...byAlias },
      }),
    );
    Validations.of(door).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:${home}:<AWS::AccountId>:key/*]`,
      reason: 'The ids of keys of another Region are not known here; the condition names them by their aliases.',
    });
  }

  private key(generation: number): Key {
    const key = new Key(this, `Generation${generation}`, {
      description: `Daypass: vouches for callers to AWS STS, generation ${generation}.`,
      keySpec: KeySpec.RSA_2048,
      keyUsage: KeyUsage.SIGN_VERIFY,
      // The longest time to find out that a key that left the template was still wanted.
      pendingWindow: Duration.days(30),
    });
    key.addToResourcePolicy(onlyFunctions('kms:Sign'));
    return key;
  }
}
