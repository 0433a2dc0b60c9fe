import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readRoster } from '../roster/csv.js';
import type { RosterRow } from '../roster/row.js';
import type { Stack } from '../stack/start.js';
import { AdminClient, type ImportAnswer } from './admin-client.js';
import { converge } from './converge.js';
import { PROVIDERS, type Provider } from './expect.js';
import { heldTable } from './held-table.js';
import { parkedAt, readPeople, type Person } from './people.js';
import { openProgress } from './progress.js';
import { resultOf, uncounted, type DemoResult } from './result.js';
import { sayDifferences, walkTable, type Screen } from './screen.js';
import { SimulatorClient } from './simulator-client.js';
import { Strangers } from './strangers.js';
import { differencesAt } from './verify.js';
import { choosePeople, walk, type WalkStep } from './walk.js';

const ROSTER = fileURLToPath(new URL('../../../examples/roster.csv', import.meta.url));

/** Shows the service at work on a running stack, and verifies all of it against what the simulators hold. */
export async function runDemo(stack: Stack, screen: Screen): Promise<DemoResult> {
  const startedAt = performance.now();
  const demo = new Demo(stack, screen, readRoster(await readFile(ROSTER, 'utf8')));
  const strangers = await demo.meetStrangers();
  await demo.importRoster();
  const standings = await demo.converge();
  const calls = await demo.countCalls();
  const people = await demo.readPeople();
  const mirrored = await demo.verify(strangers, people);
  const steps = await demo.walk(people);
  const untouched = await demo.verifyOthers(strangers, people);
  const users = demo.roster.length;
  const differences = [
    ...uncounted(users, standings),
    ...mirrored,
    ...steps.flatMap((step) => step.differences),
    ...untouched,
  ];
  sayDifferences(screen, differences);
  return resultOf({
    users,
    standings,
    calls,
    steps,
    differences,
    elapsedMs: Math.round(performance.now() - startedAt),
  });
}

class Demo {
  private readonly admin: AdminClient;
  private readonly simulators: SimulatorClient;
  private walkers: readonly Person[] = [];

  constructor(
    stack: Stack,
    private readonly screen: Screen,
    readonly roster: readonly RosterRow[],
  ) {
    this.admin = new AdminClient(stack.adminUrl, stack.adminKey);
    this.simulators = new SimulatorClient(stack.simulatorsUrl);
  }

  async meetStrangers(): Promise<Strangers> {
    return new Strangers(await this.simulators.allAccounts());
  }

  async importRoster(): Promise<void> {
    this.screen.say(`\nimporting ${this.roster.length} people from examples/roster.csv`);
    const answer = await this.admin.importRoster(ROSTER);
    if (answer.failed > 0 || !answer.complete || answer.received !== this.roster.length) {
      throw new Error(`the import did not take everyone: ${describeImport(answer)}`);
    }
  }

  converge() {
    const progress = openProgress(this.screen.isTerminal, (line) => {
      this.screen.say(line);
    });
    return converge(this.admin, this.roster.length, progress);
  }

  async countCalls(): Promise<Record<Provider, number>> {
    const calls = await Promise.all(
      PROVIDERS.map(async (provider) => [provider, await this.simulators.calls(provider)]),
    );
    // One entry for each of PROVIDERS, by construction.
    return Object.fromEntries(calls) as Record<Provider, number>;
  }

  readPeople(): Promise<Person[]> {
    return readPeople(this.admin);
  }

  /** Compares what every provider holds with what it must hold, and shows it. */
  async verify(strangers: Strangers, people: readonly Person[]): Promise<string[]> {
    const held = await this.simulators.allAccounts();
    const accounts = strangers.without(held);
    const parked = parkedAt(people);
    this.screen.say(`\nwhat each provider holds\n${heldTable(accounts, parked)}`);
    const differences = PROVIDERS.flatMap((provider) =>
      differencesAt(provider, this.roster, { accounts: accounts[provider], parked: parked[provider] }),
    );
    if (differences.length === 0)
      this.screen.say('verified, attribute by attribute, against what the simulators hold');
    return [...strangers.touched(held), ...differences];
  }

  async walk(people: readonly Person[]): Promise<WalkStep[]> {
    this.walkers = choosePeople(this.roster, people);
    const names = this.walkers.map(({ displayName, externalKey }) => `${displayName ?? ''} (${externalKey})`);
    this.screen.say(
      `\n${names.join(', ')} leave, come back, are deleted, restored, deleted again and purged`,
    );
    const steps: WalkStep[] = [];
    for await (const step of walk({ admin: this.admin, simulators: this.simulators, people: this.walkers })) {
      this.screen.say(`  ${step.verb}: ${step.differences.length === 0 ? 'done' : 'NOT as it should be'}`);
      steps.push(step);
    }
    this.screen.say(walkTable(steps));
    return steps;
  }

  /** Everybody else is held as before, and of those who were purged nothing is left. */
  async verifyOthers(strangers: Strangers, people: readonly Person[]): Promise<string[]> {
    const gone = new Set(this.walkers.map(({ externalKey }) => externalKey));
    const held = await this.simulators.allAccounts();
    const accounts = strangers.without(held);
    const parked = parkedAt(people);
    const others = this.roster.filter(({ externalKey }) => !gone.has(externalKey));
    return [
      ...strangers.touched(held),
      ...PROVIDERS.flatMap((provider) =>
        differencesAt(provider, others, { accounts: accounts[provider], parked: parked[provider] }),
      ),
    ];
  }
}

function describeImport({ received, failed, errors }: ImportAnswer): string {
  const shown = errors.slice(0, 10).map(({ line, field, rule }) => `  line ${line}: ${field} ${rule}`);
  return [`${received} received, ${failed} failed`, ...shown].join('\n');
}
