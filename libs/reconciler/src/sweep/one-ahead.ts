/**
 * What is asked for page by page, up to the last, each page while the one before is looked at: whoever is
 * asked does not wait for whoever looks, nor the other way round.
 * @param ask for the page behind another; `null` begins
 * @throws whatever `ask` throws, when the page's turn comes
 */
export async function* oneAhead<Page>(
  ask: (before: Page | null) => Promise<Page>,
  isLast: (page: Page) => boolean,
): AsyncGenerator<Page, void, undefined> {
  let asked = ask(null);
  for (;;) {
    const page = await asked;
    const ends = isLast(page);
    if (!ends) {
      asked = ask(page);
      // It is waited for with its turn, which may not come.
      asked.catch(() => undefined);
    }
    yield page;
    if (ends) return;
  }
}
