/** Readers of stored property bags, whose shape only the store's own type checks vouch for. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

export function text(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === 'string' ? found : undefined;
}

export function list(value: unknown, key: string): unknown[] {
  const found = field(value, key);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

export function texts(value: unknown, key: string): string[] {
  return list(value, key).filter((item) => typeof item === 'string');
}

/** The `id` of a reference `{ "id": "..." }`. */
export function idOf(value: unknown): string | undefined {
  return text(value, 'id');
}

/** Resource ids are equal without regard to case. */
export function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
