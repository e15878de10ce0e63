import type { Path } from './document.ts';

/** What has a network in an estate, in the document as in the model. */
interface Estate {
  readonly hub: unknown;
  readonly operations?: unknown;
  readonly stamps: Readonly<Record<string, unknown>>;
}

type PartOf<E extends Estate> = E['hub'] | NonNullable<E['operations']> | E['stamps'][string];

/** One of the parts of an estate that have a network. */
export interface Member<Part> {
  /** `hub`, `operations` or the stamp's: what inputs, flows and reports call it. */
  readonly name: string;
  readonly kind: 'hub' | 'operations' | 'stamp';
  /** For people: `the hub`, `operations`, `stamp weu`. */
  readonly title: string;
  /** Where it stands in the document. */
  readonly path: Path;
  readonly part: Part;
}

/** Words for members, which no stamp and no zone can be called by. */
export const memberWords: Readonly<Record<string, string>> = {
  hub: 'means the hub',
  operations: 'means the operations network',
  stamp: 'stands for each stamp',
};

/** The hub, operations where the estate has it, and the stamps: the one list of an estate's networks. */
export function membersOf<E extends Estate>(estate: E): Member<PartOf<E>>[] {
  const { hub, operations, stamps } = estate;
  const second: Member<PartOf<E>>[] =
    operations === undefined || operations === null
      ? []
      : [
          {
            ...{ name: 'operations', kind: 'operations', title: 'operations' },
            ...{ path: ['operations'], part: operations },
          },
        ];
  return [
    { name: 'hub', kind: 'hub', title: 'the hub', path: ['hub'], part: hub },
    ...second,
    ...Object.entries(stamps).map(([name, part]): Member<PartOf<E>> => ({
      ...{ name, kind: 'stamp', title: `stamp ${name}` },
      ...{ path: ['stamps', name], part: part as E['stamps'][string] },
    })),
  ];
}
