/** Who can be signed in, as an identity provider of the local stack tells it. */
export interface People {
  readonly people: readonly string[];
}

/** Rejects with an `Error` that says what to do when nothing answers, or when nobody there has the name. */
export async function castAt<C extends People>(address: string, name: string, nothingAnswers: string): Promise<C> {
  const cast = await askedAt<C>(address, nothingAnswers);
  if (!cast.people.includes(name)) throw new Error(`Nobody is called "${name}". There are ${cast.people.join(', ')}.`);
  return cast;
}

async function askedAt<C>(address: string, nothingAnswers: string): Promise<C> {
  try {
    return (await (await fetch(`${address}/cast`)).json()) as C;
  } catch (cause) {
    throw new Error(`${nothingAnswers}; if it runs on other ports, set the same DAYPASS_PORT here.`, { cause });
  }
}
