import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Daypass, type DaypassProps } from './daypass.ts';
import { outputRoles } from './role-outputs.ts';

export interface DaypassStackProps extends StackProps, DaypassProps {}

/** Daypass in a stack of its own: composition only. */
export class DaypassStack extends Stack {
  constructor(scope: Construct, id: string, props: DaypassStackProps) {
    super(scope, id, { description: 'Daypass: turns a sign-in into temporary AWS credentials.', ...props });
    const daypass = new Daypass(this, 'Daypass', props);
    new CfnOutput(this, 'Url', { value: daypass.url, description: 'The address of the doors.' });
    if (daypass.url !== daypass.apiUrl) {
      new CfnOutput(this, 'ApiEndpoint', { value: daypass.apiUrl, description: 'Where your own domain must lead.' });
    }
    outputRoles(this, daypass.grantedRoles);
  }
}
