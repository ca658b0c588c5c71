// How each door that gives credentials is asked for a grant.

export type Proof = { readonly token: string } | { readonly samlResponse: string };

export interface Asking {
  readonly path: string;
  readonly init: RequestInit;
}

const account = '111122223333';
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) });

const ofSts = (proof: Proof) =>
  'token' in proof
    ? { Action: 'AssumeRoleWithWebIdentity', RoleSessionName: 'alice', WebIdentityToken: proof.token }
    : {
        Action: 'AssumeRoleWithSAML',
        PrincipalArn: `arn:aws:iam::${account}:saml-provider/daypass-corp`,
        SAMLAssertion: proof.samlResponse,
      };
const subjectOf = (proof: Proof) =>
  'token' in proof
    ? { subject_token: proof.token, subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }
    : {
        subject_token: Buffer.from(proof.samlResponse, 'base64').toString('base64url'),
        subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
      };

/** For roles that Daypass made, and the SAML provider `corp`. */
export const askingFor = {
  credentials: (grant: string, proof: Proof): Asking => ({ path: '/v1/credentials', init: json({ grant, ...proof }) }),
  console: (grant: string, proof: Proof): Asking => ({ path: '/v1/console', init: json({ grant, ...proof }) }),
  'sts-query': (grant: string, proof: Proof): Asking => {
    const RoleArn = `arn:aws:iam::${account}:role/daypass-${grant}`;
    return { path: '/', init: form({ ...ofSts(proof), Version: '2011-06-15', RoleArn }) };
  },
  'token-exchange': (audience: string, proof: Proof): Asking => {
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
    return { path: '/v1/token', init: form({ grant_type, ...subjectOf(proof), audience }) };
  },
  /** Takes tokens only. */
  'container-credentials': (grant: string, proof: Proof): Asking => ({
    path: `/v1/container/${grant}`,
    init: { headers: { authorization: 'token' in proof ? proof.token : 'none' } },
  }),
} as const;

export type AskedDoor = keyof typeof askingFor;
export const askedDoors = Object.keys(askingFor) as readonly AskedDoor[];
