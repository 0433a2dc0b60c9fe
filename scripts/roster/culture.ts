/** How people of one language are named, reached by phone and addressed. */
export interface Culture {
  /** BCP 47; one of them is drawn for each person. */
  readonly locales: readonly string[];
  readonly given: readonly string[];
  readonly family: readonly string[];
  /** How the two names are put together for display. */
  readonly display: (given: string, family: string) => string;
  /** Start of a national range, and how many digits follow it. The numbers are made up, with the length a real one has. */
  readonly phone: { readonly start: string; readonly digits: number };
}

export const givenFirst = (given: string, family: string): string => `${given} ${family}`;
export const familyFirst = (given: string, family: string): string => `${family} ${given}`;
export const familyFirstJoined = (given: string, family: string): string => `${family}${given}`;

/** Splits a list that is written as one line, so that a culture can be read at a glance. */
export function names(line: string): readonly string[] {
  return line.split(' ').filter((name) => name !== '');
}
