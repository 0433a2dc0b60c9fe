import { validateCronExpression } from 'cron';
import { z } from 'zod';
import type { Allowance } from '#domain';
import { Secret } from './secret.js';

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, { error: rule, abort: true })
    .transform(Number)
    .pipe(z.number().min(least, { error: rule }).max(most, { error: rule }));
}

/** A whole number within bounds, both included, or a word for none: `null`. */
export function wholeNumberOr(word: string, least: number, most: number): z.ZodType<number | null, string> {
  const rule = `must be a whole number from ${least} to ${most}, or ${word}`;
  return z
    .string()
    .transform((text) => (text === word ? null : /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN))
    .refine((read) => read === null || (read >= least && read <= most), { error: rule });
}

/** A cron schedule of five fields, or six with seconds, or a word for none: `null`. */
export function cronScheduleOr(word: string): z.ZodType<string | null, string> {
  const rule = `must be five or six cron fields, such as "0 2 * * *", or ${word}`;
  return z
    .string()
    .transform((text) => (text === word ? null : text.trim()))
    .refine(
      (read) => read === null || (/^\S+(?:\s+\S+){4,5}$/.test(read) && validateCronExpression(read).valid),
      {
        error: rule,
      },
    );
}

/** A number of changes and a share of the linked users, such as `100,20%`. */
export function allowance(): z.ZodType<Allowance, string> {
  const rule = 'must be a whole number and a percentage from 0 to 100, such as 25,5%';
  return z
    .string()
    .regex(/^\d{1,9},\d{1,3}(?:\.\d{1,3})?%$/, { error: rule, abort: true })
    .transform((text) => {
      const [atLeast = Number.NaN, percent = Number.NaN] = text.slice(0, -1).split(',').map(Number);
      return { atLeast, percent };
    })
    .refine(({ percent }) => percent <= 100, { error: rule });
}

/** A number above zero, fractions allowed. */
export function positiveNumber(): z.ZodType<number, string> {
  const rule = 'must be a number above 0';
  return z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,6})?$/, { error: rule, abort: true })
    .transform(Number)
    .pipe(z.number().positive({ error: rule }));
}

/** `true` or `false`, spelt so. */
export function trueOrFalse(): z.ZodType<boolean, string> {
  return z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true');
}

/** One of a closed list. */
export function oneOf<const Choice extends string>(choices: readonly Choice[]): z.ZodType<Choice, string> {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}

/** A text that matches. */
export function textLike(pattern: RegExp, rule: string): z.ZodType<string, string> {
  return z.string().regex(pattern, { error: rule });
}

/** A text that matches and is shown to nobody. */
export function secretLike(pattern: RegExp, rule: string): z.ZodType<Secret, string> {
  return z
    .string()
    .regex(pattern, { error: rule })
    .transform((text) => new Secret(text));
}
