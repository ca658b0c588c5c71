// How a signed AWS request comes along: one text, for a JSON member, a form field and a bearer token alike.

/** Nothing else that doors take begins so. */
export const awsProofPrefix = 'daypass-aws-v1.';

/** Headers that must be signed with the request: for whom it is, and what makes it another than the one before. */
export const audienceHeader = 'x-daypass-audience';
export const nonceHeader = 'x-daypass-nonce';

export interface AwsProofParts {
  /** A presigned GET of STS's GetCallerIdentity (IAM User Guide, "Create a signed AWS API request"). */
  readonly url: string;
  /** The values of the two headers. */
  readonly audience: string;
  readonly nonce: string;
}

export const awsProofText = ({ url, audience, nonce }: AwsProofParts): string =>
  awsProofPrefix + Buffer.from(JSON.stringify({ url, audience, nonce })).toString('base64url');
