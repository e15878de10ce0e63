import { asTexts, at } from '../../json.ts';
import type { Resource } from '../../store.ts';

/** Whether the owner of a private link service has said that endpoints of a subscription need no approval. */
export function isAutoApproved(target: Resource, subscriptionId: string | undefined): boolean {
  return asTexts(at(target.properties, 'autoApproval.subscriptions')).some(
    (listed) => listed === '*' || listed.toLowerCase() === subscriptionId?.toLowerCase(),
  );
}
