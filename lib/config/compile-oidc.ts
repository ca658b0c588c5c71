import { lookAlikeOf, type Vendor, vendors } from '../identity/oidc/vendors.ts';
import type { OidcProviderSettings, Report } from './configuration.ts';
import type { DeclaredOidc } from './schema.ts';
import { longestLeewaySeconds, secondsAtMost } from './seconds-at-most.ts';

/** IAM: the limits of an OIDC provider. */
const longestIssuer = 255;
const mostAudiences = 100;
const longestAudience = 255;
const longestLifetimeSeconds = 366 * 86_400;

/** `undefined` when a problem was reported that leaves nothing to work with. */
export function compileOidc(name: string, oidc: DeclaredOidc, tell: Report): OidcProviderSettings | undefined {
  const path = `providers.${name}.oidc`;
  let sound = true;
  const report: Report = (where, says) => {
    sound = false;
    tell(where, says);
  };
  const vendor: Vendor | undefined = oidc.vendor && vendors[oidc.vendor];
  const issuer = oidc.issuer ?? vendor?.issuer;
  if (issuer === undefined) {
    report(`${path}.issuer`, vendor ? `is missing; for ${vendor.title} write ${vendor.formExample}` : 'is missing');
    return undefined;
  }
  if (vendor && !vendor.form.test(issuer)) {
    report(`${path}.issuer`, `is "${issuer}"; for ${vendor.title} it must be ${vendor.formExample}`);
  } else {
    checkIssuer(issuer, (says) => report(`${path}.issuer`, says));
  }
  checkAudiences(oidc.audiences, (says) => report(`${path}.audiences`, says));
  const seconds = (key: 'clockLeeway' | 'longestTokenLifetime', most: number) =>
    secondsAtMost(most, oidc[key], `${path}.${key}`, report);
  const settings: OidcProviderSettings = {
    kind: 'oidc',
    name,
    issuer,
    audiences: oidc.audiences,
    clockLeewaySeconds: seconds('clockLeeway', longestLeewaySeconds),
    longestTokenLifetimeSeconds: seconds('longestTokenLifetime', longestLifetimeSeconds),
    awsClaims: oidc.awsClaims,
    iamProvider: oidc.iamProvider,
  };
  // What a grant would be told because of a wrong issuer is only confusing.
  return sound ? settings : undefined;
}

/** To the letter: a token's iss is compared as text, so nothing that a URL parser would forgive is. */
const issuerForm = /^https:\/\/[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(\/[\w.~!$&'()*+,;=:%/-]*)?$/;

/** IAM's rules, and a look-alike of a known vendor that could never match a token. */
function checkIssuer(issuer: string, report: (says: string) => void): void {
  if (!issuerForm.test(issuer)) {
    report(`is "${issuer}"; it must be an https:// address without port, query or fragment`);
  }
  if (issuer.length > longestIssuer) report(`has ${issuer.length} characters; IAM takes at most ${longestIssuer}`);
  if (/^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)\b/.test(issuer)) {
    report(`is "${issuer}", which no token bears; it must be ${vendors.entra.formExample}`);
  }
  if (issuer.endsWith('/.well-known/openid-configuration')) {
    report(`is "${issuer}"; write the issuer itself, without /.well-known/openid-configuration`);
  }
  const lookAlike = lookAlikeOf(issuer);
  if (lookAlike) report(`is "${issuer}"; tokens of ${lookAlike.title} say ${lookAlike.formExample}`);
}

function checkAudiences(audiences: readonly string[], report: (says: string) => void): void {
  if (audiences.length > mostAudiences) report(`are ${audiences.length}; IAM takes at most ${mostAudiences}`);
  const long = audiences.find((audience) => audience.length > longestAudience);
  if (long !== undefined) report(`has one of ${long.length} characters; IAM takes at most ${longestAudience}`);
  // An audience goes into the trust policy, where this would be a variable.
  if (audiences.some((audience) => audience.includes('${'))) report('must not contain ${');
  const spaced = audiences.find((audience) => audience !== audience.trim());
  if (spaced !== undefined) report(`has "${spaced}", with a space at its end`);
}
