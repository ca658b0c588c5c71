// npm run -s assertion -- alice: signs a person in at the local SAML identity provider and prints the response.

import { localEnvironment } from '../lib/environment.ts';
import { printAssertion } from '../lib/local/saml-idp/print-assertion.ts';
import { messageOf } from '../lib/message-of.ts';

const print = async () => printAssertion(process.argv.slice(2), localEnvironment().port);

print().then(
  (samlResponse) => void process.stdout.write(`${samlResponse}\n`),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
