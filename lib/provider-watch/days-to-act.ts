/** Before the end of a certificate: from when on it is told, and from when on it presses. */
export const daysToAct = { soon: 30, pressing: 7 } as const;
