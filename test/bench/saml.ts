import { createHash, createPublicKey, verify } from 'node:crypto';
import samlify from 'samlify';
import { proveSamlResponse, type ServiceProvider } from '../../lib/identity/saml/saml-provider.ts';
import { aMoment } from '../kit/issuer.ts';
import { aSamlIdp, proofOf, samlProvidersOf, us, xmlIn } from '../kit/saml-idp.ts';
import { printTable } from './table.ts';

const rounds = 8;
const callsPerRound = 40;

/** A response of about 8 KB, as companies send them: verified by us, by samlify without its checks, and at the limit. */
export async function benchSaml(): Promise<void> {
  const idp = await aSamlIdp();
  const groups = Array.from({ length: 40 }, (_, index) => `group-${index}-of-the-company`);
  const samlResponse = idp.response({
    attributes: { groups, department: ['research and development'] },
    keyInfo: 'own',
  });
  const providers = samlProvidersOf(idp.provider());
  const proof = proofOf(samlResponse);
  const calls: readonly (readonly [name: string, call: () => unknown])[] = [
    [limit, limitOf(samlResponse, idp.certificate)],
    ['Daypass: every check', () => proveSamlResponse(proof, providers, us as ServiceProvider, aMoment)],
    ['samlify: signature only', samlifyCall(samlResponse, idp.entityId, idp.certificate)],
  ];
  const least = new Map<string, number>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, call] of calls) {
      const began = process.cpuUsage();
      for (let count = 0; count < callsPerRound; count++) await call();
      const { user, system } = process.cpuUsage(began);
      const each = (user + system) / callsPerRound;
      if (round > 0) least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, each));
    }
  }
  const base = least.get(limit) ?? 1;
  printTable(`SAML response of ${xmlIn(samlResponse).length} bytes, CPU per call (least of ${rounds} rounds)`, [
    ['', 'µs', 'of limit'],
    ...[...least].map(([name, own]) => [name, own.toFixed(0), `${(own / base).toFixed(1)} ×`]),
  ]);
}

const limit = 'base64, SHA-256, RSA verification';

/** What no verifier can do without: bytes, a digest over the assertion, one signature. */
function limitOf(samlResponse: string, certificate: string): () => unknown {
  const key = createPublicKey(`-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----`);
  const signature = Buffer.alloc(256, 1);
  const signedInfo = Buffer.alloc(736, 0x61);
  return () => {
    const bytes = Buffer.from(samlResponse, 'base64');
    createHash('sha256').update(bytes).digest();
    return verify('sha256', signedInfo, key, signature);
  };
}

function samlifyCall(samlResponse: string, entityID: string, signingCert: string): () => Promise<unknown> {
  const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings:';
  const redirect = { Binding: `${bindings}HTTP-Redirect`, Location: 'https://idp.example/sso' };
  const idp = samlify.IdentityProvider({
    entityID,
    signingCert,
    singleSignOnService: [redirect],
    singleLogoutService: [redirect],
  });
  const sp = samlify.ServiceProvider({
    entityID: us.entityId,
    // The kit's moment is another than now.
    clockDrifts: [-1e13, 1e13],
    assertionConsumerService: [{ Binding: `${bindings}HTTP-POST`, Location: us.assertionConsumerService }],
  });
  samlify.setSchemaValidator({ validate: () => Promise.resolve('') });
  return () => sp.parseLoginResponse(idp, 'post', { body: { SAMLResponse: samlResponse } });
}
