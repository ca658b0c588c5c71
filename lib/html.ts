// The few lines of HTML that pages need, escaping included. No page has a script.

import { createHash } from 'node:crypto';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes. */
export const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color: #16202c; background: #fff; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 0; }
  button, a.button { display: block; width: 100%; box-sizing: border-box; margin: .5rem 0; padding: .7rem 1rem; text-align: left;
    font: inherit; color: inherit; text-decoration: none; background: #f3f6f9; border: 1px solid #8a99ab; border-radius: .5rem; cursor: pointer; }
  button:hover, a.button:hover { background: #e6edf4; }
  section { margin: 1rem 0; padding: 1rem; border: 1px solid #c9d3de; border-radius: .5rem; }
  section .choices { display: flex; gap: .5rem; } button.plain { width: auto; }
  small, dt { color: #56657a; } code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; padding: 1rem; background: #f3f6f9; border-radius: .5rem; user-select: all; }
  textarea { width: 100%; box-sizing: border-box; height: 16rem; font: 13px/1.4 ui-monospace, monospace; }
  [role=alert] { padding: 1rem; border-left: 4px solid #b3261e; background: #fbeeed; }
`;

/** What a content security policy must allow: this very style sheet, by its digest. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** `content` is HTML: whoever writes it has escaped what is not. */
export const pageOf = (title: string, content: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${style}</style></head><body><main><h1>${escaped(title)}</h1>
${content}
</main></body></html>
`;
