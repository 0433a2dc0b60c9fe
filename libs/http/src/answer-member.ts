import { z } from 'zod';

/**
 * A member of an answer that may be left out. Absent and `null` are one: the descriptions tell them apart only on
 * paper, and nobody may conclude anything from the difference.
 */
export function orNull<Value>(schema: z.ZodType<Value>): z.ZodType<Value | null> {
  return schema.nullish().transform((value) => value ?? null);
}

/**
 * A point in time, spelt as a text. One that cannot be read is `null`: it tells about an account, decides nothing, and
 * must not make the rest of the answer unreadable.
 */
export const timeOrNull: z.ZodType<Date | null> = orNull(z.string()).transform((text) => {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
});

/**
 * An object whose members are read by whoever needs them: it is handed on as it came. `z.record` copies and looks at each
 * member, which takes as long as the rest of an account's check.
 */
export const asItCame = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
