import { createHash, timingSafeEqual } from 'node:crypto';
import type { NamedAccount, WebhookHeaders, WebhookHint, WebhookReceiver } from '#identity-provider';
import { z } from 'zod';
import { EXTERNAL_ID_MAX_LENGTH, isText } from './limits.js';

/** Carries the secret that the webhook was made with. It proves who posts, and nothing about the body. @see PROVIDERS.md 2.8 */
const SECRET_HEADER = 'x-api-key';

const identifier = z.string().regex(/^[\x21-\x7e]{1,128}$/);

/** A key that could not be one of ours names nobody, and is no reason to drop the user's id. */
const externalId = z
  .string()
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  .refine((key) => isText(key, EXTERNAL_ID_MAX_LENGTH) && !/[\u0000-\u001f\u007f]/.test(key))
  .nullable()
  .catch(null);

const userSchema = z
  .object({ id: identifier, externalId })
  .transform(({ id, externalId: remoteKey }): NamedAccount => ({ accountId: id, remoteKey }));

/** What the description's own delete operation calls `user:delete`, its list of triggers calls `user:remove`. */
const removedSchema = z
  .object({
    id: identifier,
    type: z.enum(['user:remove', 'user:delete']),
    payload: z.object({ user: userSchema }),
  })
  .transform(({ id, payload }): WebhookHint => ({ eventId: id, type: 'removed', account: payload.user }));

const mergedSchema = z
  .object({
    id: identifier,
    type: z.literal('user:merge'),
    payload: z.object({ mergedUsers: z.object({ surviving: userSchema, discarded: userSchema }) }),
  })
  .refine(({ payload: { mergedUsers } }) => {
    return mergedUsers.surviving.accountId !== mergedUsers.discarded.accountId;
  })
  .transform(({ id, payload: { mergedUsers } }): WebhookHint => {
    const { discarded: account, surviving: survivor } = mergedUsers;
    return { eventId: id, type: 'merged', account, survivor };
  });

const eventSchema = z.union([removedSchema, mergedSchema]);
const postSchema = z.object({ app: z.object({ id: z.string() }), events: z.array(z.unknown()) });

/**
 * The webhook of one app: which users were removed, and which were merged away.
 * @see sunshine.openapi.yaml `x-webhooks`; PROVIDERS.md 2.8
 */
export class SunshineWebhook implements WebhookReceiver {
  private readonly digest: Buffer;

  constructor(
    private readonly appId: string,
    secret: string,
  ) {
    this.digest = digestOf(secret);
  }

  isAuthentic(headers: WebhookHeaders): boolean {
    const shown = headers[SECRET_HEADER];
    // Digests are of one length, and of what is not there as well: nothing about the secret shows in the time it takes.
    const isEqual = timingSafeEqual(digestOf(typeof shown === 'string' ? shown : ''), this.digest);
    return isEqual && typeof shown === 'string';
  }

  readHints(body: unknown): readonly WebhookHint[] {
    const post = postSchema.safeParse(body);
    if (!post.success || post.data.app.id !== this.appId) return [];
    return post.data.events.flatMap((event) => {
      const read = eventSchema.safeParse(event);
      return read.success ? [read.data] : [];
    });
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
