import { z } from 'zod';

/** A text; `null` when there is none, or something that is no text. */
export const lenientText = z.string().nullable().catch(null).default(null);

/** A point in time (ISO 8601); `null` when there is none that can be read. */
export const lenientDate = lenientText.transform((text) => {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
});

/** A list of texts; empty when there is none, or something else. */
export const lenientTexts = z.array(z.string()).catch([]).default([]);
