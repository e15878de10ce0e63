import { isIP } from 'node:net';
import * as v from 'valibot';
import { isForbidden } from '../../net/forbidden.ts';

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

function isName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  return (
    text.length <= 253 &&
    labels.length > 1 &&
    labels.every((part) => label.test(part)) &&
    /[a-z]/i.test(labels.at(-1) ?? '')
  );
}

/** A DNS name of at least two labels. */
export const nameField = v.pipe(
  v.string('must be a DNS name'),
  v.check(isName, 'must be a DNS name such as kv-shop.vault.azure.net'),
);

/** A DNS name or an address. Odd spellings of a platform address pass, to be refused as what they mean. */
export const hostField = v.pipe(
  v.string('must be a DNS name or an address'),
  v.check(
    (text) => isName(text) || isIP(text) === 4 || isForbidden(text),
    'must be a DNS name or an IPv4 address',
  ),
);

export const portField = v.pipe(
  v.number('must be a port, 1 to 65535'),
  v.check(
    (port) => Number.isInteger(port) && port >= 1 && port <= 65535,
    'must be a port, 1 to 65535',
  ),
);

export const flagField = v.boolean('must be true or false');
