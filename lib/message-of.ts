/** What an error says, also when something else was thrown. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
