/** Ids, names and types of Azure are equal without regard to case. */
export function sameId(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
