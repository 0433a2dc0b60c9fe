const BEGIN = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- end of figures -->';

/**
 * A page with other figures between its two marks; everything else stays.
 * @throws Error when the marks are not there, once each and in their order
 */
export function withFigures(page: string, figures: string): string {
  const [before, rest, ...more] = page.split(BEGIN);
  const [, after, ...further] = (rest ?? '').split(END);
  if (before === undefined || after === undefined || more.length > 0 || further.length > 0)
    throw new Error(`the page must hold "${BEGIN}" and after it "${END}", once each`);
  return `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`;
}
