import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Description } from './description.js';

const listSchema = z.object({
  operations: z.array(z.object({ provider: z.string(), operationId: z.string(), spec: z.string() })).min(1),
});

/** The operations that have to be exercised, and the descriptions that they stand in. */
export interface Official {
  /** By provider. */
  readonly descriptions: ReadonlyMap<string, Description>;
  /** In the order of the list. */
  readonly operations: readonly { readonly provider: string; readonly operationId: string }[];
}

/**
 * Reads `operations.json` and every description that it names.
 * @throws Error when one of them cannot be read, or an operation of the list stands in no description
 */
export async function loadOfficial(folder: string): Promise<Official> {
  const { operations } = listSchema.parse(
    JSON.parse(await readFile(join(folder, 'operations.json'), 'utf8')),
  );
  const files = new Map(operations.map(({ provider, spec }) => [provider, spec]));
  const descriptions = new Map<string, Description>();
  for (const [provider, file] of files)
    descriptions.set(provider, await Description.load(join(folder, file)));
  const known = new Set(
    [...descriptions].flatMap(([provider, description]) =>
      description.operations.map(({ operationId }) => `${provider} ${operationId}`),
    ),
  );
  for (const { provider, operationId } of operations) {
    if (!known.has(`${provider} ${operationId}`))
      throw new Error(`no description of ${provider} ${operationId}`);
  }
  return { descriptions, operations };
}
