import { insist, type Patience } from './patience.ts';
import { isFinal, type Content, type DeploymentPort } from './port.ts';
import { contentTag, isSame } from './start.ts';

/**
 * The name under which a deployment is under way with this content. A job that is tried again after its agent was
 * lost finds the one that it had begun under the name of an earlier try, and follows it instead of deploying beside
 * it: also one of the first try, which the second had followed before it was lost as well.
 */
export async function underWay(
  names: readonly string[],
  deploymentCalled: (name: string) => Pick<DeploymentPort, 'read'>,
  content: Content,
  patience: Patience,
): Promise<string | undefined> {
  for (const name of names) {
    const found = await insist(patience, 'looking for an earlier try of this job', () =>
      deploymentCalled(name).read(patience.signal),
    );
    if (found === undefined || isFinal(found.state)) continue;
    if (isSame(found, content, contentTag)) return name;
  }
  return undefined;
}
