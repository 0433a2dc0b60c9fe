import { z } from 'zod';
import { ChangeRefused, mergePatch, type AccountChange, type HeldAccount } from '../frame/index.js';
import type { Activity } from './activity.js';
import { readPlantedFields } from './body.js';
import type { Directory } from './directory.js';
import { Refusal } from './refusal.js';
import { isServiceAccount } from './service-account.js';
import { toWireUser, type User } from './user.js';

/** What can be planted beside the writable fields. */
const plantedShape = z.looseObject({
  id: z.uuid().optional(),
  username: z.string().optional(),
  hasPasskeys: z.boolean().optional(),
  createdAt: z.iso.datetime().optional(),
  lastAuthenticated: z.iso.datetime().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  state: z.enum(['live', 'softDeleted']).optional(),
});

/** The user as the control API shows it: as at the wire, with its tags and its state. */
function toHeldUser(user: User): HeldAccount {
  const state = user.deletedAt === undefined ? 'live' : 'softDeleted';
  return { ...toWireUser(user), tags: user.tags, state };
}

/** Every user but the service account, with what each was asked for, newest first. */
export function* heldUsers(directory: Directory, activity: Activity): Generator<HeldAccount> {
  for (const user of directory.users.values()) {
    if (isServiceAccount(user)) continue;
    yield { ...toHeldUser(user), transactions: activity.transactions(user.id, '') };
  }
}

/** Makes one change behind the API's back. Emails may collide: that is a state the world can be in. */
export function plantUser(change: AccountChange, directory: Directory, now: () => number): void {
  switch (change.op) {
    case 'put':
      directory.put(planted(change.account, directory, now));
      return;
    case 'patch': {
      const merged = mergePatch(toHeldUser(requireUser(directory, change.id)), change.account);
      // A merge patch of two objects is an object.
      directory.put(planted(merged as Record<string, unknown>, directory, now));
      return;
    }
    case 'remove':
      directory.remove(requireUser(directory, change.id).id);
      return;
    case 'softDelete':
      directory.put({ ...requireUser(directory, change.id), deletedAt: now() });
      return;
    case 'restore':
      directory.put({ ...requireUser(directory, change.id), deletedAt: undefined });
      return;
    case 'suspend':
    case 'activate':
      throw new ChangeRefused(
        `sendauth has no ${change.op}; allowed are put, patch, remove, softDelete, restore`,
      );
  }
}

function planted(account: Readonly<Record<string, unknown>>, directory: Directory, now: () => number): User {
  const checked = plantedShape.safeParse(account);
  if (!checked.success) throw new ChangeRefused(`not a user: ${z.prettifyError(checked.error)}`);
  const fields = readPlantedFields(account);
  const draft = fields instanceof Refusal ? fields : directory.draft(fields);
  if (draft instanceof Refusal)
    throw new ChangeRefused(`not a user: ${draft.content.field ?? ''} ${draft.content.error}`);
  const { id, username, hasPasskeys, createdAt, lastAuthenticated, tags, state } = checked.data;
  const given = { id, username, hasPasskeys, createdAt, lastAuthenticated, tags };
  const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const deletedAt = state === 'softDeleted' ? (directory.users.get(id ?? '')?.deletedAt ?? now()) : undefined;
  return { ...draft, ...sent, deletedAt };
}

function requireUser(directory: Directory, id: string): User {
  const user = directory.users.get(id);
  if (user === undefined || isServiceAccount(user))
    throw new ChangeRefused('sendauth holds no user with this id');
  return user;
}
