import type { Network } from '../topology/model.ts';
import type { SpecContext } from './check.ts';

/** How a gates document calls the networks of the topology; `stamp` is the one of `each: stamp`. */
export const networkWords = ['hub', 'operations', 'stamp'] as const;
export type NetworkWord = (typeof networkWords)[number];

/** What it takes for a word to mean something. */
export const networkNeeds: Readonly<Record<NetworkWord, string>> = {
  hub: 'needs a topology',
  operations: 'needs a topology with operations',
  stamp: 'needs a topology and each: stamp',
};

export function isNetworkWord(text: string): text is NetworkWord {
  return (networkWords as readonly string[]).includes(text);
}

/** The network that a word means here; undefined where `networkNeeds` are not met. */
export function networkOf(
  word: NetworkWord,
  { hub, topology, stamp }: Pick<SpecContext, 'hub' | 'topology' | 'stamp'>,
): Network | undefined {
  switch (word) {
    case 'hub':
      return hub?.network;
    case 'operations':
      return topology?.operations?.network;
    case 'stamp':
      return stamp?.network;
  }
}
