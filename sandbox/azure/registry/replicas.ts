/** A place that holds a registry's content, and the host that hands layers out from there. */
export interface Replica {
  /** For example `northeurope`. */
  region: string;
  /** With its port if that is not 443. */
  dataHost: string;
}

/** The one place of a registry that hands layers out at its login server. */
const only = '';

/**
 * Which replica has which content: what comes to one reaches the others after a while, as long as
 * https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication leaves open.
 */
export class Replicas {
  readonly #all: () => readonly Replica[];
  readonly #lag: Readonly<Record<string, number>>;
  readonly #split: string | undefined;
  readonly #now: () => number;
  /** When a digest came to which region, in ms. */
  readonly #came = new Map<string, Map<string, number>>();

  /**
   * @param all the first answers for the login server
   * @param lag seconds until a region has what came to another one
   * @param split region that answers for manifests in the place of the first
   */
  constructor(
    all: () => readonly Replica[],
    lag: Readonly<Record<string, number>>,
    split: string | undefined,
    now: () => number,
  ) {
    this.#all = all;
    this.#lag = lag;
    this.#split = split;
    this.#now = now;
  }

  /** The region that answers requests at the login server. */
  serving(what: 'blobs' | 'manifests'): string {
    return (what === 'manifests' ? this.#split : undefined) ?? this.#all()[0]?.region ?? only;
  }

  /** Where the login server sends those who want a layer; undefined: it hands them out itself. */
  get dataHost(): string | undefined {
    return this.#all()[0]?.dataHost;
  }

  /** The region behind a data host. */
  regionOf(dataHost: string): string | undefined {
    return this.#all().find((replica) => replica.dataHost === dataHost)?.region;
  }

  wrote(digest: string, region: string): void {
    const came = this.#came.get(digest) ?? new Map<string, number>();
    if (!came.has(region)) came.set(region, this.#now());
    this.#came.set(digest, came);
  }

  dropped(digest: string): void {
    this.#came.delete(digest);
  }

  holds(digest: string, region: string): boolean {
    const lag = (this.#lag[region] ?? 0) * 1000;
    return [...(this.#came.get(digest) ?? [])].some(
      ([origin, at]) => origin === region || this.#now() >= at + lag,
    );
  }
}
