import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { cleanText } from './clean.js';
import type { Answer } from './exchange.js';
import { NoAnswer } from './no-answer.js';

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateZlib: Decompress = promisify(inflate);
const inflateBare: Decompress = promisify(inflateRaw);

const CODINGS: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
  // "deflate" means a zlib stream, but some servers send a bare one; the zlib header's low four bits say 8.
  deflate: (bytes, options) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateZlib(bytes, options) : inflateBare(bytes, options),
};

/**
 * An answer that says it holds JSON, with its body as it was before it was compressed. What is compressed may be a thousand
 * times as large. An empty one need not say anything.
 * @throws NoAnswer `unreadable` when it says something else, cannot be decompressed, or is larger than `maxBodyBytes`
 */
export async function decompressed(answer: Answer, maxBodyBytes: number): Promise<Answer> {
  if (answer.body.length === 0) return answer;
  if (!isJson(headerOf(answer, 'content-type'))) throw new NoAnswer('unreadable', 'content_type');
  const coding = headerOf(answer, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return answer;
  const decompress = Object.hasOwn(CODINGS, coding) ? CODINGS[coding] : undefined;
  if (decompress === undefined) throw new NoAnswer('unreadable', 'content_encoding');
  try {
    return { ...answer, body: await decompress(answer.body, { maxOutputLength: maxBodyBytes }) };
  } catch (error) {
    const tooLarge = isNativeError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw new NoAnswer('unreadable', tooLarge ? 'body_too_large' : 'content_encoding');
  }
}

/**
 * Reads the JSON of an answer that is `decompressed`, cleaned of text that a database refuses.
 * @returns `undefined` when the body is empty
 * @throws NoAnswer `unreadable` when it is not the JSON it should be; `lost` when it was cut where no length was told
 */
export function readJson(answer: Answer): unknown {
  if (answer.body.length === 0) return undefined;
  const text = answer.body.toString('utf8');
  return cleanText(text, parse(answer, text));
}

/** The JSON of an error answer, or `undefined`: an error with no body, or with a page for people, is still an error. */
export async function readErrorJson(answer: Answer, maxBodyBytes: number): Promise<unknown> {
  try {
    return readJson(await decompressed(answer, maxBodyBytes));
  } catch {
    return undefined;
  }
}

/** One header of an answer; a header that came more than once counts as its first. */
export function headerOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType);
}

function parse(answer: Answer, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold personal values; it goes no further.
    if (isFramed(answer)) throw new NoAnswer('unreadable', 'not_json');
    throw new NoAnswer('lost', 'truncated');
  }
}

/** Whether the answer told its length; where not, its end is only the end of the connection. */
function isFramed(answer: Answer): boolean {
  return (
    headerOf(answer, 'content-length') !== undefined || headerOf(answer, 'transfer-encoding') !== undefined
  );
}
