/** A private endpoint with its addresses, as Azure shows it. */
export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Resource id and type of the service behind it. */
  readonly targetId: string;
  readonly targetType: string;
  /** `Approved`, `Pending`, `Rejected`, `Disconnected`. */
  readonly status: string;
  readonly configurations: readonly {
    readonly groupId: string;
    /** The part of the service behind this address, where the interface tells it. */
    readonly member?: string;
    readonly address: string;
    readonly fqdns: readonly string[];
  }[];
}

/** An A record set in a zone. */
export interface RecordSet {
  readonly zone: string;
  /** Relative to the zone, in lower case. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

/** A virtual network that resolves a zone. */
export interface ZoneLink {
  readonly zone: string;
  readonly name: string;
  readonly networkId: string;
  readonly registration: boolean;
  /** Whether names that the zone lacks are looked up on the internet (NxDomainRedirect). */
  readonly fallback: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

/** Everything that is in the zones of an estate. */
export interface ZoneState {
  /** In lower case. */
  readonly zones: readonly string[];
  readonly records: readonly RecordSet[];
  readonly links: readonly ZoneLink[];
}

/** What one owner wants: its names and the networks that need to resolve them. */
export interface Wish {
  /** `<topology>/<stamp>`, kept with each record and link. */
  readonly owner: string;
  readonly records: readonly WantedRecord[];
  readonly links: readonly WantedLink[];
  /** Links that somebody else makes, such as the hub's own. */
  readonly expectedLinks: readonly { readonly zone: string; readonly networkId: string }[];
  /** Endpoints that are not ready: their records are neither written nor removed. */
  readonly waiting?: readonly WaitingEndpoint[];
  /** Set when more endpoints of the owner may exist than were looked at: then nothing counts as stale. */
  readonly partial?: boolean;
}

export interface WaitingEndpoint {
  readonly id: string;
  /** As records have it in their metadata. */
  readonly key: string;
  readonly status: string;
  readonly why: string;
}

export interface WantedRecord {
  readonly zone: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ttl: number;
  /** Public names that lead here; for verification. */
  readonly fqdns: readonly string[];
  /** Keys of the endpoints that the addresses belong to. */
  readonly endpoints: readonly string[];
}

export interface WantedLink {
  readonly zone: string;
  readonly name: string;
  readonly networkId: string;
  readonly fallback: boolean;
}

/** Keys of our metadata on record sets and of our tags on links. */
export const ownerKey = 'spokeline-owner';
export const endpointKey = 'spokeline-endpoint';
/** The addresses that we wrote: shows whether somebody changed them since without touching the owner. */
export const addressesKey = 'spokeline-addresses';

/** Access to the zones, implemented over ARM. */
export interface ZonePort {
  /** Zones of the estate with all their A records and links. Throws rather than return a part. */
  state(signal: AbortSignal): Promise<ZoneState>;
  record(zone: string, name: string, signal: AbortSignal): Promise<RecordSet | undefined>;
  link(zone: string, name: string, signal: AbortSignal): Promise<ZoneLink | undefined>;
  /** Without an etag it only creates. Throws ARM_PRECONDITION when somebody else was there. */
  writeRecord(
    record: Omit<RecordSet, 'etag'>,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  removeRecord(record: RecordSet, signal: AbortSignal): Promise<void>;
  writeLink(
    link: Omit<ZoneLink, 'etag'>,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  removeLink(link: ZoneLink, signal: AbortSignal): Promise<void>;
}
