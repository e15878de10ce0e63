import { greetingCheck } from './greetings.ts';

/** The server answers PING, or says that it wants a password. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export const redis = greetingCheck({
  kind: 'redis',
  product: 'Redis',
  port: 6380,
  example: 'redis-shop.redis.cache.windows.net',
  words(said) {
    const text = said.toString('latin1');
    if (text.startsWith('+PONG')) return 'answers without a password';
    const code = /^-([A-Z]{1,32})\b/.exec(text)?.[1];
    return code === undefined ? undefined : `answers ${code}`;
  },
});
