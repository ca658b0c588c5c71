import { Duration } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface SigningKeysProps {
  /** Which key signs: the one before stays published, the one after is published ahead. */
  readonly generation: number;
}

/**
 * The keys with which Daypass vouches to AWS. They are in KMS and never leave it. Three generations stand beside each
 * other, so that whoever read the key set before a deployment, while it goes on or after it knows the key that signs.
 */
export class SigningKeys extends Construct {
  /** ARNs: the key that signs comes first. */
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, { generation }: SigningKeysProps) {
    super(scope, id);
    const generations = [generation, generation + 1, ...(generation > 1 ? [generation - 1] : [])];
    this.arns = generations.map((each) => this.key(each).keyArn);
  }

  /** What doors that vouch may do: sign with the one key, in the one way. */
  allowSigning(grantee: IGrantable): void {
    this.allow(grantee, 'kms:Sign', this.arns.slice(0, 1), {
      StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' },
    });
  }

  allowReading(grantee: IGrantable): void {
    this.allow(grantee, 'kms:GetPublicKey', this.arns);
  }

  private allow(grantee: IGrantable, action: string, resources: readonly string[], conditions = {}): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: [action], resources: [...resources], conditions }),
    );
  }

  private key(generation: number): Key {
    return new Key(this, `Generation${generation}`, {
      description: `Daypass: vouches for callers to AWS STS, generation ${generation}.`,
      keySpec: KeySpec.RSA_2048,
      keyUsage: KeyUsage.SIGN_VERIFY,
      // The longest time to find out that a key that left the template was still wanted.
      pendingWindow: Duration.days(30),
    });
  }
}
