import { type Network, type NetworkAnswer, NetworkError, type NetworkRequest } from '../../lib/network/network.ts';

/** An answer: JSON for a value, or what a function makes of the request. */
export type Answers = Readonly<
  Record<string, unknown | ((request: NetworkRequest) => NetworkAnswer | Promise<NetworkAnswer>)>
>;

/** A network that knows these addresses and remembers what was asked; anything else cannot be reached. */
export function aNetwork(answers: Answers): Network & { readonly requests: string[] } {
  const byUrl = new Map(Object.entries(answers));
  const requests: string[] = [];
  return {
    requests,
    async send(request) {
      requests.push(request.url);
      const answer = byUrl.get(request.url);
      if (answer === undefined) throw new NetworkError(`${new URL(request.url).host} could not be reached`);
      if (typeof answer === 'function') return answer(request);
      return { status: 200, body: typeof answer === 'string' ? answer : JSON.stringify(answer) };
    },
  };
}
