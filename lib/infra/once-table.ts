import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { keyPrefixes, tableAttributes } from '../store/store.ts';
import { type TablePlace, tableIn } from './regions.ts';

type Kind = keyof typeof keyPrefixes;

/** What is seen once, sealed sign-ins, refreshed metadata: on demand, encrypted, gone by itself. */
export class OnceTable extends Construct {
  readonly table: Table | ITable;

  constructor(scope: Construct, id: string, { name, region }: TablePlace = {}) {
    super(scope, id);
    this.table = region === undefined ? this.made(name) : tableIn(this, region, name);
  }

  private made(name: string | undefined): Table {
    return new Table(this, 'Table', {
      ...(name !== undefined && { tableName: name }),
      partitionKey: { name: tableAttributes.key, type: AttributeType.STRING },
      timeToLiveAttribute: tableAttributes.expires,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Nothing in it outlives two weeks, and an assertion that was used must not become new with another table.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Single items of these kinds, told apart by how their keys begin. No scans, no queries, no deletes. */
  allow(grantee: IGrantable, writes: readonly Kind[], reads: readonly Kind[]): void {
    this.permit(grantee, 'dynamodb:PutItem', writes);
    this.permit(grantee, 'dynamodb:GetItem', reads);
  }

  private permit(grantee: IGrantable, action: string, kinds: readonly Kind[]): void {
    if (kinds.length === 0) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [action],
        resources: [this.table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${keyPrefixes[kind]}*`) },
          // Without keys the one before would hold of itself.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }
}
