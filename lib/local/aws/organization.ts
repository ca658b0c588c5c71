// The organisation that all accounts of this machine are in, and its Regions.
// Source: AWS Account Management Reference, "Regions that are disabled by default".

/** The `aws:PrincipalOrgID` of every signed request. */
export const organizationId = 'o-daypass0001';

/** The role that AWS Organizations leaves in every account that it makes. */
export const organizationRole = 'OrganizationAccountAccessRole';

const optInRegions: readonly string[] = [
  ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5'],
  ...['ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-1', 'eu-south-2', 'il-central-1'],
  ...['me-central-1', 'me-south-1', 'mx-central-1'],
];

export const isOptIn = (region: string) => optInRegions.includes(region);
