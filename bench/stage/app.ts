/** An app of the product in a process of its own. */
export interface App {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}
