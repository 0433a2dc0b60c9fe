/** One place at which a call departs from the description. Names and rules, never values. */
export interface Violation {
  readonly side: 'request' | 'response';
  /** E.g. `body /profile/email`, `query limit`, `header x-apideck-app-id`. */
  readonly where: string;
  /** E.g. `maxLength 128`, `required consumer_id`. */
  readonly rule: string;
}

/** An answer about which the description says nothing. */
export interface Undocumented {
  readonly what: 'status' | 'body';
  readonly status: number;
}
