import { z } from 'zod';

const uuid = z.uuid();

/** Whether a text of a path can be an id at all; what cannot is answered as an id that nothing has. */
export function isId(text: string): boolean {
  return uuid.safeParse(text).success;
}
