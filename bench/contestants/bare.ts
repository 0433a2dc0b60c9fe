import { Pool } from 'undici';
import type { RecordedRequest } from '../stage/recorder.js';

/**
 * The ceiling: the same requests over as many connections, and nothing else. Every answer is read to its end.
 * @param take is given the text of each (Default: nobody is)
 * @throws Error when one is refused
 */
export async function sendBare(
  origin: string,
  requests: readonly RecordedRequest[],
  concurrency: number,
  take: (text: string) => unknown = () => undefined,
): Promise<void> {
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  let next = 0;
  const work = async (): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const { statusCode, body } = await pool.request(request);
      const text = await body.text();
      if (statusCode >= 300) throw new Error(`a recorded ${request.method} was answered ${statusCode}`);
      take(text);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await pool.close();
}
