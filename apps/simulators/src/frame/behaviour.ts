export type SwitchValue = string | number | boolean;

/** One point that the provider's documents leave open: what can be chosen and what is assumed. */
export interface Switch<Value extends SwitchValue> {
  readonly initial: Value;
  /** What a person may set, in words or as the list of values. */
  readonly allowed: string | readonly Value[];
  accepts(value: unknown): boolean;
}
export type SwitchTable = Readonly<Record<string, Switch<SwitchValue>>>;
type ValueOf<S> = S extends Switch<infer Value> ? Value : never;
export type SwitchValues<Table extends SwitchTable> = { [Name in keyof Table]: ValueOf<Table[Name]> };

/** A switch with a closed list of values; the first is what is assumed. */
export function oneOf<const Values extends readonly [SwitchValue, ...SwitchValue[]]>(
  ...values: Values
): Switch<Values[number]> {
  return {
    initial: values[0],
    allowed: values,
    accepts: (value) => values.some((each) => each === value),
  };
}

/** A switch that is a time in milliseconds, 0 (= off) unless told. */
export function milliseconds(initial = 0): Switch<number> {
  return {
    initial,
    allowed: 'a whole number of milliseconds, 0 or more',
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  };
}

/** A switch setting that names no switch, or a value that the switch does not take. */
export class UnknownSetting extends Error {
  override readonly name = 'UnknownSetting';

  constructor(
    message: string,
    readonly allowed: unknown,
  ) {
    super(message);
  }
}

/** The present setting of a provider's switches. */
export class Behaviour<out Table extends SwitchTable> {
  #current: SwitchValues<Table>;

  constructor(private readonly table: Table) {
    this.#current = initialValues(table);
  }

  /** Present values by name. Read it anew for every decision: switches move while the simulator runs. */
  get current(): Readonly<SwitchValues<Table>> {
    return this.#current;
  }

  /** What can be set, by name. */
  get allowed(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.table).map(([name, { allowed }]) => [name, allowed]));
  }

  /**
   * Sets the named switches and leaves the others.
   * @throws UnknownSetting when a name or a value is not allowed; nothing is set then
   */
  merge(settings: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(settings)) {
      const found = Object.hasOwn(this.table, name) ? this.table[name] : undefined;
      if (found === undefined) throw new UnknownSetting(`no switch is named "${name}"`, this.allowed);
      if (!found.accepts(value)) throw new UnknownSetting(`"${name}" cannot be set to that`, found.allowed);
    }
    this.#current = { ...this.#current, ...settings };
  }

  reset(): void {
    this.#current = initialValues(this.table);
  }
}

function initialValues<Table extends SwitchTable>(table: Table): SwitchValues<Table> {
  const entries = Object.entries(table).map(([name, { initial }]) => [name, initial]);
  // Object.fromEntries forgets which value belongs to which name; both come from the same table here.
  return Object.fromEntries(entries) as SwitchValues<Table>;
}
