import { SpokelineError } from '../errors.ts';
import { isRecord } from './descriptor.ts';
import { refusal } from './failure.ts';
import type { RegistryPath } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { OnThrottled } from './login.ts';

/**
 * The JSON object of a token service's answer.
 *
 * @param what that was asked for, for the message
 * @throws SpokelineError REGISTRY_AUTH; transient when the service is busy or in trouble
 */
export function tokenAnswer(
  response: RegistryResponse,
  path: RegistryPath,
  what: string,
  onThrottled: OnThrottled,
): Record<string, unknown> {
  const host = path.loginServer;
  if (response.status !== 200) {
    const fault = refusal(what, response, path);
    const { hint, details } = fault;
    if (response.status === 429 || response.status >= 500) {
      if (response.status === 429 || 'retry-after' in response.headers) onThrottled(response);
      const info = { details, transient: true };
      throw new SpokelineError(
        fault.code,
        fault.message,
        hint === undefined ? info : { ...info, hint },
      );
    }
    if (response.status === 401 || response.status === 403) throw fault;
    throw new SpokelineError('REGISTRY_AUTH', fault.message, {
      hint: `Check that ${host} takes this kind of login and that the identity may see it.`,
      details,
    });
  }
  try {
    const document: unknown = JSON.parse(response.body.toString('utf8'));
    if (isRecord(document)) return document;
  } catch {
    // Said below, without the text: it may hold a token.
  }
  throw new SpokelineError('REGISTRY_AUTH', `${host} answered ${what} with something else`);
}

/** @throws SpokelineError REGISTRY_AUTH when the answer has none of the fields */
export function tokenIn(
  answer: Record<string, unknown>,
  names: readonly string[],
  path: RegistryPath,
  what: string,
): string {
  for (const name of names) {
    const token = answer[name];
    if (typeof token === 'string' && token !== '') return token;
  }
  throw new SpokelineError(
    'REGISTRY_AUTH',
    `${path.loginServer} answered ${what} without ${names.join(' or ')}`,
  );
}
