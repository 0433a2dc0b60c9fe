import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CAPABILITIES_BY_KIND } from '../../../../test/support/lowerings.js';
import { TRANSITIONS } from '#domain';
import { chooseLowering, LOWERED_STATUSES, type ProviderInstance } from '#identity-provider';
import { scriptedInstance } from '../accounts/scripted-instance.harness.js';
import { startTestApi, type TestApi } from '../api.harness.js';
import { semanticsView } from '../docs/views.js';
import type { Semantics } from './semantics.js';

const INSTANCES = Object.entries(CAPABILITIES_BY_KIND).map(([kind, capabilities]): ProviderInstance => {
  const scripted = scriptedInstance(kind);
  const policy = kind === 'passage' ? { deleted: 'live' as const } : {};
  return {
    ...scripted,
    lowering: chooseLowering(capabilities.lowering, policy),
    provider: { ...scripted.provider, capabilities },
  };
});

describe('the semantics of the lifecycle', () => {
  let api: TestApi;
  let semantics: Semantics;
  beforeAll(async () => {
    api = await startTestApi({ instances: INSTANCES });
    const { status, text } = await api.ask('/v1/providers/semantics');
    expect(status).toBe(200);
    // What it holds is held against its source below, and against its own description here.
    semantics = semanticsView.parse(JSON.parse(text)) as unknown as Semantics;
  });
  afterAll(() => api.close());

  it('are told with every move and every cell that there is', () => {
    expect(semantics.transitions).toEqual(TRANSITIONS);
    for (const { provider, cells } of semantics.providers) {
      const [, capabilities] = Object.entries(CAPABILITIES_BY_KIND).find(([kind]) => kind === provider) ?? [];
      const told = cells.map((cell) => ({ ...cell, choice: undefined }));
      const known = LOWERED_STATUSES.flatMap((status) =>
        (capabilities?.lowering[status] ?? []).map((cell) => ({ status, marker: null, ...cell })),
      );
      expect(told).toEqual(known);
    }
    expect(semantics.providers.map(({ provider }) => provider)).toEqual(Object.keys(CAPABILITIES_BY_KIND));
  });

  it('show what holds, what could be chosen by which setting, and what may not', () => {
    const passage = semantics.providers.find(({ provider }) => provider === 'passage');
    const rows = passage?.cells.map(({ status, state, choice }) => [status, state, choice]);
    expect(rows).toEqual([
      ['active', 'live', 'chosen'],
      ['deactivated', 'suspended', 'chosen'],
      ['deactivated', 'live', 'offered'],
      ['deleted', 'suspended', 'offered'],
      ['deleted', 'live', 'chosen'],
      ['deleted', 'gone', 'refused'],
      ['purged', 'gone', 'chosen'],
    ]);
    expect(passage?.settings).toEqual({
      deactivated: 'PASSAGE_ON_DEACTIVATED',
      deleted: 'PASSAGE_ON_DELETED',
    });
  });

  it('are the same that the list of providers shows as chosen', async () => {
    const { body } = await api.ask('/v1/providers');
    const listed = body.providers.find(({ slug }) => slug === 'passage');
    expect(listed).toMatchObject({
      lowering: { deactivated: { state: 'suspended' }, deleted: { state: 'live' } },
    });
    expect(listed?.['capabilities']).not.toHaveProperty('lowering');
  });
});
