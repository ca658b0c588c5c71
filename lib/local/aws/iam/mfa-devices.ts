// Virtual MFA devices: a seed, and after two of its codes a user's second factor.

import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import {
  deleteConflict,
  entityAlreadyExists,
  invalidAuthenticationCode,
  noSuchEntity,
} from '../../../aws-query/aws-error.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import {
  type IamActions,
  type IamCall,
  isAboutRoot,
  nameIn,
  onAll,
  onUser,
  pathIn,
  required,
  userIn,
  whole,
} from './action.ts';
import type { Account, MfaDevice } from './iam.ts';

const seedBytes = 40;

const newSerial = (call: IamCall) =>
  `arn:aws:iam::${call.account.id}:mfa${pathIn(call)}${nameIn(call, 'VirtualMFADeviceName')}`;

function deviceIn(call: IamCall): MfaDevice {
  const serial = required(call, 'SerialNumber', { shortest: 9, longest: 256 });
  const found = call.account.mfaDevices.get(serial);
  if (!found) throw noSuchEntity(`VirtualMFADevice with serial number ${serial} does not exist.`);
  return found;
}

const userNameOf = ({ users }: Account, id: string | undefined) =>
  [...users.values()].find((user) => user.id === id)?.name;

const code = { shortest: 6, longest: 6, pattern: { text: '[\\d]+', form: /^\d+$/ } };

export const mfaActions: IamActions = {
  CreateVirtualMFADevice: {
    on: newSerial,
    run(call) {
      const serial = newSerial(call);
      if (call.account.mfaDevices.has(serial)) {
        throw entityAlreadyExists('MFADevice entity at the same path and name already exists.');
      }
      const secret = new Secret({ buffer: new Uint8Array(randomBytes(seedBytes)).buffer });
      const device: MfaDevice = {
        serial,
        base32Seed: secret.base32,
        user: undefined,
        enabled: undefined,
        lastStep: -1,
      };
      call.account.mfaDevices.set(serial, device);
      return { VirtualMFADevice: { SerialNumber: serial, Base32StringSeed: inBase64(device.base32Seed) } };
    },
  },
  EnableMFADevice: {
    on: onUser,
    run(call) {
      const user = userIn(call);
      const device = deviceIn(call);
      if (device.user !== undefined) throw entityAlreadyExists('MFA Device is already in use.');
      const [first, second] = ['AuthenticationCode1', 'AuthenticationCode2'].map((name) => required(call, name, code));
      device.lastStep = secondStepOf(first ?? '', second ?? '', device, call.now);
      device.user = user.id;
      device.enabled = call.now;
      return undefined;
    },
  },
  DeactivateMFADevice: {
    on: onUser,
    run(call) {
      const user = userIn(call);
      const device = deviceIn(call);
      if (device.user !== user.id) {
        throw noSuchEntity(`MFA Device invalid for user: Device with serial number ${device.serial}.`);
      }
      device.user = undefined;
      device.enabled = undefined;
      return undefined;
    },
  },
  DeleteVirtualMFADevice: {
    on: (call) => required(call, 'SerialNumber', { shortest: 9, longest: 256 }),
    run(call) {
      const device = deviceIn(call);
      if (device.user !== undefined) throw deleteConflict('MFA Device must be deactivated before it is deleted.');
      call.account.mfaDevices.delete(device.serial);
      return undefined;
    },
  },
  ListMFADevices: {
    on: onUser,
    run(call) {
      if (isAboutRoot(call)) return whole('MFADevices', []);
      const user = userIn(call);
      const theirs = [...call.account.mfaDevices.values()].filter((device) => device.user === user.id);
      return whole(
        'MFADevices',
        theirs.map(({ serial, enabled }) => ({
          UserName: user.name,
          SerialNumber: serial,
          EnableDate: enabled && timestamp(enabled),
        })),
      );
    },
  },
  ListVirtualMFADevices: {
    on: onAll('mfa'),
    run: ({ account }) =>
      whole(
        'VirtualMFADevices',
        [...account.mfaDevices.values()].map(({ serial, user, enabled }) => ({
          SerialNumber: serial,
          User: user === undefined ? undefined : { UserName: userNameOf(account, user), UserId: user },
          EnableDate: enabled && timestamp(enabled),
        })),
      ),
  },
};

/** The wire has the seed as a blob: its Base32 text in Base64. */
const inBase64 = (text: string) => Buffer.from(text).toString('base64');

const stepSeconds = 30;
/** How far apart the clocks of device and IAM may be when they meet. */
const window = 10;

/** The time step of the second code, which must follow the first. Throws an `AwsError`. */
function secondStepOf(first: string, second: string, device: MfaDevice, now: Date): number {
  const totp = new TOTP({ secret: Secret.fromBase32(device.base32Seed), period: stepSeconds });
  for (let delta = -window; delta <= window; delta++) {
    const at = now.getTime() + delta * stepSeconds * 1000;
    const next = at + stepSeconds * 1000;
    if (totp.generate({ timestamp: at }) === first && totp.generate({ timestamp: next }) === second) {
      return Math.floor(next / 1000 / stepSeconds);
    }
  }
  throw invalidAuthenticationCode(`Authentication code for device is not valid.`);
}
