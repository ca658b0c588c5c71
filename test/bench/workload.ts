import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { carry } from '../../lib/config/carried.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { EmbeddedAws } from '../../lib/door.ts';
import type { DoorEnvironment } from '../../lib/environment.ts';
import type { Algorithm } from '../../lib/identity/oidc/algorithms.ts';
import { anIssuer, type Issuer } from '../kit/issuer.ts';

export const benchIssuer = 'https://token.actions.githubusercontent.com';
export const benchAudience = 'sts.amazonaws.com';
export const benchRole = 'arn:aws:iam::111122223333:role/daypass-deploy';

export const benchEnvironment = (): DoorEnvironment => ({
  configurationFile: 'daypass.json',
  accountId: '111122223333',
  partition: 'aws',
  region: 'us-east-1',
  url: undefined,
  table: 'once',
  issuer: undefined,
  signingKeys: [],
  federationSecret: undefined,
});

/** A table with nothing in it, on this machine: every few seconds a door asks there what is revoked. */
export async function anEmptyTable(): Promise<EmbeddedAws> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}'),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const expiration = new Date(Date.now() + 3_600_000);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiration }),
  };
}

/** One grant as a CI job needs it: three conditions, a name, a duration. */
export function benchConfiguration(): string {
  return carry(
    loadConfiguration({
      providers: { ci: { oidc: { vendor: 'github', audiences: [benchAudience] } } },
      grants: {
        deploy: {
          from: 'ci',
          when: {
            StringEquals: { repository: 'acme/shop', ref: 'refs/heads/main' },
            StringLike: { sub: 'repo:acme/*' },
          },
          role: { permissions: [{ actions: ['s3:PutObject'], resources: ['arn:aws:s3:::site/*'] }] },
        },
      },
    }),
  );
}

/** A token like those of GitHub Actions, about 800 bytes of claims. */
export function benchToken(algorithm: Algorithm): { readonly issuer: Issuer; readonly token: string } {
  const issuer = anIssuer({ issuer: benchIssuer, algorithm });
  const seconds = Math.floor(Date.now() / 1000);
  const token = issuer.token({
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3600,
    aud: benchAudience,
    sub: 'repo:acme/shop:ref:refs/heads/main',
    jti: '6f1c8f9e-5f3a-4a52-8d0f-1f9d5f3d2b11',
    actor: 'octocat',
    actor_id: '1234567',
    repository: 'acme/shop',
    repository_id: '74512345',
    repository_owner: 'acme',
    repository_owner_id: '9919123',
    repository_visibility: 'private',
    run_id: '1234567890',
    run_number: '42',
    run_attempt: '1',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    workflow: 'deploy',
    workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    workflow_sha: '0123456789abcdef0123456789abcdef01234567',
    job_workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    runner_environment: 'github-hosted',
    event_name: 'push',
  });
  return { issuer, token };
}

/** What STS would answer. */
export const stsAnswer = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>repo:acme/shop:ref:refs/heads/main</SubjectFromWebIdentityToken><Audience>sts.amazonaws.com</Audience><AssumedRoleUser><AssumedRoleId>AROARTX3GSDS3VLSWOF4K:job</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/daypass-deploy/job</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIARTX3GSDS2FZRYCK7</AccessKeyId><SecretAccessKey>${'s'.repeat(40)}</SecretAccessKey><SessionToken>${'t'.repeat(1000)}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><Provider>arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com</Provider><PackedPolicySize>25</PackedPolicySize></AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`;

/** The request as API Gateway hands it on. */
export const benchEvent = (token: string) => ({
  version: '2.0',
  routeKey: 'POST /v1/credentials',
  rawPath: '/v1/credentials',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', 'user-agent': 'bench' },
  requestContext: {
    accountId: '111122223333',
    apiId: 'local',
    domainName: 'localhost',
    domainPrefix: 'localhost',
    http: { method: 'POST', path: '/v1/credentials', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'bench' },
    requestId: 'request-1',
    routeKey: 'POST /v1/credentials',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
  body: JSON.stringify({ grant: 'deploy', token }),
  isBase64Encoded: false,
});
