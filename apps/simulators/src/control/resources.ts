import { z } from 'zod';
import { accountChangesSchema, faultScriptSchema, type RunningProvider } from '../frame/index.js';

/** An answer that is written piece by piece: a million calls do not fit into one string. */
export class JsonArray {
  constructor(readonly items: readonly unknown[]) {}
}

/** What a request to the control API carries. */
export interface ControlInput {
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Verb = (running: RunningProvider, input: ControlInput) => unknown;

/** One resource of a provider: its verbs, and the shape of what may be posted to it. */
export interface Resource {
  readonly verbs: Readonly<Partial<Record<'GET' | 'POST' | 'DELETE', Verb>>>;
  readonly posted?: z.ZodType;
}

const settingsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const latencySchema = z.strictObject({ ms: z.number().int().min(0).max(3_600_000) });
const sinceSchema = z.coerce.number().int().min(0);

const behaviour: Verb = ({ provider }) => ({
  ...provider.behaviour.current,
  allowed: provider.behaviour.allowed,
});
const faults: Verb = (running) => running.faults;
const latency: Verb = ({ latencyMs }) => ({ ms: latencyMs });

/** `/providers/{p}/<name>` */
export const RESOURCES: Readonly<Record<string, Resource>> = {
  accounts: {
    posted: accountChangesSchema,
    verbs: {
      GET: ({ provider }) => new JsonArray([...provider.accounts()]),
      POST: (running, { body }) => ({ planted: running.plant(body) }),
    },
  },
  calls: {
    verbs: {
      GET: ({ log }, { query }) => {
        const since = sinceSchema.parse(query.get('since') ?? 0, { reportInput: false });
        return new JsonArray([...log.since(since)]);
      },
    },
  },
  summary: { verbs: { GET: (running) => running.summary() } },
  faults: {
    posted: faultScriptSchema,
    verbs: {
      GET: faults,
      POST: (running, input) => {
        running.addFaults(input.body);
        return faults(running, input);
      },
      DELETE: (running, input) => {
        running.clearFaults();
        return faults(running, input);
      },
    },
  },
  behaviour: {
    posted: settingsSchema,
    verbs: {
      GET: behaviour,
      POST: (running, input) => {
        running.provider.behaviour.merge(settingsSchema.parse(input.body));
        return behaviour(running, input);
      },
    },
  },
  latency: {
    posted: latencySchema,
    verbs: {
      GET: latency,
      POST: (running, input) => {
        running.latencyMs = latencySchema.parse(input.body).ms;
        return latency(running, input);
      },
    },
  },
  reset: {
    verbs: {
      POST: (running) => {
        running.reset();
        return { reset: [running.name] };
      },
    },
  },
};
