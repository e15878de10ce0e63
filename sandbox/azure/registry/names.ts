import { RegistryError } from './errors.ts';

const repository =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tag = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digest = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** @throws RegistryError NAME_INVALID */
export function checkRepository(name: string): string {
  if (repository.test(name) && name.length <= 255) return name;
  throw new RegistryError(400, 'NAME_INVALID', 'invalid repository name', { detail: { name } });
}

/** @throws RegistryError DIGEST_INVALID */
export function checkDigest(text: string): string {
  if (digest.test(text)) return text;
  throw new RegistryError(400, 'DIGEST_INVALID', 'provided digest is not a sha256 or sha512 one', {
    detail: { digest: text },
  });
}

/** @throws RegistryError TAG_INVALID */
export function checkTag(text: string): string {
  if (tag.test(text)) return text;
  throw new RegistryError(400, 'TAG_INVALID', 'invalid tag name', { detail: { tag: text } });
}

export function isDigest(reference: string): boolean {
  return reference.includes(':');
}

/** Hash name of a digest that `checkDigest` took. */
export function algorithmOf(text: string): 'sha256' | 'sha512' {
  return text.startsWith('sha512:') ? 'sha512' : 'sha256';
}
