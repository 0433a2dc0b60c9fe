import { z } from 'zod';
import type { SimulatedRequest } from './request.js';

const ms = z.number().int().min(0).max(3_600_000);
const moment = z.enum(['before', 'after']);

/** Whether a text is a regular expression, so that a typing error is answered and not thrown on the first call. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * One rule of a fault script: which calls, how often, and what goes wrong with them. Without any effect it lets the
 * call pass untouched, which shields it from the rules behind.
 */
const faultRuleSchema = z.strictObject({
  /** All given conditions must hold; none given matches every call. */
  match: z
    .strictObject({
      method: z.string().min(1).optional(),
      /** A regular expression, tried on path and query as sent. */
      path: z.string().refine(isPattern, 'is not a regular expression').optional(),
      /** True: methods other than GET and HEAD. */
      mutating: z.boolean().optional(),
      /** A piece of the body as sent. */
      body: z.string().optional(),
    })
    .default({}),
  /** How many calls are hit. (Default: 1) */
  times: z.union([z.number().int().min(1), z.literal('always')]).default(1),
  /** Matching calls that are let through first. (Default: 0) */
  skip: z.number().int().min(0).default(0),
  /** Answer this instead. Unless `applied` says otherwise the provider then never sees the call. */
  status: z.number().int().min(200).max(599).optional(),
  /** Sent instead of the provider's body: a string as it stands, anything else as JSON. */
  body: z.unknown().optional(),
  /** Added to the answer, over the provider's own. */
  headers: z.record(z.string(), z.string()).optional(),
  /** Whether the provider does what the call asks before `status` is answered. (Default: only without `status`) */
  applied: z.boolean().optional(),
  /** Waits before the provider sees the call: a request that arrives late, even if its client has long left. */
  delayMs: ms.optional(),
  /** Waits after the call was applied: an answer that arrives late. */
  latencyMs: ms.optional(),
  /** Closes the connection without an answer, before or after the call is applied. */
  drop: moment.optional(),
  /** Closes with RST instead of FIN: alone before the call is applied, with `drop` or `truncate` at that point. */
  reset: z.boolean().optional(),
  /** Never answers, before (also `true`) or after applying; ends when faults are cleared or the server closes. */
  hang: z.union([z.boolean(), moment]).optional(),
  /** Announces the whole body, sends this many bytes of it and closes the connection. */
  truncate: z.number().int().min(0).optional(),
  /** Sends the body a byte at a time, this long apart. */
  trickleMs: ms.optional(),
  /** Reads see the accounts as they were this long ago. */
  staleReadMs: ms.optional(),
  /** Short for `staleReadMs: 5000`. */
  staleRead: z.boolean().optional(),
});

/** One rule or a list. */
export const faultScriptSchema = z.union([z.array(faultRuleSchema), faultRuleSchema]);

/** A rule as it is written, defaults left out. */
export type FaultRule = z.input<typeof faultRuleSchema>;
/** A rule with its defaults. */
export type Fault = z.output<typeof faultRuleSchema>;

/** Whether a call is one of those that a rule speaks of; counts are not looked at. */
export function matches(fault: Fault, request: SimulatedRequest, path: RegExp | undefined): boolean {
  const { method, mutating, body } = fault.match;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (mutating !== undefined && mutating === request.isRead) return false;
  if (path !== undefined && !path.test(request.target)) return false;
  return body === undefined || request.bodyText.includes(body);
}

/** When a fault takes the answer away for good, relative to the call's being applied; `null` when it does not. */
export function withheld(fault: Fault): 'before' | 'after' | null {
  if (fault.hang === true) return 'before';
  if (fault.hang === 'before' || fault.hang === 'after') return fault.hang;
  if (fault.drop !== undefined) return fault.drop;
  return fault.reset === true && fault.truncate === undefined ? 'before' : null;
}

/** How far back reads look under a fault; 0 when they see the present. */
export function staleMs(fault: Fault): number {
  return fault.staleReadMs ?? (fault.staleRead === true ? 5_000 : 0);
}
