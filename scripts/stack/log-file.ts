import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const TAIL_BYTES = 4_000;
const TAIL_LINES = 20;

/** What one child prints, in a file of its own. */
export class LogFile {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** A new file, also where a run beside this one still writes to its own under the same name. */
  static async create(path: string): Promise<LogFile> {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    return new LogFile(path, await open(path, 'w+'));
  }

  /** To be given to a child: a file never blocks it, however busy its parent is. */
  get descriptor(): number {
    return this.handle.fd;
  }

  async append(text: string): Promise<void> {
    await this.handle.appendFile(text);
  }

  /** The last lines written, for a message about a failure. */
  async tail(): Promise<string> {
    const { size } = await this.handle.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await this.handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
