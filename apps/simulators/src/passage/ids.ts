import type { SimulatorContext } from '../frame/index.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 24;

/** A new user id: 24 characters, base62. */
export function newId(context: SimulatorContext): string {
  let id = '';
  while (id.length < ID_LENGTH) id += BASE62.charAt(Math.floor(context.random() * BASE62.length));
  return id;
}
