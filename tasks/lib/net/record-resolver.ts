import {
  answerMs,
  recordsAt,
  resolveSystem,
  type AnswerType,
  type RecordAnswer,
} from './resolve.ts';

/** The answers to one question: first the one that counts on this machine, then those of the other resolvers. */
export type AskRecords = (
  name: string,
  type: AnswerType,
  signal: AbortSignal,
) => Promise<RecordAnswer[]>;

/**
 * Asks the resolvers of an estate for records. On loopback the first declared one takes the system's place.
 *
 * @param systemServers the DNS servers behind the system's resolver
 */
export function recordResolverFor(
  { loopback, resolvers }: { readonly loopback: boolean; readonly resolvers: readonly string[] },
  systemServers: readonly string[],
): AskRecords {
  const [first] = resolvers;
  return async (name, type, signal) => {
    const [own, ...declared] = await Promise.all([
      loopback && first !== undefined
        ? recordsAt(first, name, type, signal, answerMs)
        : systemRecords(name, type, systemServers, signal),
      ...resolvers.map((server) => recordsAt(server, name, type, signal, answerMs)),
    ]);
    return [own, ...declared.filter(({ source }) => source !== own.source)];
  };
}

/** Addresses come from getaddrinfo, which programs ask; it knows no other records, so its servers are asked. */
async function systemRecords(
  name: string,
  type: AnswerType,
  servers: readonly string[],
  signal: AbortSignal,
): Promise<RecordAnswer> {
  if (type === 'A' || type === 'AAAA') {
    const family = type === 'A' ? 4 : 6;
    const { addresses, ...rest } = await resolveSystem(name, signal, answerMs, family);
    return { ...rest, type, values: addresses };
  }
  const none: RecordAnswer = { name, type, chain: [], values: [], source: 'system' };
  let last: RecordAnswer = { ...none, error: 'servfail' };
  for (const server of servers) {
    last = { ...(await recordsAt(server, name, type, signal, answerMs)), source: 'system' };
    if (last.error !== 'timeout' && last.error !== 'refused') return last;
  }
  return last;
}
