// The cast of the local identity providers: who exists, and what their providers say of them.

export interface Person {
  readonly name: string;
  readonly about: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const tags = (principalTags: Readonly<Record<string, readonly string[]>>) => ({
  'https://aws.amazon.com/tags': { principal_tags: principalTags, transitive_tag_keys: [] },
});

export const people: readonly Person[] = [
  {
    name: 'alice',
    about: 'editor of tenant blue',
    claims: {
      email: 'alice@acme.example',
      email_verified: true,
      tenant_id: 'blue',
      groups: ['editors-blue'],
      ...tags({ tenant: ['blue'], role: ['editor'] }),
    },
  },
  {
    name: 'bob',
    about: 'viewer of tenant yellow',
    claims: {
      email: 'bob@acme.example',
      email_verified: true,
      tenant_id: 'yellow',
      groups: ['viewers-yellow'],
      ...tags({ tenant: ['yellow'], role: ['viewer'] }),
    },
  },
  {
    name: 'mallory',
    about: 'in no group',
    claims: { email: 'mallory@elsewhere.example', email_verified: true, groups: [] },
  },
];
