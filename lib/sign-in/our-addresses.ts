// Where identity providers find us.

export const portalPath = '/portal';
export const redemptionPath = '/v1/sign-in';
export const acsPath = '/saml/acs';
export const metadataPath = '/saml/metadata';

export interface OurName {
  /** Our own address, without a path. */
  readonly url: string;
  /** `undefined`: the address of our metadata. */
  readonly entityId?: string | undefined;
}

/** What identity providers know us as. */
export const entityIdOf = ({ url, entityId }: OurName) => entityId ?? url + metadataPath;
