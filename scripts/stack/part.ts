import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { end, hasExited } from '../services/child.js';
import { LogFile } from './log-file.js';

/** One process of the stack. */
export interface PartSpec {
  readonly name: string;
  /** Given to Node before the entry. (Default: none) */
  readonly nodeFlags?: readonly string[];
  /** Below the folder of the compiled code, e.g. `apps/worker/src/main.js`. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether its first line on standard output is for us. (Default: false) */
  readonly announces?: boolean;
}

const COMPILED = new URL('../../', import.meta.url);
const CHECKOUT = fileURLToPath(new URL('../', COMPILED));
const LOGS = join(CHECKOUT, '.rollcall', 'logs');
const PRELOAD = new URL('end-with-parent.js', import.meta.url).href;

/** Longer than a worker takes to bring its calls to an end. */
const STOP_PATIENCE_MS = 20_000;

/** A running process of the stack: it ends with us, and its output is in `.rollcall/logs`. */
export class Part {
  #stopping = false;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly log: LogFile,
  ) {}

  static async start(spec: PartSpec): Promise<Part> {
    const log = await LogFile.create(join(LOGS, `${spec.name}.log`));
    const child = spawn(
      process.execPath,
      [...(spec.nodeFlags ?? []), '--enable-source-maps', '--import', PRELOAD, entryOf(spec)],
      {
        cwd: CHECKOUT,
        env: { ...spec.environment },
        // A process group of its own: Ctrl-C in the terminal is for us, and we stop the parts in their order.
        detached: true,
        stdio: ['pipe', spec.announces === true ? 'pipe' : log.descriptor, log.descriptor],
      },
    );
    child.stdin?.on('error', () => undefined); // the child is gone, which its exit tells
    await once(child, 'spawn');
    return new Part(spec.name, child, log);
  }

  /**
   * The first line that it prints. Everything after goes to the log.
   * @throws Error when it ends or `withinMs` pass before that
   */
  async announcement(withinMs: number): Promise<string> {
    const { stdout } = this.child;
    if (stdout === null) throw new Error(`the ${this.name} was not started to announce itself`);
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => void this.log.append(`${line}\n`).catch(() => undefined));
    const line: Promise<unknown[]> = once(lines, 'line', { signal: AbortSignal.timeout(withinMs) }).catch(
      (error: unknown) => {
        throw new Error(`the ${this.name} said nothing within ${withinMs} ms`, { cause: error });
      },
    );
    const [first] = await Promise.race([line, this.failure()]);
    return String(first);
  }

  /** Rejects when the part ends before it is stopped; never resolves. */
  async failure(): Promise<never> {
    if (!hasExited(this.child)) await once(this.child, 'exit');
    if (this.#stopping) return new Promise<never>(() => undefined);
    throw await this.explain(`the ${this.name} ended by itself with ${this.verdict()}`);
  }

  /** An error with the end of the log in its message. */
  async explain(sentence: string): Promise<Error> {
    return new Error(`${sentence}\n--- last lines of ${this.log.path}\n${await this.log.tail()}`);
  }

  /** @throws Error when it never came to run */
  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`the ${this.name} has no process`);
    return pid;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await end(this.child, 'SIGTERM', STOP_PATIENCE_MS);
    await this.log.close();
  }

  private verdict(): string {
    return this.child.signalCode ?? `code ${this.child.exitCode ?? 'unknown'}`;
  }
}

function entryOf(spec: PartSpec): string {
  return fileURLToPath(new URL(spec.entry, COMPILED));
}
