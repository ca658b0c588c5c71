// The parts of an ARN. Source: AWS General Reference, "Amazon Resource Names (ARNs)".

/** Empty where it names none. */
export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/** Empty where it names none. */
export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';
