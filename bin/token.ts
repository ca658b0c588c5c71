// npm run -s token -- alice: signs a person in at the local identity provider and prints the ID token.

import { localEnvironment } from '../lib/environment.ts';
import { printToken } from '../lib/local/idp/print-token.ts';
import { messageOf } from '../lib/message-of.ts';

const print = async () => printToken(process.argv.slice(2), localEnvironment().port);

print().then(
  (idToken) => void process.stdout.write(`${idToken}\n`),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
