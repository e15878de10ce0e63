/**
 * What a name means among the images of a folder or an archive: those that have it, else those whose
 * name ends with it. `app:1.0` finds `docker.io/library/app:1.0`.
 */
export function meant<T>(
  images: readonly T[],
  name: string,
  namesOf: (image: T) => readonly string[],
): T[] {
  const exact = images.filter((image) => namesOf(image).includes(name));
  if (exact.length > 0) return exact;
  return images.filter((image) => namesOf(image).some((known) => known.endsWith(`/${name}`)));
}

/** Some names in a message; a source may have thousands, of any length. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => name.slice(0, 100));
  return shown.join(', ') + (names.length > 5 ? ', …' : '');
}
