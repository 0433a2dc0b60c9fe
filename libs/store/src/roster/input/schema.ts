import { z } from 'zod';
import type { CustomAttributeValue, UserAttributes } from '#domain';
import { findAvatarUrlFault } from './avatar-url.js';
import { findEmailFault } from './email.js';
import { findAttributeFaults, findTagFaults, type MapFault } from './maps.js';
import { findPhoneFault } from './phone.js';
import { checkedText, findExternalKeyFault, findLocaleFault, findNameFault, type FindFault } from './text.js';

const LEAVE_EMPTY = 'send null to leave it empty';

function text(
  find: FindFault,
  meta: { readonly maxLength: number; readonly description: string },
  blank = LEAVE_EMPTY,
) {
  const check = checkedText(find, blank);
  return z
    .string()
    .check((context) => {
      const message = check(context.value);
      if (message !== null) context.issues.push({ code: 'custom', message, input: context.value });
    })
    .meta({ minLength: 1, ...meta });
}

function map<Value>(find: (given: unknown) => MapFault[], meta: Record<string, unknown>) {
  return z
    .custom<Readonly<Record<string, Value>>>()
    .check((context) => {
      for (const { key, rule } of find(context.value)) {
        context.issues.push({
          code: 'custom',
          message: rule,
          input: context.value,
          path: key === null ? [] : [key],
        });
      }
    })
    .meta({ type: 'object', maxProperties: 50, ...meta });
}

const name = (what: string) => text(findNameFault, { maxLength: 256, description: what }).nullish();

const TEXTS = {
  email: text(findEmailFault, {
    maxLength: 320,
    description: 'One plain address, stored as given.',
  }).nullish(),
  phone: text(findPhoneFault, { maxLength: 16, description: 'E.164, e.g. +41446681800.' }).nullish(),
  givenName: name('Given name, of any script.'),
  familyName: name('Family name, of any script.'),
  displayName: name('The name as the person writes it.'),
  locale: text(findLocaleFault, { maxLength: 64, description: 'BCP 47, e.g. pt-BR.' }).nullish(),
  avatarUrl: text(findAvatarUrlFault, {
    maxLength: 2048,
    description: 'Public http or https URL; never fetched.',
  }).nullish(),
  company: name('Company.'),
};

const ATTRIBUTE_VALUES = {
  anyOf: [{ type: 'string', maxLength: 1024 }, { type: 'number' }, { type: 'boolean' }],
};
const wholeAttributes = map<CustomAttributeValue>((given) => findAttributeFaults(given, false), {
  description: 'Custom attributes, replaced as a whole.',
  additionalProperties: ATTRIBUTE_VALUES,
});
const attributeChanges = map<CustomAttributeValue | null>((given) => findAttributeFaults(given, true), {
  description: 'Custom attributes, merged key by key; null deletes a key.',
  additionalProperties: { anyOf: [...ATTRIBUTE_VALUES.anyOf, { type: 'null' }] },
});
const wholeTags = map<string>((given) => findTagFaults(given, false), {
  description: 'Tags, replaced as a whole; a tag without a value has the empty text.',
  additionalProperties: { type: 'string', maxLength: 256 },
});
const tagChanges = map<string | null>((given) => findTagFaults(given, true), {
  description: 'Tags, merged name by name; null deletes a tag.',
  additionalProperties: { anyOf: [{ type: 'string', maxLength: 256 }, { type: 'null' }] },
});

const externalKey = text(
  findExternalKeyFault,
  { maxLength: 256, description: 'Your own key for the person: unique, stable, at most 256 bytes.' },
  'every user needs a key',
);

/** Every attribute as a whole: what is left out has no value. The body of a replacement. */
export const replacementSchema = z.strictObject({
  ...TEXTS,
  attributes: wholeAttributes.nullish(),
  tags: wholeTags.nullish(),
});

/** A new user: the caller's key and attributes. */
export const newUserSchema = z.strictObject({ externalKey, ...replacementSchema.shape });

/** What changes: left out stays, `null` clears, maps are merged key by key. */
export const patchSchema = z.strictObject({
  ...TEXTS,
  attributes: attributeChanges.nullish(),
  tags: tagChanges.nullish(),
});

/** All tags of a user: names that are left out are taken away. */
export const tagsSchema = z.strictObject({ tags: wholeTags });

/** One row of an import: left out stays, `null` clears, custom attributes are merged, tags are replaced as a whole. */
export const importRowSchema = z.strictObject({
  externalKey,
  ...TEXTS,
  attributes: attributeChanges.nullish(),
  tags: wholeTags.nullish(),
  status: z.enum(['active', 'deactivated']).nullish(),
});

export type Replacement = z.infer<typeof replacementSchema>;
export type NewUser = z.infer<typeof newUserSchema>;
export type UserPatch = z.infer<typeof patchSchema>;
export type WholeTags = z.infer<typeof tagsSchema>['tags'];
export type ImportRow = z.infer<typeof importRowSchema>;

/** Fills in "no value" for everything left out. */
export function wholeAttributesOf(given: Replacement): UserAttributes {
  return {
    email: given.email ?? null,
    phone: given.phone ?? null,
    givenName: given.givenName ?? null,
    familyName: given.familyName ?? null,
    displayName: given.displayName ?? null,
    locale: given.locale ?? null,
    avatarUrl: given.avatarUrl ?? null,
    company: given.company ?? null,
    attributes: { ...given.attributes },
    tags: { ...given.tags },
  };
}
