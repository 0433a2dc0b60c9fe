/** One thing that is wrong with the environment. Never holds the value. */
export interface SettingProblem {
  /** The variable. */
  readonly name: string;
  /** What it must be, or why it may not stand there. */
  readonly rule: string;
  /** What to do. */
  readonly remedy: string;
}

/** Everything that is wrong with the environment, at once: nobody should have to start five times to learn five things. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly SettingProblem[]) {
    const lines = problems.map(({ name, rule, remedy }) => `  ${name} ${rule}; ${remedy}`);
    super(`The settings cannot be used:\n${lines.join('\n')}`);
  }
}
