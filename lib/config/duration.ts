const written = /^(\d{1,6})(s|m|h)?$/;
const secondsIn = { s: 1, m: 60, h: 3600 } as const;

/** `4h`, `90m`, `3600s` or plain seconds; `undefined` for anything else. */
export function parseDuration(value: string | number): number | undefined {
  const [, amount, unit = 's'] = written.exec(String(value)) ?? [];
  return amount === undefined ? undefined : Number(amount) * secondsIn[unit as keyof typeof secondsIn];
}
