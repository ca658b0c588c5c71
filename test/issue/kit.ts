// STS's answers, and a network that gives them in order.

import type { Network, NetworkAnswer, NetworkRequest } from '../../lib/network/network.ts';

export interface StsNetwork extends Network {
  readonly sent: NetworkRequest[];
}

type Step = NetworkAnswer | Error;

/** Gives one step after the other; a request too many fails the test. */
export function stsNetwork(...steps: readonly Step[]): StsNetwork {
  const sent: NetworkRequest[] = [];
  return {
    sent,
    send(request) {
      const step = steps[sent.length];
      sent.push(request);
      if (step === undefined) return Promise.reject(new Error(`STS was asked ${sent.length} times`));
      return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
    },
  };
}

export const hostsOf = ({ sent }: StsNetwork) => sent.map(({ url }) => new URL(url).host);

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** As recorded from STS; `elements` stand in for its own, `undefined` takes one away. */
export function granted(elements: Readonly<Record<string, string | undefined>> = {}): NetworkAnswer {
  const texts: Readonly<Record<string, string | undefined>> = {
    Provider: 'arn:aws:iam::111122223333:oidc-provider/login.acme.example',
    Audience: 'web',
    SubjectFromWebIdentityToken: 'alice',
    PackedPolicySize: '25',
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'secret/+=example',
    SessionToken: 'IQoJb3JpZ2luX2VjExample//////////wEaCXVzLWVhc3QtMSJ=',
    Expiration: '2026-06-01T13:00:00Z',
    AssumedRoleId: 'AROAEXAMPLE:alice',
    Arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
    ...elements,
  };
  const element = (name: string) => (texts[name] === undefined ? '' : `<${name}>${texts[name]}</${name}>`);
  const elementsOf = (...names: readonly string[]) => names.map(element).join('\n');
  return {
    status: 200,
    body: `<AssumeRoleWithWebIdentityResponse xmlns="${namespace}">
<AssumeRoleWithWebIdentityResult>
${elementsOf('Provider', 'Audience', 'SubjectFromWebIdentityToken')}
<AssumedRoleUser>
${elementsOf('AssumedRoleId', 'Arn')}
</AssumedRoleUser>
<Credentials>
${elementsOf('AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration')}
</Credentials>
${elementsOf('PackedPolicySize')}
</AssumeRoleWithWebIdentityResult>
<ResponseMetadata><RequestId>11111111-2222-3333-4444-555555555555</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`,
  };
}

export const refused = (status: number, code: string, message = 'Told by STS.'): NetworkAnswer => ({
  status,
  body: `<ErrorResponse xmlns="${namespace}">
<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>
<RequestId>11111111-2222-3333-4444-555555555555</RequestId>
</ErrorResponse>`,
});
