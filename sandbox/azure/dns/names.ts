/** Lower case, without the dot at the end. */
export function normalise(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Whether a name is a zone's apex or lies below it. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** A record set's name inside its zone: `@` for the apex. */
export function relativeName(name: string, zone: string): string {
  return name === zone ? '@' : name.slice(0, -zone.length - 1);
}

/**
 * A documentation address (203.0.113.0/24) for a public name: always the same one, and never
 * dialled by anybody.
 */
export function documentationAddress(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return `203.0.113.${String((hash % 253) + 1)}`;
}
