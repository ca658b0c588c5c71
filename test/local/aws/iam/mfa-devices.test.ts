import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteUserCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListMFADevicesCommand,
  ListVirtualMFADevicesCommand,
} from '@aws-sdk/client-iam';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { stepOf } from '../../../../lib/local/aws/sts/mfa.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { anAccount } from '../../../kit/sts.ts';
import { anIamService, iamError } from './kit.ts';

const SerialNumber = `arn:aws:iam::${anAccount}:mfa/phone`;

/** An IAM with ali, bob and a device of nobody. */
async function withDevice() {
  const service = await anIamService();
  const { client, user } = service;
  user({ name: 'ali' });
  user({ name: 'bob' });
  const { VirtualMFADevice } = await client.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' }));
  const seed = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? '').toString('utf8');
  const totp = new TOTP({ secret: Secret.fromBase32(seed) });
  const code = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 });
  const enable = (UserName: string, first = code(-2), second = code(-1)) =>
    client.send(
      new EnableMFADeviceCommand({ UserName, SerialNumber, AuthenticationCode1: first, AuthenticationCode2: second }),
    );
  const devicesOf = async (UserName: string) =>
    ((await client.send(new ListMFADevicesCommand({ UserName }))).MFADevices ?? []).map((each) => each.SerialNumber);
  return { ...service, VirtualMFADevice, seed, code, enable, devicesOf };
}

describe('a virtual device', () => {
  test('has a serial number, which is its ARN, and a seed in Base32', async () => {
    const { VirtualMFADevice, seed } = await withDevice();
    expect(VirtualMFADevice?.SerialNumber).toBe(SerialNumber);
    expect(seed).toMatch(/^[A-Z2-7]{64}$/);
  });

  test('is one for each name', async () => {
    const { client } = await withDevice();
    await expect(
      client.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' })),
    ).rejects.toMatchObject(iamError('EntityAlreadyExistsException', 409));
  });

  test('becomes a user’s with two codes that follow each other', async () => {
    const { client, enable, devicesOf } = await withDevice();
    await enable('ali');
    expect([await devicesOf('ali'), await devicesOf('bob')]).toEqual([[SerialNumber], []]);
    const { VirtualMFADevices = [] } = await client.send(new ListVirtualMFADevicesCommand({}));
    expect(VirtualMFADevices).toMatchObject([
      { SerialNumber, User: { UserName: 'ali' }, EnableDate: expect.any(Date) },
    ]);
  });

  test.each([
    ['the same code twice', -1, -1],
    ['codes in the wrong order', -1, -2],
    ['codes with one between them', -3, -1],
    ['codes of another hour', -122, -121],
  ])('does not with %s', async (_, first, second) => {
    const { code, enable, devicesOf } = await withDevice();
    await expect(enable('ali', code(first), code(second))).rejects.toMatchObject(
      iamError('InvalidAuthenticationCodeException', 403),
    );
    expect(await devicesOf('ali')).toEqual([]);
  });

  test('is one user’s only', async () => {
    const { enable, devicesOf } = await withDevice();
    await enable('ali');
    await expect(enable('bob')).rejects.toMatchObject(iamError('EntityAlreadyExistsException', 409));
    expect(await devicesOf('bob')).toEqual([]);
  });

  test('is taken from its user only', async () => {
    const { client, enable, devicesOf } = await withDevice();
    await enable('ali');
    const take = (UserName: string) => client.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
    await expect(take('bob')).rejects.toMatchObject(iamError('NoSuchEntityException', 404));
    await take('ali');
    expect(await devicesOf('ali')).toEqual([]);
  });

  test('keeps itself and its user while it is in use', async () => {
    const { client, enable, user } = await withDevice();
    const { user: carol } = user({ name: 'carol' });
    carol.keys.clear();
    carol.inline.clear();
    await enable('carol');
    const deleteDevice = () => client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
    const deleteUser = () => client.send(new DeleteUserCommand({ UserName: 'carol' }));
    await expect(deleteDevice()).rejects.toMatchObject(iamError('DeleteConflictException', 409));
    await expect(deleteUser()).rejects.toMatchObject(
      iamError('DeleteConflictException', 409, 'Cannot delete entity, must delete MFA device first.'),
    );
    await client.send(new DeactivateMFADeviceCommand({ UserName: 'carol', SerialNumber }));
    await deleteDevice();
    await deleteUser();
  });

  test('that is not there is not enabled', async () => {
    const { client } = await withDevice();
    const command = new EnableMFADeviceCommand({
      UserName: 'ali',
      SerialNumber: `${SerialNumber}-not`,
      AuthenticationCode1: '123456',
      AuthenticationCode2: '654321',
    });
    await expect(client.send(command)).rejects.toMatchObject(iamError('NoSuchEntityException', 404));
  });
});

describe('a code', () => {
  const secret = new Secret({ size: 20 });
  const totp = new TOTP({ secret });
  const step = Math.floor(aMoment.getTime() / 30_000);
  const device = (lastStep: number) => ({
    serial: SerialNumber,
    base32Seed: secret.base32,
    user: undefined,
    enabled: undefined,
    lastStep,
  });
  const codeOf = (delta: number) => totp.generate({ timestamp: aMoment.getTime() + delta * 30_000 });

  test.each([
    ['of now', 0, -1, 0],
    ['of the step before', -1, -1, -1],
    ['of the step after', 1, -1, 1],
    ['of two steps before', -2, -1, undefined],
    ['of two steps after', 2, -1, undefined],
    ['that was taken', 0, step, undefined],
    ['from before the one that was taken', -1, step, undefined],
    ['from after the one that was taken', 1, step, 1],
  ])('%s', (_, delta, lastStep, taken) => {
    expect(stepOf(codeOf(delta), device(lastStep), aMoment)).toBe(taken === undefined ? undefined : step + taken);
  });
});
