import { setMaxListeners } from 'node:events';

/** Aborts with the first of some signals, and takes many listeners: Node would take those for a leak, and say so in the log. */
export function sharedSignal(...signals: readonly AbortSignal[]): AbortSignal {
  const shared = AbortSignal.any([...signals]);
  setMaxListeners(0, shared);
  return shared;
}
