import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { auditAttributes, auditIndexes, type IndexedBy } from '../audit/audit-entry.ts';
import { type TablePlace, tableIn } from './regions.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });
const time = text(auditAttributes.time);

/** The exchanges, found by person, key, role, grant and day: on demand, encrypted, never deleted but by their age. */
export class AuditTable extends Construct {
  readonly table: Table | ITable;

  constructor(scope: Construct, id: string, { name, region }: TablePlace = {}) {
    super(scope, id);
    this.table = region === undefined ? this.made(name) : tableIn(this, region, name);
  }

  private made(name: string | undefined): Table {
    const table = new Table(this, 'Table', {
      ...(name !== undefined && { tableName: name }),
      partitionKey: text(auditAttributes.id),
      sortKey: time,
      timeToLiveAttribute: auditAttributes.expires,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const [by, indexName] of Object.entries(auditIndexes) as [IndexedBy, string][]) {
      table.addGlobalSecondaryIndex({ indexName, partitionKey: text(auditAttributes[by]), sortKey: time });
    }
    return table;
  }

  /** New items one by one: nothing is read, nothing deleted. */
  allowWriting(grantee: IGrantable): void {
    this.permit(grantee, 'dynamodb:PutItem', [this.table.tableArn]);
  }

  /** Through the indexes only: no scans, no items by their ids. */
  allowFinding(grantee: IGrantable): void {
    const indexes = Object.values(auditIndexes).map((name) => `${this.table.tableArn}/index/${name}`);
    this.permit(grantee, 'dynamodb:Query', indexes);
  }

  private permit(grantee: IGrantable, action: string, resources: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources }));
  }
}
