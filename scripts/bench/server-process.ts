import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A server in a process of its own, so that it does not share a processor's time with what is
 * measured. It ends with the connection to this process, whatever becomes of us.
 */
export interface ServerProcess<Ready, Answer> {
  readonly ready: Ready;
  ask(question: string): Promise<Answer>;
  stop(): Promise<void>;
}

interface Message {
  readonly ready?: unknown;
  readonly answer?: unknown;
}

/**
 * Starts a module that calls `serve`.
 *
 * @throws Error if it ends before it is ready
 */
export async function startServer<Ready, Answer>(
  file: string,
  ...args: readonly string[]
): Promise<ServerProcess<Ready, Answer>> {
  const child = fork(file, args, { execArgv: ['--import', 'tsx'], serialization: 'json' });
  const ended = once(child, 'exit');
  const next = async (): Promise<Message> => {
    const heard = await Promise.race([
      once(child, 'message').then(([message]) => message as Message),
      ended.then(([code]) => new Error(`${file} ended with ${String(code)}`)),
    ]);
    if (heard instanceof Error) throw heard;
    return heard;
  };
  const { ready } = await next();
  return {
    ready: ready as Ready,
    async ask(question) {
      child.send({ question });
      return (await next()).answer as Answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The other side: tells that it is ready, answers one question at a time, and closes when it is left alone. */
export function serve(
  ready: unknown,
  answer: (question: string) => unknown,
  close: () => Promise<void>,
): void {
  process.on('message', ({ question }: { question: string }) => {
    void Promise.resolve(answer(question)).then((said) => process.send?.({ answer: said }));
  });
  process.once('disconnect', () => {
    void close().finally(() => process.exit(0));
  });
  // Ctrl-C reaches the whole group; the one who measures decides when this ends.
  process.on('SIGINT', () => undefined);
  process.send?.({ ready });
}
