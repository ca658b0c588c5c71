// What someone else's CDK app imports: `import { Daypass } from 'daypass/cdk'`.

export { type Configuration, ConfigurationError } from '../config/configuration.ts';
export { loadConfiguration } from '../config/load-config.ts';
export { readConfigurationFile } from '../config/read-config-file.ts';
export { AccountRolesStack, type AccountRolesStackProps, otherAccounts } from './account-roles-stack.ts';
export { AccountStackSets, type AccountStackSetsProps } from './account-stack-sets.ts';
export { Daypass, type DaypassProps } from './daypass.ts';
export { DaypassStack, type DaypassStackProps } from './daypass-stack.ts';
export { GrantedRoles, type GrantedRolesProps } from './granted-roles.ts';
