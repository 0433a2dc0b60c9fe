import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { failureOf, NoAnswer } from './no-answer.js';
import { onAbort } from './on-abort.js';

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Why a request that was admitted was not sent after all. */
export const TOO_LATE = 'too_late_to_send';

/** The bounds within which an answer must come. */
export interface Bounds {
  /** From the moment of the call to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
  /** Asked when the first byte is about to leave. */
  readonly maySend: () => boolean;
}

/** An answer, whole but not yet read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Sends one request and waits for its whole answer.
 *
 * It sits on `dispatch` and not on `request`: only there it is told when the first byte is about to leave, which is
 * what decides between "nothing happened there" and "it may have happened".
 * @throws NoAnswer
 */
export function exchange(dispatcher: Dispatcher, request: WireRequest, bounds: Bounds): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = request.body === undefined ? null : uploadOf(request.body);
    const handler = new AnswerHandler({ bounds, body, resolve, reject });
    dispatcher.dispatch({ ...request, body }, handler);
  });
}

/** Larger bodies are streamed, so that a timeout can tell an upload that hangs from an answer that does not come. */
const STREAMED_FROM_LENGTH = 65_536;

function uploadOf(body: string): string | Readable {
  return body.length < STREAMED_FROM_LENGTH ? body : Readable.from(slices(Buffer.from(body)));
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += STREAMED_FROM_LENGTH) {
    yield bytes.subarray(start, start + STREAMED_FROM_LENGTH);
  }
}

interface Ends {
  readonly bounds: Bounds;
  readonly body: string | Readable | null;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (failure: NoAnswer) => void;
}

type Phase = 'waiting' | 'sent' | 'answering' | 'over';

class AnswerHandler implements Dispatcher.DispatchHandler {
  private phase: Phase = 'waiting';
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: Answer['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private readonly deadline: NodeJS.Timeout;
  private readonly stopListening: () => void;

  constructor(private readonly ends: Ends) {
    this.deadline = setTimeout(this.onDeadline, ends.bounds.timeoutMs);
    this.stopListening = onAbort(ends.bounds.signal, () => {
      this.fail('aborted');
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.phase === 'over') {
      controller.abort(new Error('given up before it was sent'));
      return;
    }
    this.controller = controller;
    if (this.phase === 'waiting' && !this.ends.bounds.maySend()) {
      this.fail(TOO_LATE);
      return;
    }
    // A second start is undici sending the request again on a fresh connection: the first may have arrived.
    if (this.phase === 'waiting') this.phase = 'sent';
    else this.fail('connection_lost');
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Answer['headers'],
  ): void {
    if (status < 200) return; // interim answers (103 Early Hints)
    this.phase = 'answering';
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.ends.bounds.maxBodyBytes) this.fail('body_too_large', 'unreadable');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.finish()) return;
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.ends.resolve({ status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const sent = this.phase !== 'waiting';
    if (this.finish()) this.ends.reject(failureOf(error, sent));
  }

  private readonly onDeadline = (): void => {
    this.fail(this.reasonOfTimeout());
  };

  private reasonOfTimeout(): string {
    if (this.phase === 'waiting') return 'not_sent_in_time';
    if (this.phase === 'answering') return 'body_timeout';
    const { body } = this.ends;
    return body instanceof Readable && !body.readableEnded ? 'upload_timeout' : 'headers_timeout';
  }

  private fail(reason: string, what: 'lost' | 'unreadable' = 'lost'): void {
    const sent = this.phase !== 'waiting';
    if (!this.finish()) return;
    this.ends.reject(new NoAnswer(sent ? what : 'notSent', reason));
    this.controller?.abort(new Error(reason));
  }

  /** @returns false when it was over before */
  private finish(): boolean {
    if (this.phase === 'over') return false;
    this.phase = 'over';
    clearTimeout(this.deadline);
    this.stopListening();
    return true;
  }
}
