import { insist, type Patience } from './patience.ts';
import { isFinal, type Content, type DeploymentPort } from './port.ts';
import { contentTag, isSame } from './start.ts';

/**
 * Whether a deployment is under way with this content. A job that is tried again after its agent was lost finds
 * the one that it had begun under the name of its earlier try, and follows it instead of deploying beside it.
 */
export async function isUnderWay(
  port: Pick<DeploymentPort, 'read'>,
  content: Content,
  patience: Patience,
): Promise<boolean> {
  const found = await insist(patience, 'looking for an earlier try of this job', () =>
    port.read(patience.signal),
  );
  return found !== undefined && !isFinal(found.state) && isSame(found, content, contentTag);
}
