/** A copy without one member. */
export function omit<T extends object, Name extends keyof T>(from: T, name: Name): Omit<T, Name> {
  const { [name]: omitted, ...rest } = from;
  // Naming the member is what leaves it out of the rest; its value has no further use.
  omitted;
  return rest;
}
