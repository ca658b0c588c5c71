// A saml:Assertion as plain data. It is read from the signed bytes, and from nothing else.
// Source: SAML Core §2.3 to §2.7; SAML Profiles §4.1.4.2.

import { type AttributeStatement, readAttributes } from './attribute-statement.ts';
import { entityFormat, ns } from './names.ts';
import { invalid } from './refuse.ts';
import { attributeOf, childrenOf, isNamed, textOf } from './strict-xml.ts';

export interface Assertion {
  readonly id: string;
  readonly version: string | undefined;
  readonly issueInstant: Date;
  readonly issuer: string;
  readonly subject: Subject;
  readonly conditions: Conditions;
  readonly authentication: Authentication;
  readonly attributes: AttributeStatement;
}

export interface Subject {
  readonly nameId: string;
  /** As written; absent means unspecified. */
  readonly format: string | undefined;
  readonly confirmation: Confirmation;
}

export interface Confirmation {
  readonly method: string | undefined;
  readonly recipient: string | undefined;
  readonly notOnOrAfter: Date | undefined;
  readonly notBefore: Date | undefined;
  readonly inResponseTo: string | undefined;
}

export interface Conditions {
  readonly notBefore: Date | undefined;
  readonly notOnOrAfter: Date | undefined;
  /** One list for each restriction; each must name us. */
  readonly audiences: readonly (readonly string[])[];
}

export interface Authentication {
  readonly instant: Date;
  readonly sessionNotOnOrAfter: Date | undefined;
  readonly contextClass: string | undefined;
}

/** Throws a `Refusal` for an assertion that lacks something, has it twice, or has what nobody here understands. */
export function readAssertion(root: Element): Assertion {
  if (!isNamed(root, ns.assertion, 'Assertion')) throw invalid('not an Assertion');
  const [issuer, subject, conditions, ...statements] = childrenOf(root);
  if (!isNamed(issuer, ns.assertion, 'Issuer')) throw invalid('no Issuer');
  if (!isNamed(subject, ns.assertion, 'Subject')) throw invalid('no Subject');
  if (!isNamed(conditions, ns.assertion, 'Conditions')) throw invalid('no Conditions');
  const authentications = statements.filter((each) => isNamed(each, ns.assertion, 'AuthnStatement'));
  const attributes = statements.filter((each) => isNamed(each, ns.assertion, 'AttributeStatement'));
  if (authentications.length + attributes.length < statements.length) throw invalid('a statement of another kind');
  const [authentication] = authentications;
  if (!authentication || authentications.length > 1) throw invalid('not one AuthnStatement');
  return {
    id: attributeOf(root, 'ID') ?? '',
    version: attributeOf(root, 'Version'),
    issueInstant: requiredInstant(root, 'IssueInstant'),
    issuer: issuerIn(issuer),
    subject: readSubject(subject),
    conditions: readConditions(conditions),
    authentication: readAuthentication(authentication),
    attributes: readAttributes(attributes),
  };
}

function readSubject(subject: Element): Subject {
  const [nameId, confirmation, ...more] = childrenOf(subject);
  if (!isNamed(nameId, ns.assertion, 'NameID')) throw invalid('no NameID');
  if (!isNamed(confirmation, ns.assertion, 'SubjectConfirmation') || more.length > 0) {
    throw invalid('not one SubjectConfirmation');
  }
  const text = textIn(nameId, 'NameID');
  if (text !== text.trim() || text.length > longestNameId) {
    throw invalid('a NameID with space at its ends, or of more than 256 characters');
  }
  const [data, ...others] = childrenOf(confirmation);
  if (!isNamed(data, ns.assertion, 'SubjectConfirmationData') || others.length > 0) {
    throw invalid('no SubjectConfirmationData');
  }
  if (childrenOf(data).length > 0) throw invalid('a SubjectConfirmationData with something in it');
  return {
    nameId: text,
    format: attributeOf(nameId, 'Format'),
    confirmation: {
      method: attributeOf(confirmation, 'Method'),
      recipient: attributeOf(data, 'Recipient'),
      notOnOrAfter: instantIn(data, 'NotOnOrAfter'),
      notBefore: instantIn(data, 'NotBefore'),
      inResponseTo: attributeOf(data, 'InResponseTo'),
    },
  };
}

/** SAML Profiles §4.1.4.2: an issuer is an entity, named by its entityID. */
function issuerIn(issuer: Element): string {
  if ((attributeOf(issuer, 'Format') ?? entityFormat) !== entityFormat) throw invalid('an Issuer of another format');
  return textIn(issuer, 'Issuer');
}

/** SAML Core §8.3.7 for persistent names; nobody's are longer. */
const longestNameId = 256;

/** Conditions that nobody here understands make the assertion invalid (SAML Core §2.5.1.1). */
function readConditions(conditions: Element): Conditions {
  const audiences: (readonly string[])[] = [];
  for (const child of childrenOf(conditions)) {
    if (isNamed(child, ns.assertion, 'AudienceRestriction')) {
      audiences.push(childrenOf(child).map((audience) => audienceIn(audience)));
    } else if (!isNamed(child, ns.assertion, 'OneTimeUse') && !isNamed(child, ns.assertion, 'ProxyRestriction')) {
      throw invalid('a condition of another kind');
    }
  }
  return {
    notBefore: instantIn(conditions, 'NotBefore'),
    notOnOrAfter: instantIn(conditions, 'NotOnOrAfter'),
    audiences,
  };
}

function audienceIn(element: Element): string {
  if (!isNamed(element, ns.assertion, 'Audience')) throw invalid('an AudienceRestriction of another form');
  return textIn(element, 'Audience');
}

function readAuthentication(statement: Element): Authentication {
  const contexts = childrenOf(statement).filter((each) => isNamed(each, ns.assertion, 'AuthnContext'));
  const classes = contexts.flatMap(childrenOf).filter((each) => isNamed(each, ns.assertion, 'AuthnContextClassRef'));
  // Grants may ask for it, so there must be no two answers.
  if (contexts.length > 1 || classes.length > 1) throw invalid('more than one AuthnContext');
  const [contextClass] = classes;
  return {
    instant: requiredInstant(statement, 'AuthnInstant'),
    sessionNotOnOrAfter: instantIn(statement, 'SessionNotOnOrAfter'),
    contextClass: contextClass && textIn(contextClass, 'AuthnContextClassRef'),
  };
}

function textIn(element: Element, name: string): string {
  const text = textOf(element);
  if (text === undefined || text.trim() === '') throw invalid(`no text in ${name}`);
  return text;
}

/** SAML Core §1.3.3: UTC, and nothing that only JavaScript would read as a time. */
const instantForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

function instantIn(element: Element, name: string): Date | undefined {
  const written = attributeOf(element, name);
  if (written === undefined) return undefined;
  const [, seconds, fraction = ''] = instantForm.exec(written) ?? [];
  const instant = new Date(`${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // The 30th of February would pass for the 2nd of March.
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(seconds ?? ' ')) {
    throw invalid(`${name} is not a time in UTC`);
  }
  return instant;
}

function requiredInstant(element: Element, name: string): Date {
  const instant = instantIn(element, name);
  if (!instant) throw invalid(`no ${name}`);
  return instant;
}
