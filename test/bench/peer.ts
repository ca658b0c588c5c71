// What one would write without Daypass: middy, aws-jwt-verify and the SDK's STS client. No grants, no session
// policy, no audit beyond one line: less than our door does.

import { AssumeRoleWithWebIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import middy from '@middy/core';
import httpSecurityHeaders from '@middy/http-security-headers';
import { JwtVerifier } from 'aws-jwt-verify';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface PeerSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly roleArn: string;
  readonly jwks: Jwks;
  readonly requestHandler?: NonNullable<STSClientConfig['requestHandler']>;
  /** Where STS answers; without one it is AWS's own. */
  readonly endpoint?: string;
  readonly writeLine: (line: string) => void;
}

export function peerHandler({ issuer, audience, roleArn, jwks, requestHandler, endpoint, writeLine }: PeerSettings) {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/keys` });
  verifier.cacheJwks(jwks);
  const sts = new STSClient({
    region: 'us-east-1',
    ...(requestHandler && { requestHandler }),
    ...(endpoint !== undefined && { endpoint }),
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const handler = async (event: APIGatewayProxyEventV2) => {
    const { token } = JSON.parse(event.body ?? '') as { token: string };
    const claims = await verifier.verify(token);
    const { Credentials, AssumedRoleUser } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'job',
        WebIdentityToken: token,
        DurationSeconds: 3600,
      }),
    );
    writeLine(JSON.stringify({ subject: claims.sub, accessKeyId: Credentials?.AccessKeyId }));
    return { statusCode: 200, body: JSON.stringify({ credentials: Credentials, assumedRoleUser: AssumedRoleUser }) };
  };
  return middy(handler, { timeoutEarlyInMillis: 0 }).use(httpSecurityHeaders());
}
