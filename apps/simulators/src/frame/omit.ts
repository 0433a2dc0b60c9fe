/** A copy without one member. */
export function omit<T extends object, Name extends keyof T>(from: T, name: Name): Omit<T, Name> {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- naming the member is what leaves it out of the rest
  const { [name]: omitted, ...rest } = from;
  return rest;
}
