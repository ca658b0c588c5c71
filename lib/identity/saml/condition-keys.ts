// The condition keys that AWS STS makes of an assertion, by the name of the attribute.
// Source: IAM User Guide, "Available keys for SAML-based AWS STS federation".

const eduPerson = [
  'affiliation',
  'nickname',
  'orgdn',
  'orgunitdn',
  'primaryaffiliation',
  'principalname',
  'entitlement',
  'primaryorgunitdn',
  'scopedaffiliation',
  'targetedid',
  'assurance',
].map((name, index) => [`urn:oid:1.3.6.1.4.1.5923.1.1.1.${index + 1}`, `saml:eduperson${name}`] as const);

const eduOrg = ['homepageuri', 'identityauthnpolicyuri', 'legalname', 'superioruri', 'whitepagesuri'].map(
  (name, index) => [`urn:oid:1.3.6.1.4.1.5923.1.2.1.${index + 2}`, `saml:eduorg${name}`] as const,
);

const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';

const byAttribute: ReadonlyMap<string, string> = new Map([
  ['sub', 'saml:sub'],
  ['sub_type', 'saml:sub_type'],
  ...eduPerson,
  ...eduOrg,
  ['urn:oid:2.5.4.3', 'saml:cn'],
  ['http://schemas.xmlsoap.org/claims/CommonName', 'saml:commonName'],
  [`${claims}emailaddress`, 'saml:mail'],
  [`${claims}givenname`, 'saml:givenName'],
  [`${claims}name`, 'saml:name'],
  [`${claims}surname`, 'saml:surname'],
  ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', 'saml:uid'],
]);

/** `undefined` for an attribute that AWS does not look at. */
export const samlConditionKey = (attribute: string): string | undefined => byAttribute.get(attribute);

const single = [
  'sub',
  'sub_type',
  ...['saml:edupersonorgdn', 'saml:edupersonprimaryaffiliation', 'saml:edupersonprincipalname'],
  'saml:edupersonprimaryorgunitdn',
];

/** Whether AWS has a list under the key of this attribute: its conditions then need a set operator. */
export function isSamlList(attribute: string): boolean {
  const key = byAttribute.get(attribute);
  return key !== undefined && !single.includes(key) && !single.includes(attribute);
}

export const samlConditionKeys: Iterable<readonly [attribute: string, key: string]> = byAttribute;
