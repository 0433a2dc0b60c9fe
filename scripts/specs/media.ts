/** The media type of a Content-Type header, without its parameters; empty when there is none. */
export function mediaTypeOf(contentType: string | number | undefined): string {
  return String(contentType ?? '')
    .split(';', 1)
    .join('')
    .trim()
    .toLowerCase();
}

/** @returns `undefined` for what is not JSON, which no JSON text is */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
