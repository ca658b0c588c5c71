// STS's Query parameters, and the sentences with which it refuses them.

import { malformedInput, validationError } from './aws-error.ts';

/** The first value of a name counts, unknown names do not: that is how AWS reads them. */
export interface Parameters {
  get(name: string): string | undefined;
  /** The values of `{list}.member.1{rest}`, `{list}.member.2{rest}`, … in the order of their numbers. */
  members(list: string): readonly Parameters[];
}

export function parametersOf(form: URLSearchParams, prefix = ''): Parameters {
  return {
    get: (name) => form.get(name === '' ? prefix.replace(/\.$/, '') : prefix + name) ?? undefined,
    members(list) {
      const start = `${prefix}${list}.member.`;
      const numbers = new Set(
        [...form.keys()].flatMap((name) =>
          name.startsWith(start) ? [/^\d{1,6}/.exec(name.slice(start.length))?.[0]] : [],
        ),
      );
      return [...numbers]
        .filter((number) => number !== undefined)
        .sort((a, b) => Number(a) - Number(b))
        .map((number) => parametersOf(form, `${start}${number}.`));
    },
  };
}

export interface TextRule {
  readonly required?: boolean;
  /** In Unicode scalar values. */
  readonly shortest: number;
  /** Without one there is no limit. */
  readonly longest?: number;
  /** AWS never repeats what its model calls sensitive. */
  readonly secret?: boolean;
  /** AWS quotes it in its message. */
  readonly pattern?: { readonly text: string; readonly form: RegExp };
}

/** The characters of names: RoleSessionName, SourceIdentity. */
export const nameCharacters = { text: '[\\w+=,.@-]*', form: /^[\w+=,.@-]*$/ };
/** The characters of tags: a key has one at least, a value may be empty. */
export const tagKeyCharacters = {
  text: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+',
  form: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u,
};
export const tagValueCharacters = {
  text: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
  form: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
};
/** The characters of ARNs. */
export const arnCharacters = {
  text: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tab, line feed and carriage return are what AWS allows.
  form: /^[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD]+$/,
};
/** What policies are written in. */
export const policyCharacters = {
  text: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: tab, line feed and carriage return are what AWS allows.
  form: /^[\u0009\u000A\u000D\u0020-\u00FF]+$/,
};

/** Collects every violation and throws them as one ValidationError, as AWS does. */
export class ParameterReader {
  private readonly parameters: Parameters;
  private readonly violations: string[];
  /** What a violation's field begins with: `tags.1.member.`. */
  private readonly within: string;

  constructor(parameters: Parameters, violations: string[] = [], within = '') {
    this.parameters = parameters;
    this.violations = violations;
    this.within = within;
  }

  /** A reader for each member of a list; what they find goes with the rest. */
  members(list: string, most: number): readonly ParameterReader[] {
    const members = this.parameters.members(list);
    if (members.length > most) {
      this.violate(list, "Value '[list]'", `Member must have length less than or equal to ${most}`);
    }
    const field = list.charAt(0).toLowerCase() + list.slice(1);
    return members.map((each, index) => new ParameterReader(each, this.violations, `${field}.${index + 1}.member.`));
  }

  /** The texts of a list. */
  texts(list: string, rule: TextRule & { readonly most: number }): readonly string[] {
    return this.members(list, rule.most).map((each) => each.text('', { ...rule, required: true }) ?? '');
  }

  text(name: string, { required = false, secret, shortest, longest, pattern }: TextRule): string | undefined {
    const given = this.parameters.get(name);
    if (given === undefined) {
      if (required) this.violate(name, 'Value null', 'Member must not be null');
      return undefined;
    }
    const length = [...given].length;
    const value = secret ? 'Value' : `Value '${given}'`;
    if (pattern && !pattern.form.test(given)) {
      this.violate(name, value, `Member must satisfy regular expression pattern: ${pattern.text}`);
    }
    if (length < shortest) this.violate(name, value, `Member must have length greater than or equal to ${shortest}`);
    if (longest !== undefined && length > longest) {
      this.violate(name, value, `Member must have length less than or equal to ${longest}`);
    }
    return given;
  }

  /** A signed 32-bit decimal. What is none is MalformedInput at once. */
  integer(name: string, { least, most }: { readonly least: number; readonly most: number }): number | undefined {
    const written = this.parameters.get(name);
    if (written === undefined) return undefined;
    if (written === '') throw malformedInput('missing value for decimal type');
    const value = Number(written);
    if (!/^[+-]?\d+$/.test(written) || value > 2_147_483_647 || value < -2_147_483_648) throw malformedInput();
    const quoted = `Value '${value}'`;
    if (value < least) this.violate(name, quoted, `Member must have value greater than or equal to ${least}`);
    if (value > most) this.violate(name, quoted, `Member must have value less than or equal to ${most}`);
    return value;
  }

  /** Throws when anything was wrong. */
  finish(): void {
    const count = this.violations.length;
    if (count === 0) return;
    throw validationError(`${count} validation error${count === 1 ? '' : 's'} detected: ${this.violations.join('; ')}`);
  }

  private violate(name: string, quoted: string, constraint: string): void {
    const field = (this.within + name.charAt(0).toLowerCase() + name.slice(1))
      .replace(/\.$/, '')
      .replace(/\.member$/, '');
    this.violations.push(`${quoted} at '${field}' failed to satisfy constraint: ${constraint}`);
  }
}
