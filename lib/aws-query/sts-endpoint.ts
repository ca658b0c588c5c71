// AWS General Reference, "AWS STS endpoints".

/** AWS partitions and the domain of their endpoints. */
const domains: Readonly<Record<string, string>> = {
  aws: 'amazonaws.com',
  'aws-us-gov': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

/** The regional endpoint, without a path. */
export const stsEndpoint = (region: string, partition: string) =>
  `https://sts.${region}.${domains[partition] ?? 'amazonaws.com'}`;

/** How the names of Regions begin outside the partition `aws`; the longest first. */
const partitions: readonly (readonly [start: string, partition: string])[] = [
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['cn-', 'aws-cn'],
];

export const partitionOf = (region: string) => partitions.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
