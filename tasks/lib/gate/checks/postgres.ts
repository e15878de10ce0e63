import { greetingCheck } from './greetings.ts';

/**
 * The server asks for a password, or refuses the user or the client's address in its own words.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export const postgres = greetingCheck({
  kind: 'postgres',
  product: 'PostgreSQL',
  port: 5432,
  example: 'pg-shop.postgres.database.azure.com',
  words(said) {
    const kind = said.toString('latin1', 0, 1);
    if (kind === 'R' && said.length >= 9) {
      return said.readUInt32BE(5) === 0 ? 'takes a user without a password' : 'asks for a password';
    }
    // Fields of an error: a letter and a text each; C is the SQLSTATE.
    const state =
      kind === 'E' ? /\0C([0-9A-Z]{5})\0/.exec(said.toString('latin1'))?.[1] : undefined;
    return state === undefined ? undefined : `refuses the session (${state})`;
  },
});
