import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.js';

const SHAPE = /^([0-9a-f-]{36})\.([\w-]{22})$/;
const MAC_BYTES = 16;

/** Signs and reads cursors, so that one is only good for the listing it came from. */
export class Cursors {
  private readonly key: Buffer;

  constructor(hashKey: Buffer) {
    // A key of its own: what is signed here must not pass for anything else that the deployment's key signs.
    this.key = createHmac('sha256', hashKey).update('rollcall cursors').digest();
  }

  /**
   * The cursor of the next page; `null` behind the last one.
   * @param listing what the cursor belongs to: the filters, spelt always the same way
   */
  sign(id: string | null, listing: string): string | null {
    if (id === null) return null;
    return `${id}.${this.mac(id, listing).toString('base64url')}`;
  }

  /**
   * The id behind a cursor; `undefined` at the beginning, where there is none.
   * @throws Problem when it was not made here, or for another listing
   */
  read(cursor: string | undefined, listing: string): string | undefined {
    if (cursor === undefined) return undefined;
    const [, id, mac] = SHAPE.exec(cursor) ?? [];
    if (id !== undefined && mac !== undefined) {
      const given = Buffer.from(mac, 'base64url');
      if (given.length === MAC_BYTES && timingSafeEqual(given, this.mac(id, listing))) return id;
    }
    const rule = 'is not a cursor of this listing; start again without it';
    throw new Problem(400, 'invalid_request', {
      detail: `cursor ${rule}`,
      errors: [{ field: 'cursor', code: 'invalid_value', rule }],
    });
  }

  private mac(id: string, listing: string): Buffer {
    return createHmac('sha256', this.key).update(`${id}\n${listing}`).digest().subarray(0, MAC_BYTES);
  }
}
