import type { Resolution, Resolver } from './resolve.ts';

/**
 * Keeps what a name resolved to: one that is asked for twice, as the registry that an image is copied in, has one
 * address for the whole run. What did not resolve is asked for again.
 */
export function remembered(resolver: Resolver): Resolver {
  const own = new Map<string, Promise<Resolution>>();
  const others = new Map<string, Promise<Resolution[]>>();
  return {
    resolve: (name, signal, family) =>
      once(own, `${family} ${name}`, () => resolver.resolve(name, signal, family), isAnswer),
    witnesses: (name, signal, family) =>
      once(
        others,
        `${family} ${name}`,
        () => resolver.witnesses(name, signal, family),
        (answers) => answers.every(isAnswer),
      ),
  };
}

function isAnswer({ error }: Resolution): boolean {
  return error === undefined;
}

async function once<T>(
  known: Map<string, Promise<T>>,
  key: string,
  ask: () => Promise<T>,
  lasts: (answer: T) => boolean,
): Promise<T> {
  const asked = known.get(key) ?? ask();
  known.set(key, asked);
  let kept = false;
  try {
    const answer = await asked;
    kept = lasts(answer);
    return answer;
  } finally {
    if (!kept) known.delete(key);
  }
}
