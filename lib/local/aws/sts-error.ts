// STS's errors: code, status and text exactly as AWS answers them.

export interface StsErrorForm {
  readonly status: 400 | 403 | 500;
  readonly code: string;
  readonly message?: string;
  /** Errors from before an operation is known come from AWS's dispatcher, in a namespace of its own. */
  readonly fromDispatcher?: boolean;
}

export class StsError extends Error {
  override readonly name = 'StsError';
  readonly form: StsErrorForm;

  constructor(form: StsErrorForm) {
    super(form.code);
    this.form = form;
  }
}

const at =
  (status: StsErrorForm['status'], code: string) =>
  (message: string): StsError =>
    new StsError({ status, code, message });

export const invalidIdentityToken = at(400, 'InvalidIdentityToken');
export const expiredTokenException = at(400, 'ExpiredTokenException');
export const validationError = at(400, 'ValidationError');
export const malformedPolicyDocument = at(400, 'MalformedPolicyDocument');
export const packedPolicyTooLarge = at(400, 'PackedPolicyTooLarge');
export const accessDenied = at(403, 'AccessDenied');
export const signatureDoesNotMatch = at(403, 'SignatureDoesNotMatch');
export const incompleteSignature = at(400, 'IncompleteSignature');

export const internalFailure = at(500, 'InternalFailure');

export const malformedInput = (message?: string) =>
  new StsError({ status: 400, code: 'MalformedInput', ...(message !== undefined && { message }) });
export const invalidClientTokenId = () =>
  at(403, 'InvalidClientTokenId')('The security token included in the request is invalid.');
export const expiredToken = () => at(403, 'ExpiredToken')('The security token included in the request is expired');
export const missingAuthenticationToken = () =>
  at(403, 'MissingAuthenticationToken')('Request is missing Authentication Token');

export const invalidAction = (action: string, version: string) =>
  new StsError({
    status: 400,
    code: 'InvalidAction',
    message: `Could not find operation ${action} for version ${version}`,
    fromDispatcher: true,
  });
