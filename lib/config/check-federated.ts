// What the grants that federate have of the one IAM user together.

import { grantTag } from '../session/session-tags.ts';
import type { GrantSettings, Report } from './configuration.ts';
import { federatedPermissions } from './federated-permissions.ts';

/** IAM: a user has ten managed policies, one for each grant and one to ask with. */
const mostFederated = 9;
/** IAM: of a managed policy, spaces not counted. */
const longestManagedPolicy = 6144;

export function checkFederated(grants: ReadonlyMap<string, GrantSettings>, report: Report): void {
  const federated = [...grants.values()].filter(({ role }) => role.kind === 'federated');
  for (const { name } of federated.slice(mostFederated)) {
    report(
      `grants.${name}.way`,
      `is one federation-token too many: an IAM user has the permissions of ${mostFederated} grants`,
    );
  }
  for (const { name, role } of federated) {
    if (role.kind !== 'federated') continue;
    const path = `grants.${name}.role.permissions`;
    const { length } = JSON.stringify(federatedPermissions(name, role.permissions));
    if (length > longestManagedPolicy) {
      report(
        path,
        `make a policy of ${length} characters; IAM takes ${longestManagedPolicy}: name more resources in a statement`,
      );
    }
    const keys = role.permissions.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys));
    if (keys.some((key) => key.toLowerCase() === `aws:principaltag/${grantTag}`)) {
      report(path, `speak of aws:PrincipalTag/${grantTag}, which Daypass asks for itself`);
    }
  }
}
