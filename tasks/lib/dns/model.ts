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
  /** Whether Azure still lists its names for the user to register, as it does until there is a zone group. */
  readonly unregistered: boolean;
  readonly configurations: readonly {
    readonly groupId: string;
    /** The part of the service behind this address, where the interface tells it. */
    readonly member?: string;
    readonly address: string;
    readonly fqdns: readonly string[];
  }[];
}

/** Types of record sets that this task writes. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

/** Names one record set; `name` is relative to the zone, in lower case, and `@` is the zone itself. */
export interface SetName {
  readonly zone: string;
  readonly name: string;
  readonly type: RecordType;
}

/** A record set in a zone. */
export interface RecordSet extends SetName {
  /** Addresses, the one name of a CNAME, or texts; sorted. */
  readonly values: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether Azure keeps it for a virtual machine of a network that registers here. */
  readonly registered: boolean;
  readonly etag: string;
  /** In the set that an earlier plan of the same run is going to write: what is there until then. */
  readonly planned?: { readonly present: RecordSet | undefined };
}

/** What a record set is written with. */
export type RecordBody = Omit<RecordSet, 'etag' | 'registered' | 'planned'>;

/** A virtual network that resolves a zone. */
export interface ZoneLink {
  readonly zone: string;
  readonly name: string;
  readonly networkId: string;
  /** Whether the network's machines get records in the zone by themselves. */
  readonly registration: boolean;
  /** Whether names that the zone lacks are looked up on the internet (NxDomainRedirect). */
  readonly fallback: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly etag: string;
  /** Set where an earlier plan of the same run is going to make it. */
  readonly planned?: true;
}

/** What a link is written with. */
export type LinkBody = Omit<ZoneLink, 'etag' | 'planned'>;

/** What a zone may hold at most. */
export interface ZoneLimits {
  readonly recordSets: number;
  readonly links: number;
  readonly registrationLinks: number;
}

/** Everything that is in the zones of an estate. */
export interface ZoneState {
  /** In lower case. */
  readonly zones: readonly string[];
  readonly records: readonly RecordSet[];
  /** Record sets of other types (SOA, MX, SRV, PTR): they count, and exclude a CNAME of their name. */
  readonly others: readonly {
    readonly zone: string;
    readonly name: string;
    readonly type: string;
  }[];
  readonly links: readonly ZoneLink[];
  readonly limits: Readonly<Record<string, ZoneLimits>>;
}

/** One reason for values of a record set; the set holds the values of all its parts. */
export interface Part {
  /** Key of the private endpoint, see `endpointKeyOf`, or `byHand`. */
  readonly source: string;
  readonly values: readonly string[];
  /** The stamp that noted it, where it is not the one that reads or writes the set. */
  readonly owner?: string;
}

/** The source of records that people declare. */
export const byHand = 'by hand';

export interface WantedRecord extends SetName {
  readonly values: readonly string[];
  readonly ttl: number;
  /** Public names that lead here, and are asked for records of this type; for verification. */
  readonly fqdns: readonly string[];
  readonly parts: readonly Part[];
  /** Who writes it: the zone group of its endpoint, ours or a policy's, or this task as a record. */
  readonly writer: 'zoneGroup' | 'record';
}

export interface WantedLink {
  readonly zone: string;
  readonly name: string;
  readonly networkId: string;
  readonly registration: boolean;
  readonly fallback: boolean;
}

/**
 * What a run has read about private endpoints, as proof that others are gone. A listing that was refused or
 * broke off is not in here: then nothing of its group is proven.
 */
export interface Seen {
  /** `subscription/resource group` in lower case, listed to the last page. */
  readonly groups: readonly string[];
  /** Keys of endpoints that were looked for one by one. */
  readonly endpoints: readonly string[];
  /** Keys of endpoints that exist, but are not this run's business. */
  readonly others: readonly string[];
  /**
   * What the owner's records noted before the endpoints were read, see `partKeyOf`: whatever was noted later may be of
   * an endpoint that is younger than the listing. Undefined where the zones are not read before.
   */
  readonly noted?: ReadonlySet<string>;
}

/** What one owner wants: its names and the networks that need to resolve them. */
export interface Wish {
  /** `<topology>/<stamp>`, kept with each record and link. */
  readonly owner: string;
  readonly records: readonly WantedRecord[];
  readonly links: readonly WantedLink[];
  /** Links that somebody else makes, such as the hub's own. */
  readonly expectedLinks: readonly { readonly zone: string; readonly networkId: string }[];
  /** What other owners of the run want: a link of this owner is not stale while it serves them. */
  readonly othersLinks?: readonly WantedLink[];
  /** `everything`: the owner gives up all that it has. */
  readonly seen: Seen | 'everything';
  /** Whether the records by hand are all that the owner wants of that kind, so that others may go. */
  readonly handComplete: boolean;
  /** Whether the links are all that the owner wants. */
  readonly linksComplete: boolean;
  /** Whether records of nobody that are right as they are become the owner's. */
  readonly adopt: boolean;
  /** Endpoints that are not ready: their records are neither written nor removed. */
  readonly waiting?: readonly WaitingEndpoint[];
}

export interface WaitingEndpoint {
  readonly id: string;
  readonly status: string;
  readonly why: string;
}

/** Access to the zones, implemented over ARM. */
export interface ZonePort {
  /** The id that a zone of this name has, or would have. */
  zoneId(zone: string): string;
  /** Zones of the estate with all their record sets and links. Throws rather than return a part. */
  state(signal: AbortSignal): Promise<ZoneState>;
  record(set: SetName, signal: AbortSignal): Promise<RecordSet | undefined>;
  links(zone: string, signal: AbortSignal): Promise<ZoneLink[]>;
  /** Without an etag it only creates. Throws ARM_PRECONDITION when somebody else was there. */
  writeRecord(record: RecordBody, etag: string | undefined, signal: AbortSignal): Promise<void>;
  /** Only while it has its etag. */
  removeRecord(record: RecordSet, signal: AbortSignal): Promise<void>;
  writeLink(link: LinkBody, etag: string | undefined, signal: AbortSignal): Promise<void>;
  removeLink(link: ZoneLink, signal: AbortSignal): Promise<void>;
}
