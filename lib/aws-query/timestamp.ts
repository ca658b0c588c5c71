/** ISO 8601 in UTC to the second, as AWS writes times. */
export const timestamp = (date: Date) => date.toISOString().replace(/\.\d+/, '');
