// What a session that only reads may do, in the words of IAM. Source: AWS Service Authorization Reference, whose access
// levels Read and List count as reading; the tests hold this file against them.

import type { Report } from './configuration.ts';
import type { DeclaredStatement } from './schema.ts';

/** Names of actions that read begin so, whichever the service. */
export const readingVerbs = [
  'BatchGet',
  'Describe',
  'Get',
  'List',
  'Lookup',
  'Query',
  'Scan',
  'Search',
  'Select',
] as const;

/** They read under another name. To AWS kms:Decrypt is a write, but without it nothing that is encrypted can be read. */
export const readingActions: ReadonlyMap<string, string> = new Map([
  ['codecommit', 'GitPull'],
  ['dynamodb', 'ConditionCheckItem PartiQLSelect'],
  ['ecr', 'BatchCheckLayerAvailability'],
  ['kinesis', 'SubscribeToShard'],
  ['kms', 'Decrypt'],
  ['logs', 'FilterLogEvents StartQuery StopQuery'],
]);

/** They are called as if they read, and AWS says they write: many hand out other credentials, which may do more. */
export const writingActions: ReadonlyMap<string, string> = new Map([
  ['aidevops', 'DescribeSupportLevel'],
  ['appfabric', 'BatchGetUserAccessTasks'],
  ['arc-region-switch', 'GetResourcePolicy'],
  ['athena', 'GetSessionEndpoint'],
  ['backup', 'ListIndexedRecoveryPointsForSearch SearchRecoveryPoint'],
  [
    'backup-storage',
    'DescribeBackupJob GetBaseBackup GetChunk GetIncrementalBaseBackup GetObjectMetadata ListChunks ListObjects',
  ],
  ['bcm-pricing-calculator', 'ListTagsForResource'],
  ['bedrock-agentcore', 'GetWorkloadAccessToken GetWorkloadAccessTokenForJWT GetWorkloadAccessTokenForUserId'],
  ['billing', 'GetResourcePolicy'],
  ['cloudshell', 'GetFileDownloadUrls GetFileUploadUrls'],
  ['cloudwatch', 'QueryTraces SearchPrincipals'],
  ['cognito-identity', 'GetId'],
  ['cognito-idp', 'GetTokensFromRefreshToken'],
  ['datazone', 'GetIamPortalLoginUrl'],
  [
    'elasticmapreduce',
    'GetClusterSessionCredentials GetOnClusterAppUIPresignedURL GetPersistentAppUIPresignedURL GetSessionEndpoint',
  ],
  ['emr-containers', 'GetManagedEndpointSessionCredentials'],
  ['fsx', 'GetResourcePolicy'],
  [
    'glue',
    'BatchGetStageFiles DescribeConnectionType DescribeEntity GetDataPreviewStatement GetEnvironment GetExecutors GetExecutorsThreads GetLogParsingStatus GetNotebookInstanceStatus GetQueries GetQuery GetRecipeAction GetStage GetStageAttempt GetStageAttemptTaskList GetStageAttemptTaskSummary GetStageFiles GetStages GetStorage GetStorageUnit ListConnectionTypes ListEntities',
  ],
  ['honeycode', 'ListTagsForResource'],
  ['iot', 'GetConnection ListSubscriptions'],
  ['lakeformation', 'GetDataAccess'],
  ['lightsail', 'GetInstanceAccessDetails GetRelationalDatabaseMasterUserPassword'],
  ['managedblockchain', 'GET'],
  ['monitron', 'ListProjectAdminUsers'],
  ['quicksight', 'DescribeKnowledgeBasePermissions DescribeSpacePermissions DescribeTopicPermissions'],
  ['redshift', 'GetClusterCredentials GetClusterCredentialsWithIAM'],
  ['redshift-serverless', 'GetCredentials'],
  ['route53globalresolver', 'ListTagsForResource'],
  ['security-ir', 'GetCaseAttachmentUploadUrl'],
  ['social-messaging', 'GetWhatsAppMessageMedia'],
  ['ssm-sap', 'GetResourcePermission'],
  ['states', 'GetActivityTask'],
  ['sts', 'GetDelegatedAccessToken GetFederationToken GetWebIdentityToken'],
]);

/**
 * They read, AWS says, and what they read is other credentials, or a link that signs in or writes: whoever has it acts
 * outside the session. Tokens of registries are left out, without which nothing can be pulled from them.
 */
export const handingOutActions: ReadonlyMap<string, string> = new Map([
  ['acm', 'GetAcmeExternalAccountBindingCredentials'],
  ['amplifybackend', 'GetToken'],
  ['auditmanager', 'GetEvidenceFileUploadUrl'],
  ['bedrock-agentcore', 'GetResourceApiKey GetResourceOauth2Token GetResourcePaymentToken'],
  ['cloudwatch', 'GetSpaceCredentials GetSpaceCredentialsForOrganization'],
  ['codeconnections', 'GetConnectionToken GetIndividualAccessToken'],
  ['codestar-connections', 'GetConnectionToken GetIndividualAccessToken'],
  ['cognito-identity', 'GetCredentialsForIdentity GetOpenIdToken GetOpenIdTokenForDeveloperIdentity'],
  ['connect', 'GetFederationToken'],
  ['datazone', 'GetDomainExecutionRoleCredentials GetEnvironmentCredentials'],
  ['finspace-api', 'GetProgrammaticAccessCredentials'],
  ['gamelift', 'GetComputeAccess GetComputeAuthToken GetInstanceAccess'],
  ['ivs', 'BatchGetStreamKey GetStreamKey'],
  ['lakeformation', 'GetTemporaryGluePartitionCredentials GetTemporaryGlueTableCredentials'],
  ['license-manager', 'GetAccessToken'],
  ['m2', 'GetSignedBluinsightsUrl'],
  ['mechanicalturk', 'GetFileUploadURL'],
  ['pca-connector-scep', 'GetChallengePassword'],
  ['quicksight', 'GetAnonymousUserEmbedUrl GetAuthCode GetDashboardEmbedUrl GetSessionEmbedUrl'],
  ['redshift', 'GetIdentityCenterAuthToken'],
  ['redshift-serverless', 'GetIdentityCenterAuthToken'],
  ['s3', 'GetDataAccess'],
  ['ssm', 'GetAccessToken'],
  ['sts', 'GetSessionToken'],
  ['tax', 'GetDocumentUploadUrl'],
]);

/** Also what a bound says, which the file has no words for. */
export interface BoundStatement extends DeclaredStatement {
  /** Speaks of all actions but these: NotAction. */
  readonly except?: true;
}

/**
 * Denies whatever does not read, in the services that a policy allows anything of. Reports a policy that does not name its
 * services: a list of what reads in every service would be longer than any session policy.
 */
export function readingOnly(
  policy: readonly DeclaredStatement[] | undefined,
  path: string,
  report: Report,
): readonly BoundStatement[] {
  const actions = policy?.filter(({ effect }) => effect === 'Allow').flatMap((statement) => statement.actions);
  if (!actions) {
    report(path, 'does not know what the role may do: write session.policy, with actions such as s3:*');
    return [];
  }
  const services = [...new Set(actions.map((action) => action.split(':')[0]?.toLowerCase() ?? ''))].sort();
  if (services.some((service) => /[*?]/.test(service))) {
    report(path, 'does not know which services are meant: name them in the actions, as s3:*');
    return [];
  }
  const named = (table: ReadonlyMap<string, string>) =>
    services.flatMap((service) => (table.get(service)?.split(' ') ?? []).map((name) => `${service}:${name}`));
  const reading = services.flatMap((service) => readingVerbs.map((verb) => `${service}:${verb}*`));
  const others = [...named(writingActions), ...named(handingOutActions)];
  const denied = { effect: 'Deny' as const, resources: ['*'] };
  return [
    { sid: 'ReadOnly', ...denied, actions: [...reading, ...named(readingActions)], except: true },
    ...(others.length > 0 ? [{ sid: 'ReadsByNameOnly', ...denied, actions: others }] : []),
  ];
}
