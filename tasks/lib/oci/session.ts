import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { SharedBackoff } from './backoff.ts';
import { readChallenge } from './challenge.ts';
import type { Challenge } from './challenge.ts';
import { refusal } from './failure.ts';
import type { RegistryPath } from './failure.ts';
import type { RegistryHttp, RegistryRequest, RegistryResponse } from './http.ts';
import type { OnThrottled, RegistryLogin, RegistryToken } from './login.ts';

export interface SessionOptions {
  readonly http: RegistryHttp;
  readonly login: RegistryLogin;
  readonly path: RegistryPath;
  /** For example `repository:team/app:pull,push`. */
  readonly scopes: readonly string[];
  /** Wanted as well, but done without where the identity gets no token for them. */
  readonly extraScopes?: readonly string[];
  /** Hosts besides the registry's own that may hand out its tokens. */
  readonly tokenHosts?: readonly string[];
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

interface HeldToken {
  readonly authorization: string;
  readonly renewAt: number;
}

/**
 * Requests to one registry under one identity: token, shared back-off, repetition. It signs in when
 * the registry asks for it: one that does not want a login costs no request more.
 */
export class RegistrySession {
  readonly path: RegistryPath;
  readonly #options: SessionOptions;
  readonly #backoff: SharedBackoff;
  #challenge: Challenge | undefined;
  #token: HeldToken | undefined;
  #renewal: { readonly token: Promise<HeldToken>; readonly signal: AbortSignal } | undefined;
  /** The first request, which finds out whether a login is wanted; the others wait for its answer. */
  #scout: Promise<unknown> | undefined;
  #extraScopes: readonly string[];
  #requests = 0;
  #latency = Infinity;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.path = options.path;
    this.#extraScopes = options.extraScopes ?? [];
    this.#backoff = new SharedBackoff(options.clock, options.random);
  }

  /** How many requests went out, those for signing in not counted. */
  get requests(): number {
    return this.#requests;
  }

  /** The fastest answer so far, in ms: a round trip and what the registry needs for the least. */
  get latency(): number {
    return this.#latency;
  }

  /** Any answer but 401, 429 and (with `repeat`) 5xx is the caller's to judge. */
  async send(request: RegistryRequest, options: SendOptions = {}): Promise<RegistryResponse> {
    if (this.#scout !== undefined) {
      await this.#scout;
      return this.#insistently(request, options);
    }
    const first = this.#insistently(request, options);
    this.#scout = first.catch(() => undefined);
    return first;
  }

  async #insistently(request: RegistryRequest, options: SendOptions): Promise<RegistryResponse> {
    let renewed = false;
    let throttled = 0;
    let broken = 0;
    for (;;) {
      const token = await this.#currentToken(request.signal);
      await this.#backoff.ready(request.signal);
      let response: RegistryResponse;
      try {
        response = await this.#once(request, token);
        // In trouble, but sure of when it will be over.
        if (response.status === 503 && 'retry-after' in response.headers) this.#waitFor(response);
      } catch (error) {
        const again = options.repeat === true && isTransient(error) && broken < repeatTries;
        if (!again) throw error;
        broken += 1;
        await this.pause(broken, request.signal);
        continue;
      }
      if (response.status === 401) {
        if (renewed) throw refusal(`${request.method} with a fresh token`, response, this.path);
        renewed = token !== undefined;
        if (!renewed) this.#requests -= 1;
        this.#challenged(token, response);
      } else if (response.status === 429 && throttled < throttleTries) {
        throttled += 1;
        // The token may run out while everybody waits.
        renewed = false;
        this.#waitFor(response);
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

  /** Lets everybody wait as long as the registry asks for. */
  #waitFor({ headers }: RegistryResponse): void {
    const wait = this.#backoff.throttled(headers['retry-after']);
    this.#options.onThrottled?.(wait);
  }

  async #once(request: RegistryRequest, token: HeldToken | undefined): Promise<RegistryResponse> {
    this.#requests += 1;
    const { clock, http } = this.#options;
    const headers =
      token === undefined
        ? request.headers
        : { ...request.headers, authorization: token.authorization };
    const sent = clock.now();
    const response = await http(headers === undefined ? request : { ...request, headers });
    this.#latency = Math.min(this.#latency, clock.now() - sent);
    return response;
  }

  /** The registry did not take this token, or wants one. */
  #challenged(token: HeldToken | undefined, response: RegistryResponse): void {
    const header = response.headers['www-authenticate'];
    // One that has told once how to sign in need not say it again.
    if (this.#challenge === undefined || header !== undefined) {
      const { tokenHosts } = this.#options;
      this.#challenge = readChallenge(header, this.path.loginServer, tokenHosts);
    }
    // Another request may have renewed it meanwhile.
    if (this.#token === token) this.#token = undefined;
  }

  /** Undefined: the registry has not asked for a login so far. */
  async #currentToken(signal: AbortSignal): Promise<HeldToken | undefined> {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    for (;;) {
      const known = this.#token;
      if (known !== undefined && this.#options.clock.now() < known.renewAt) return known;
      // One renewal for all requests that wait for it.
      const token = () =>
        this.#renew(challenge, signal).finally(() => {
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

  async #renew(challenge: Challenge, signal: AbortSignal): Promise<HeldToken> {
    const from = this.#options.clock.now();
    const { authorization, expiresAt } = await this.#insist(signal, (onThrottled) =>
      this.#accessToken(challenge, signal, onThrottled),
    );
    // A token that lives shorter than the margin is used for half of its life; one that is over
    // already tells of a wrong clock here, and is used until the registry says so.
    const renewAt =
      expiresAt === undefined || expiresAt <= from
        ? Infinity
        : Math.max(expiresAt - renewBefore, from + (expiresAt - from) / 2);
    this.#token = { authorization, renewAt };
    return this.#token;
  }

  async #accessToken(
    challenge: Challenge,
    signal: AbortSignal,
    onThrottled: OnThrottled,
  ): Promise<RegistryToken> {
    const { login, scopes } = this.#options;
    const all = [...scopes, ...this.#extraScopes];
    try {
      return await login.accessToken(challenge, all, signal, onThrottled);
    } catch (error) {
      const refused = error instanceof SpokelineError && error.code === 'REGISTRY_AUTH';
      if (!refused || this.#extraScopes.length === 0) throw error;
      // Some token services refuse all for the sake of one.
      this.#extraScopes = [];
      return login.accessToken(challenge, scopes, signal, onThrottled);
    }
  }

  /** Does it again after faults that pass. */
  async #insist<T>(
    signal: AbortSignal,
    work: (onThrottled: OnThrottled) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      let throttled = false;
      try {
        return await work((answer) => {
          throttled = true;
          this.#waitFor(answer);
        });
      } catch (error) {
        const tries = throttled ? throttleTries : repeatTries;
        if (!isTransient(error) || attempt > tries) throw error;
      }
      if (throttled) await this.#backoff.ready(signal);
      else await this.pause(attempt, signal);
    }
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
