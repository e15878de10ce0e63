import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { SharedBackoff } from './backoff.ts';
import { readChallenge } from './challenge.ts';
import type { BearerChallenge } from './challenge.ts';
import { refusal } from './failure.ts';
import type { RegistryPath } from './failure.ts';
import type { RegistryHttp, RegistryRequest, RegistryResponse } from './http.ts';

export interface RegistryToken {
  readonly token: string;
  /** Milliseconds since 1970, by the registry's word; undefined if it does not say. */
  readonly expiresAt?: number;
}

/**
 * The port to an identity: gets one access token for all scopes. Throws SpokelineError
 * REGISTRY_AUTH.
 */
export interface RegistryLogin {
  accessToken(
    challenge: BearerChallenge,
    scopes: readonly string[],
    signal: AbortSignal,
  ): Promise<RegistryToken>;
}

export interface SessionOptions {
  readonly http: RegistryHttp;
  readonly login: RegistryLogin;
  readonly path: RegistryPath;
  /** For example `repository:team/app:pull,push`. */
  readonly scopes: readonly string[];
  readonly clock: Clock;
  readonly random?: () => number;
  /** Told when all requests have to wait, in ms. */
  readonly onThrottled?: (ms: number) => void;
}

/** What a caller wants done about trouble; a token and throttling are always dealt with here. */
export interface SendOptions {
  /** Sent again after a broken connection or a 5xx. Only for requests that may be repeated. */
  readonly repeat?: boolean;
}

const renewBefore = 5 * 60_000;
const throttleTries = 12;
const repeatTries = 4;

/** Requests to one registry under one identity: token, shared back-off, repetition. */
export class RegistrySession {
  readonly path: RegistryPath;
  readonly #options: SessionOptions;
  readonly #backoff: SharedBackoff;
  #challenge: BearerChallenge | undefined;
  #token: { readonly value: string; readonly renewAt: number } | undefined;
  #renewal: { readonly token: Promise<string>; readonly signal: AbortSignal } | undefined;
  #requests = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.path = options.path;
    this.#backoff = new SharedBackoff(options.clock, options.random);
  }

  /** How many requests went out, those for tokens not counted. */
  get requests(): number {
    return this.#requests;
  }

  /** Any answer but 401, 429 and (with `repeat`) 5xx is the caller's to judge. */
  async send(request: RegistryRequest, options: SendOptions = {}): Promise<RegistryResponse> {
    let renewed = false;
    let throttled = 0;
    let broken = 0;
    for (;;) {
      const token = await this.#currentToken(request.signal);
      await this.#backoff.ready(request.signal);
      let response: RegistryResponse;
      try {
        response = await this.#once(request, token);
      } catch (error) {
        const again = options.repeat === true && isTransient(error) && broken < repeatTries;
        if (!again) throw error;
        broken += 1;
        await this.pause(broken, request.signal);
        continue;
      }
      if (response.status === 401) {
        if (renewed) throw refusal(`${request.method} with a fresh token`, response, this.path);
        renewed = true;
        this.#forget(token);
      } else if (response.status === 429 && throttled < throttleTries) {
        throttled += 1;
        const wait = this.#backoff.throttled(response.headers['retry-after']);
        this.#options.onThrottled?.(wait);
      } else if (isPassing(response.status) && options.repeat === true && broken < repeatTries) {
        broken += 1;
        await this.pause(broken, request.signal);
      } else {
        if (response.status < 400) this.#backoff.succeeded();
        return response;
      }
    }
  }

  /** Waits before the nth try of something that broke off. */
  async pause(attempt: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(this.#backoff.pause(attempt), signal);
  }

  async #once(request: RegistryRequest, token: string): Promise<RegistryResponse> {
    this.#requests += 1;
    if (token === '') return this.#options.http(request);
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    return this.#options.http({ ...request, headers });
  }

  async #currentToken(signal: AbortSignal): Promise<string> {
    for (;;) {
      const known = this.#token;
      if (known !== undefined && this.#options.clock.now() < known.renewAt) return known.value;
      // One renewal for all requests that wait for it.
      const token = () =>
        this.#renew(signal).finally(() => {
          this.#renewal = undefined;
        });
      const renewal = (this.#renewal ??= { token: token(), signal });
      try {
        return await renewal.token;
      } catch (error) {
        // It ended with the request that it was begun for, which need not be this one.
        if (!renewal.signal.aborted || signal.aborted) throw error;
      }
    }
  }

  async #renew(signal: AbortSignal): Promise<string> {
    const { clock, login, scopes } = this.#options;
    this.#challenge ??= await this.#discover(signal);
    if (this.#challenge === undefined) {
      this.#token = { value: '', renewAt: Infinity };
      return '';
    }
    const challenge = this.#challenge;
    const from = clock.now();
    const { token, expiresAt } = await this.#insist(signal, () =>
      login.accessToken(challenge, scopes, signal),
    );
    // A token that lives shorter than the margin is used for half of its life.
    const renewAt =
      expiresAt === undefined
        ? Infinity
        : Math.max(expiresAt - renewBefore, from + (expiresAt - from) / 2);
    this.#token = { value: token, renewAt };
    return token;
  }

  /** Undefined: the registry wants no login. */
  async #discover(signal: AbortSignal): Promise<BearerChallenge | undefined> {
    const response = await this.#insist(signal, async () => {
      const answer = await this.#options.http({ method: 'GET', target: '/v2/', signal });
      if (answer.status !== 429 && !isPassing(answer.status)) return answer;
      const { message, details } = refusal('GET /v2/', answer, this.path);
      throw new SpokelineError('REGISTRY_REQUEST', message, { details, transient: true });
    });
    if (response.status === 200) return undefined;
    if (response.status !== 401) throw refusal('GET /v2/', response, this.path);
    return readChallenge(response.headers['www-authenticate'], this.path.loginServer);
  }

  /** Does it again after faults that pass. */
  async #insist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error) || attempt > repeatTries) throw error;
      }
      await this.pause(attempt, signal);
    }
  }

  #forget(token: string): void {
    // Another request may have renewed it meanwhile.
    if (this.#token?.value === token) this.#token = undefined;
  }
}

/** Whether the connection broke off, so that the same request may succeed when made again. */
export function isTransient(error: unknown): boolean {
  return error instanceof SpokelineError && error.transient;
}

/** Whether a status says that the server is in trouble for the moment. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 500 || status === 502 || status === 503 || status === 504;
}
