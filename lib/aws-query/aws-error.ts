// AWS's errors: code, status and text exactly as the services answer them.

export interface AwsErrorForm {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  /** Errors from before an operation is known come from AWS's dispatcher, in a namespace of its own. */
  readonly fromDispatcher?: boolean;
}

export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly form: AwsErrorForm;

  constructor(form: AwsErrorForm) {
    super(form.code);
    this.form = form;
  }
}

const at =
  (status: number, code: string) =>
  (message: string): AwsError =>
    new AwsError({ status, code, message });

export const invalidIdentityToken = at(400, 'InvalidIdentityToken');
export const expiredTokenException = at(400, 'ExpiredTokenException');
export const expiredTradeInToken = at(400, 'ExpiredTradeInTokenException');
export const invalidAuthorizationMessage = at(400, 'InvalidAuthorizationMessageException');
export const validationError = at(400, 'ValidationError');
export const invalidParameterValue = at(400, 'InvalidParameterValue');
export const malformedPolicyDocument = at(400, 'MalformedPolicyDocument');
export const packedPolicyTooLarge = at(400, 'PackedPolicyTooLarge');
export const accessDenied = at(403, 'AccessDenied');
export const outboundFederationDisabled = at(403, 'OutboundWebIdentityFederationDisabledException');
export const sessionDurationEscalation = at(403, 'SessionDurationEscalationException');
export const regionDisabled = at(403, 'RegionDisabledException');
export const signatureDoesNotMatch = at(403, 'SignatureDoesNotMatch');
export const incompleteSignature = at(400, 'IncompleteSignature');
export const internalFailure = at(500, 'InternalFailure');

export const noSuchEntity = at(404, 'NoSuchEntity');
export const entityAlreadyExists = at(409, 'EntityAlreadyExists');
export const deleteConflict = at(409, 'DeleteConflict');
export const limitExceeded = at(409, 'LimitExceeded');
export const invalidInput = at(400, 'InvalidInput');
export const invalidAuthenticationCode = at(403, 'InvalidAuthenticationCode');

export const malformedInput = (message?: string) =>
  new AwsError({ status: 400, code: 'MalformedInput', ...(message !== undefined && { message }) });
export const invalidClientTokenId = () =>
  at(403, 'InvalidClientTokenId')('The security token included in the request is invalid.');
export const expiredToken = () => at(403, 'ExpiredToken')('The security token included in the request is expired');
export const missingAuthenticationToken = () =>
  at(403, 'MissingAuthenticationToken')('Request is missing Authentication Token');

export const invalidAction = (action: string, version: string) =>
  new AwsError({
    status: 400,
    code: 'InvalidAction',
    message: `Could not find operation ${action} for version ${version}`,
    fromDispatcher: true,
  });
