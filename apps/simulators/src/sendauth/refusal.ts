import type { SimulatedAnswer } from '../frame/index.js';

/** The operation is refused with a status; how the body looks is decided where it is answered. */
export class Refusal {
  constructor(
    readonly status: number,
    /** In the shape of schema `Error` or `ValidationError`. */
    readonly content: { readonly error: string; readonly field?: string; readonly value?: string },
  ) {}

  /**
   * No response of the description references an error schema, so bodies may be JSON, plain text or nothing.
   * @see PROVIDERS.md 4.4
   */
  toAnswer(spelling: 'json' | 'text' | 'empty'): SimulatedAnswer {
    const { status } = this;
    switch (spelling) {
      case 'json':
        return { status, body: this.content };
      case 'text':
        return { status, text: this.content.error };
      case 'empty':
        return { status };
    }
  }
}

export const UNAUTHORIZED = new Refusal(401, { error: 'Unauthorized' });
export const NOT_FOUND = new Refusal(404, { error: 'Not found' });
export const METHOD_NOT_ALLOWED = new Refusal(405, { error: 'Method not allowed' });
export const OWN_ACCOUNT = new Refusal(403, { error: 'Cannot delete own account' });
export const INSUFFICIENT_PERMISSIONS = new Refusal(403, { error: 'Insufficient permissions' });
export const ALREADY_EXISTS = new Refusal(422, { error: 'User already exists' });
export const HAS_PASSKEYS = new Refusal(406, { error: 'User already has passkeys' });
export const NO_PASSKEYS = new Refusal(406, { error: 'User has no passkeys' });
export const MALFORMED = new Refusal(400, { error: 'Bad request' });

/** 422 as schema `ValidationError` has it: with the refused value, which a client must not log. */
export function invalidField(field: string, error: string, value?: unknown): Refusal {
  return new Refusal(422, {
    error,
    field,
    ...(typeof value === 'string' ? { value } : {}),
  });
}
