import { expect, it } from '@jest/globals';

/** How one method of a client is exercised. */
export interface Story<Client> {
  /** What the method does, as the rest of a sentence that begins with its name. */
  readonly tells: string;
  readonly run: (client: Client) => Promise<void>;
}

/** A part of a vendor's client, and a story for each of its methods. */
export interface MethodStories<Client extends object> {
  readonly of: { readonly prototype: Client };
  /** Asked anew for each story. */
  readonly client: () => Client;
  readonly stories: Readonly<Record<string, Story<Client>>>;
}

/**
 * Makes each story a test, and a further test fail when the client has a method without a story: a newer client that
 * can do more says so here. A story that never calls its method fails too.
 */
export function describeMethods<Client extends object>(parts: MethodStories<Client>): void {
  const { of, client, stories } = parts;

  it('has a story for each of its methods', () => {
    expect(Object.keys(stories).sort()).toEqual(methodsOf(of.prototype).sort());
  });

  it.each(Object.entries(stories).map(([method, story]) => ({ method, ...story })))(
    '$method $tells',
    async ({ method, run }) => {
      const called = new Set<string>();
      await run(recording(client(), called));
      expect([...called]).toContain(method);
    },
  );
}

function methodsOf(prototype: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name);
}

/** The client itself, except that the names of the methods called on it are noted. */
function recording<Client extends object>(client: Client, called: Set<string>): Client {
  return new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (typeof name === 'string') called.add(name);
      return member.bind(target) as unknown; // `bind` of a function that is only known to be one
    },
  });
}
