/** Does something for each of them, so many at a time; each takes the next when it is done. */
export async function sideBySide<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const item of left) await work(item);
  });
  await Promise.all(workers);
}

/** How many a second that was. */
export async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return (count / (performance.now() - beganMs)) * 1_000;
}
