import { afterEach, describe, expect, it } from '@jest/globals';
import { startSimulators, type Simulators } from '../../apps/simulators/src/index.js';
import { doubtEverything, openMirror, type Mirror } from '../support/mirror.js';
import { enter, person, range } from '../support/people.js';

describe('provider instances', () => {
  let mirror: Mirror;
  let second: Simulators | null = null;
  afterEach(async () => {
    await mirror.close();
    await second?.close();
  });

  it('two instances of one kind each hold everybody, and one being down leaves the other alone', async () => {
    second = await startSimulators();
    const elsewhere = Object.entries(second.environment)
      .filter(([name]) => name.startsWith('VAULT_'))
      .map(([name, value]) => [name.replace('VAULT_', 'VAULT_EU_'), value]);
    mirror = await openMirror({
      providers: ['vault'],
      named: [{ slug: 'vault-eu', kind: 'vault' }],
      environment: Object.fromEntries(elsewhere) as Record<string, string>, // pairs of names and values
    });
    await enter(
      mirror.roster,
      range(20).map((n) => person(n)),
    );
    await mirror.converge();
    expect(mirror.accounts('vault')).toHaveLength(20);
    expect([...second.providers.vault.accounts()]).toHaveLength(20);

    second.faults('vault', { match: {}, times: 'always', status: 503 });
    await enter(
      mirror.roster,
      range(20, 100).map((n) => person(n)),
    );
    await mirror.worker.pass(2_000);
    expect(mirror.accounts('vault')).toHaveLength(40);
    expect([...second.providers.vault.accounts()]).toHaveLength(20);

    second.running.vault.clearFaults();
    await mirror.converge();
    expect([...second.providers.vault.accounts()]).toHaveLength(40);
  });

  it('P18: doubting everything reads everything, and changes nothing that is right', async () => {
    mirror = await openMirror();
    await enter(
      mirror.roster,
      range(60).map((n) => person(n)),
    );
    await mirror.converge();
    const writes = (): number[] =>
      Object.values(mirror.simulators.running).map((running) => running.log.counts.writes);
    const before = writes();
    await doubtEverything(mirror.database);
    await mirror.converge();
    await doubtEverything(mirror.database);
    await mirror.converge();
    expect(writes()).toEqual(before);
  });
});
