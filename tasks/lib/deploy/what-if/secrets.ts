/** Puts `***` in the place of secrets; `path` is where the value stands in a resource of this type. */
export type Hide = (value: unknown, path: string, type: string) => unknown;

const hidden = '***';

/** Shorter secrets are hidden only where they are the whole text: a part of another word is none. */
const shortestPart = 4;

/**
 * Properties whose texts are secret wherever they come from: a template may build them from a key vault or from
 * another secret, which nobody here knows. https://github.com/Azure/arm-template-whatif/issues/309
 */
const secretName =
  /(?:password|passphrase|secret|secrets|privatekey|connectionstring|(?:access|account|shared|primary|secondary)key|sastoken|customdata|protectedsettings)$/i;

/** Rights on secrets, which are none themselves. */
const harmless = /(?:^|\.)permissions\.secrets$/i;

/** Hides the given secrets in any text, in plain, in base64 and in a URL, and what is secret by its name. */
export function hiderOf(secrets: readonly string[]): Hide {
  const parts = secrets
    .filter((secret) => secret.length >= shortestPart)
    .flatMap((secret) => [secret, inUrl(secret), Buffer.from(secret).toString('base64')])
    .sort((a, b) => b.length - a.length);
  const wholes = new Set(secrets.filter((secret) => secret !== ''));
  const text = (value: string): string =>
    wholes.has(value) ? hidden : parts.reduce((rest, part) => rest.split(part).join(hidden), value);

  const hide: Hide = (value, path, type) => {
    if (isSecretPath(path, type) && value !== null && typeof value !== 'boolean') {
      return value === undefined ? undefined : hidden;
    }
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return (value as unknown[]).map((item) => hide(item, path, type));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [text(key), hide(item, `${path}.${key}`, type)]),
    );
  };
  return hide;
}

function inUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // A lone surrogate cannot be part of a URL.
    return secret;
  }
}

/** Whether any part of the path is secret by its name: `properties.secrets[0].value` is. */
function isSecretPath(path: string, type: string): boolean {
  const plain = path.replace(/\[\d+\]/g, '');
  if (/\/secrets$/i.test(type) && /(?:^|\.)properties\.value$/i.test(plain)) return true;
  if (harmless.test(plain)) return false;
  return plain.split('.').some((part) => secretName.test(part));
}

/** All texts of a value, for example of the parameters that a template calls secure. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
