import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { linesIn } from '../../lib/audit/log-event.ts';

const packed = (batch: unknown) => ({ awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } });
const aBatch = (messages: readonly unknown[], messageType = 'DATA_MESSAGE') => ({
  messageType,
  owner: '111122223333',
  logGroup: 'door',
  logStream: '2026/06/01/[$LATEST]abc',
  subscriptionFilters: ['filter'],
  logEvents: messages.map((message, index) => ({ id: String(index), timestamp: 1, message })),
});

describe('an event of CloudWatch Logs', () => {
  test('has lines, in their order', () => {
    expect(linesIn(packed(aBatch(['one', 'two\n'])))).toEqual(['one', 'two\n']);
  });

  test('that only asks whether it is heard has none', () => {
    expect(linesIn(packed(aBatch(['CWL CONTROL MESSAGE: Checking health'], 'CONTROL_MESSAGE')))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'awslogs'],
    ['an empty object', {}],
    ['data that is no text', { awslogs: { data: 1 } }],
    ['data that is no base64', { awslogs: { data: 'a b' } }],
    ['data that is not packed', { awslogs: { data: Buffer.from('{}').toString('base64') } }],
    ['data that is cut', { awslogs: { data: packed(aBatch(['one'])).awslogs.data.slice(0, 40) } }],
    ['no JSON', { awslogs: { data: gzipSync('{').toString('base64') } }],
    ['a list', packed([])],
    ['another kind of message', packed(aBatch(['one'], 'OTHER'))],
    ['no lines', packed({ messageType: 'DATA_MESSAGE' })],
    ['a line that is no text', packed(aBatch([1]))],
    ['a line that is no object', packed({ messageType: 'DATA_MESSAGE', logEvents: ['one'] })],
  ])('is not %s', (_, event) => {
    expect(() => linesIn(event)).toThrow(/^(The|A line of the) event/);
  });

  test('that swells when it is unpacked is refused, and costs little', () => {
    const bomb = { awslogs: { data: gzipSync(Buffer.alloc(200 * 1024 * 1024)).toString('base64') } };
    const before = process.memoryUsage().rss;
    expect(() => linesIn(bomb)).toThrow('cannot be unpacked');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});
