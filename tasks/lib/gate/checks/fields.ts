import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as v from 'valibot';
import { isForbidden } from '../../net/forbidden.ts';
import { isAskable } from '../see-https.ts';

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

function isAuthority(text: string): boolean {
  try {
    return new X509Certificate(text).ca;
  } catch {
    return false;
  }
}

/** The certificate of an authority that counts instead of those that the agent trusts. */
export const authorityField = v.pipe(
  v.string('must be the PEM text of the certificate of an authority'),
  v.check(isAuthority, 'must be the PEM text of the certificate of an authority'),
);

/** A pattern of JavaScript; `matches` bounds the time that it may take. */
export const patternField = v.pipe(
  v.string('must be a regular expression'),
  v.check((text) => {
    try {
      new RegExp(text, 'u');
      return true;
    } catch {
      return false;
    }
  }, 'must be a regular expression'),
);

/** A whole number between two bounds. */
export function wholeField(least: number, most: number) {
  const message = `must be a whole number, ${least} to ${most}`;
  return v.pipe(
    v.number(message),
    v.check((value) => Number.isInteger(value) && value >= least && value <= most, message),
  );
}

/** An https URL of a name or an address, without credentials. */
export const httpsField = v.pipe(
  v.string('must be an https:// URL'),
  v.check((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return isAskable(url) && url.username === '' && url.password === '' && url.hash === '';
  }, 'must be an https:// URL of a DNS name or an address, without user, password and fragment'),
);
