import type { AssignmentRule } from '#domain';
import {
  callsAtMost,
  type LoweringTable,
  type ProviderFactory,
  type ProviderInstance,
} from '#identity-provider';
import { readAssignment } from './assignment.js';
import { brokenBaseUrlRule } from './base-url.js';
import { readDrift } from './drift.js';
import { readPolicy, settingPrefixOf } from './policy.js';
import { SettingsError, type SettingProblem } from './problem.js';
import type { NamedInstance } from './provider-names.js';
import { positiveNumber, wholeNumber } from './rules.js';
import { textOf, type Environment, type Settings } from './settings.js';

/** What all instances have from the process. */
export type InstanceDefaults = Pick<Settings, 'providers' | 'callTimeoutMs' | 'allowHttpProviders'>;

/**
 * Reads and builds the provider instances of this deployment: of each kind the default one, whose slug is the kind,
 * when its settings are there; and those that ROLLCALL_PROVIDERS names.
 *
 * A factory that lists `CONCURRENCY` or `CALL_TIMEOUT_MS` among its optional settings is given them, so that its
 * connections and deadlines match what the engine counts with. The engine counts with one call timeout for all, so an
 * instance that sets its own is refused.
 * @throws SettingsError that names everything that is wrong, and no value
 */
export function readProviderInstances(
  environment: Environment,
  factories: readonly ProviderFactory[],
  defaults: InstanceDefaults,
): ProviderInstance[] {
  const problems: SettingProblem[] = [];
  const instances = wantedInstances(factories, defaults.providers ?? []).flatMap((named) => {
    const factory = factories.find(({ kind }) => kind === named.kind);
    if (factory === undefined) {
      problems.push(unknownKind(named, factories));
      return [];
    }
    const reader = new InstanceReader({ environment, factory, slug: named.slug, defaults });
    const instance = reader.read(named.optional);
    problems.push(...reader.problems);
    return instance === null ? [] : [instance];
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return instances;
}

type Wanted = NamedInstance & { readonly optional: boolean };

function wantedInstances(factories: readonly ProviderFactory[], named: readonly NamedInstance[]): Wanted[] {
  const slugs = new Set(named.map(({ slug }) => slug));
  const byKind = factories.filter(({ kind }) => !slugs.has(kind));
  return [
    ...byKind.map(({ kind }) => ({ slug: kind, kind, optional: true })),
    ...named.map((instance) => ({ ...instance, optional: false })),
  ];
}

function unknownKind({ slug, kind }: NamedInstance, factories: readonly ProviderFactory[]): SettingProblem {
  const kinds = factories.map((factory) => factory.kind).join(', ');
  return {
    name: 'ROLLCALL_PROVIDERS',
    rule: `gives ${slug} the unknown kind ${kind}`,
    remedy: `use one of ${kinds}`,
  };
}

interface InstanceSource {
  readonly environment: Environment;
  readonly factory: ProviderFactory;
  readonly slug: string;
  readonly defaults: InstanceDefaults;
}

class InstanceReader {
  readonly problems: SettingProblem[] = [];
  private readonly prefix: string;

  constructor(private readonly source: InstanceSource) {
    this.prefix = settingPrefixOf(source.slug);
  }

  /** @returns `null` when it is off, or when there are problems */
  read(optional: boolean): ProviderInstance | null {
    const { required } = this.source.factory.settingNames;
    const missing = required.filter((name) => this.text(name) === null);
    if (optional && missing.length === required.length) return null;
    for (const name of missing) {
      const remedy = optional ? `set it, or none of the required settings of ${this.source.slug}` : 'set it';
      this.report(name, `is required by the provider ${this.source.slug}`, remedy);
    }
    const concurrency = this.number('CONCURRENCY', wholeNumber(1, 1000)) ?? 32;
    const callsPerSecond = this.number('CALLS_PER_SECOND', positiveNumber());
    if (this.text('CALL_TIMEOUT_MS') !== null) {
      const remedy = 'set ROLLCALL_CALL_TIMEOUT_MS, which holds for all providers';
      this.report('CALL_TIMEOUT_MS', 'cannot be set for one provider', remedy);
    }
    const given = this.settings(concurrency);
    const assignment = this.assignment();
    return this.problems.length > 0 ? null : this.build(given, { concurrency, callsPerSecond, assignment });
  }

  private build(
    given: Readonly<Record<string, string>>,
    common: Pick<ProviderInstance, 'concurrency' | 'callsPerSecond' | 'assignment'>,
  ): ProviderInstance | null {
    const { slug, factory } = this.source;
    const read = factory.settings.safeParse(given);
    if (!read.success) {
      for (const issue of read.error.issues)
        this.report(String(issue.path[0] ?? ''), issue.message, 'correct it');
      return null;
    }
    const built = factory.create(read.data);
    const { capabilities } = built.provider;
    const lowering = this.lowering(capabilities.lowering);
    const drift = this.drift(capabilities.attributes.map(({ path }) => path));
    if (lowering === null || drift === null) return null;
    return { slug, kind: factory.kind, ...common, ...built, lowering, drift };
  }

  /** @returns `null` when the policy asks for what the provider cannot or must not do */
  private lowering(table: LoweringTable): ProviderInstance['lowering'] | null {
    const read = readPolicy(table, (name) => this.text(name));
    for (const { name, rule, remedy } of read.problems) this.report(name, rule, remedy);
    return read.lowering;
  }

  /** @returns `null` when the policy is not understood */
  private drift(paths: readonly string[]): ProviderInstance['drift'] | null {
    const read = readDrift(paths, this.text('DRIFT'));
    for (const { name, rule, remedy } of read.problems) this.report(name, rule, remedy);
    return read.problems.length > 0 ? null : read.drift;
  }

  /** Who is in scope; `null` for everybody, and when there are problems. */
  private assignment(): AssignmentRule | null {
    const text = this.text('ASSIGN');
    if (text === null) return null;
    const read = readAssignment(text);
    if (!('remedy' in read)) return read;
    this.report('ASSIGN', read.rule, read.remedy);
    return null;
  }

  /** The settings of the kind that are set. */
  private settings(concurrency: number): Record<string, string> {
    const { required, optional } = this.source.factory.settingNames;
    const shared: Readonly<Record<string, string>> = {
      CONCURRENCY: String(callsAtMost(concurrency)),
      CALL_TIMEOUT_MS: String(this.source.defaults.callTimeoutMs),
    };
    const given: Record<string, string> = {};
    for (const name of [...required, ...optional]) {
      const text = shared[name] ?? this.text(name);
      if (text === null) continue;
      this.check(name, text);
      given[name] = text;
    }
    return given;
  }

  private check(name: string, text: string): void {
    // A line break at the end of a mounted secret would otherwise show only as a failing header, call by call.
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    if (/[\u0000-\u001f\u007f]/.test(text))
      this.report(name, 'must not hold control characters', 'correct it');
    else if (name === 'BASE_URL') {
      const rule = brokenBaseUrlRule(text, this.source.defaults.allowHttpProviders);
      if (rule !== null) this.report(name, rule, 'correct it');
    }
  }

  private number(name: string, rule: ReturnType<typeof positiveNumber>): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const read = rule.safeParse(text);
    if (read.success) return read.data;
    this.report(name, read.error.issues[0]?.message ?? 'must be a number', 'correct it or leave it out');
    return null;
  }

  private text(name: string): string | null {
    return textOf(this.source.environment, `${this.prefix}_${name}`);
  }

  private report(name: string, rule: string, remedy: string): void {
    this.problems.push({ name: `${this.prefix}_${name}`, rule, remedy });
  }
}
