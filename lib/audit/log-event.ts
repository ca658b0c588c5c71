// What CloudWatch Logs hands to a function that subscribes to a log group.
// Source: Amazon CloudWatch Logs User Guide, "Using CloudWatch Logs subscription filters".

import { gunzipSync } from 'node:zlib';
import { isRecord } from '../record.ts';

/** Lambda takes at most 6 MB of an event; of lines like ours that is far less than this when it is unpacked. */
const longestBytes = 32 * 1024 * 1024;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The lines of the event, in their order. Throws a plain `Error` for what is no such event, or swells beyond measure. */
export function linesIn(event: unknown): readonly string[] {
  const awslogs = isRecord(event) ? event.awslogs : undefined;
  const data = isRecord(awslogs) ? awslogs.data : undefined;
  if (typeof data !== 'string' || !base64.test(data)) throw new Error('The event is none of CloudWatch Logs.');
  const batch = batchIn(data);
  // CloudWatch Logs asks now and then whether it is heard.
  if (batch.messageType === 'CONTROL_MESSAGE') return [];
  const { logEvents } = batch;
  if (batch.messageType !== 'DATA_MESSAGE' || !Array.isArray(logEvents)) {
    throw new Error('The event of CloudWatch Logs has no lines.');
  }
  return logEvents.map((each: unknown) => {
    const message = isRecord(each) ? each.message : undefined;
    if (typeof message !== 'string') throw new Error('A line of the event of CloudWatch Logs is no text.');
    return message;
  });
}

function batchIn(data: string): Readonly<Record<string, unknown>> {
  try {
    const text = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: longestBytes }).toString('utf8');
    const batch: unknown = JSON.parse(text);
    if (isRecord(batch)) return batch;
  } catch (cause) {
    throw new Error('The event of CloudWatch Logs cannot be unpacked.', { cause });
  }
  throw new Error('The event of CloudWatch Logs is no object.');
}
