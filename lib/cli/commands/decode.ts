import { inOneLine } from '../../printable.ts';
import { isRecord } from '../../record.ts';
import { awsFailure } from '../aws-failure.ts';
import {
  argumentsIn,
  type Command,
  Denied,
  type ExitCode,
  exitCodes,
  type Io,
  inJson,
  textOf,
  UsageError,
} from '../command.ts';

const usage = `daypass decode MESSAGE [--json]

What an encoded authorization message says: who asked for what, whether something denied it or nothing allowed it, and the
condition keys of the request. AWS decodes it (sts:DecodeAuthorizationMessage), with the credentials of your AWS
configuration. MESSAGE may be @FILE, or - for standard input; the whole error around it will do.

Exit status: 0 decoded, 1 AWS refused, 2 it is no message, or AWS cannot be asked, 4 it could not be reached.
`;

const options = { json: { type: 'boolean' } } as const;

export const decode: Command = {
  name: 'decode',
  summary: 'reads an encoded authorization message',
  usage,
  options,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = argumentsIn(args, options, true);
  const [argument, ...more] = positionals;
  if (argument === undefined || more.length > 0)
    throw new UsageError('Bring one message, in quotes, or - for standard input.');
  const text = await textOf(argument, io);
  const [message] = /[\w+/=-]{40,}/.exec(text.split('message:').at(-1) ?? '') ?? [];
  if (message === undefined) throw new UsageError('There is no encoded authorization message in it.');
  const decoded = parsed(await decodedByAws(message, io));
  io.write(values.json ? inJson(decoded) : readable(decoded));
  return exitCodes.yes;
}

async function decodedByAws(message: string, io: Io): Promise<string> {
  try {
    return await (await io.sts()).decode(message);
  } catch (error) {
    throw awsFailure(error, 'AWS did not decode it');
  }
}

function parsed(text: string): Record<string, unknown> {
  const found: unknown = JSON.parse(text);
  if (!isRecord(found)) throw new Denied('AWS answered with something else than a message.');
  return found;
}

/** IAM's form of it: `allowed`, `explicitDeny`, `matchedStatements`, `context` with lists of `items`. */
function readable(decoded: Record<string, unknown>): string {
  const context = isRecord(decoded.context) ? decoded.context : {};
  const principal = isRecord(context.principal) ? context.principal : {};
  const statements = itemsOf(decoded.matchedStatements);
  const lines = [
    [
      'verdict',
      decoded.allowed ? 'allowed' : decoded.explicitDeny ? 'denied by a statement' : 'denied: nothing allows it',
    ],
    ['principal', principal.arn ?? principal.id],
    ['action', context.action],
    ['resource', context.resource],
    ...statements.map((each) => ['statement', [each.statementId, each.effect].filter(Boolean).join(' ')]),
    ...itemsOf(context.conditions).map(({ key, values }) => [
      String(key),
      itemsOf(values)
        .map(({ value }) => String(value))
        .join(', '),
    ]),
  ];
  const width = Math.max(...lines.map(([name]) => String(name).length)) + 2;
  return lines
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${String(name).padEnd(width)}${inOneLine(String(value))}\n`)
    .join('');
}

const itemsOf = (list: unknown): readonly Record<string, unknown>[] =>
  isRecord(list) && Array.isArray(list.items) ? list.items.filter(isRecord) : [];
