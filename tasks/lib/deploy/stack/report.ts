import type { StackView } from './model.ts';

/** What became of a stack, for the log: a line a resource that it manages no longer, then the sums. */
export function stackLines({ managed, detached, deleted, failed }: StackView): string[] {
  return [
    ...detached.map((id) => `  detached: ${id}`),
    ...deleted.map((id) => `  deleted: ${id}`),
    `The stack manages ${managed.length === 1 ? '1 resource' : `${managed.length} resources`}; ${detached.length} detached, ` +
      `${deleted.length} deleted, ${failed.length} failed.`,
  ];
}

/** The same for the pipeline: ids by what became of them. */
export function stackDocument(view: StackView): Record<string, readonly string[]> {
  const { managed, detached, deleted, failed } = view;
  return { managed, detached, deleted, failed: failed.map(({ id }) => id) };
}
