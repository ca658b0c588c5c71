// GET /saml/metadata: what identity providers must know of us (SAML Metadata, Appendix A).

import type { Dialect } from './dialect.ts';
import { refuseOnPage } from './page.ts';

export const metadata: Dialect<undefined, string> = {
  read: () => undefined,
  answer: (xml) => ({
    status: 200,
    headers: { 'content-type': 'application/samlmetadata+xml', 'cache-control': 'public, max-age=300' },
    body: xml,
  }),
  refuse: (no, requestId) => refuseOnPage(no, requestId),
};
