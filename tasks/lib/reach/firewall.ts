import { parseAddress } from '../net/cidr.ts';
import type { Firewall, FirewallRule, Subnet } from './model.ts';
import { privateRanges } from './model.ts';
import type { Place } from './places.ts';
import { Numbers } from './numbers.ts';
import { cutsOf, decisionAt, parsePorts } from './ports.ts';
import type { Decision, PortMap, PortMaps, PortRange } from './ports.ts';
import { holds, setOf } from './ranges.ts';
import type { RangeSet } from './ranges.ts';
import { RuleList } from './rule-list.ts';
import type { End, MatchRule, Side } from './rule-list.ts';
import { protocolsOf } from './security.ts';
import type { Neighbourhood } from './tags.ts';
import { unionOfDoubtful } from './tags.ts';

/** A firewall's word on a pair of places, apart for what keeps the client's address and what hides it. */
export interface Passage {
  readonly translated: boolean;
  /** Names the firewall on the way. */
  readonly label: PortMap;
  /** `aside` where the other passage carries it. */
  readonly map: PortMap;
}

/** All that a firewall says of a pair; pairs of which it says the same share it. */
export interface Passages {
  /** From 1 on, among all of the firewall. */
  readonly number: number;
  readonly each: readonly Passage[];
}

/** Protocols that application rules know: HTTP, HTTPS, SQL Server. */
const applicationPorts: readonly PortRange[] = [80, 443, 1433].map((port) => ({
  from: port,
  to: port,
}));

/**
 * The rules of one firewall, in the order in which it reads them: DNAT, network, application; inside a kind
 * parents first, then by the priority of group and collection.
 * https://learn.microsoft.com/azure/firewall/rule-processing
 */
export class FirewallRules {
  readonly #firewall: Firewall;
  readonly #maps: PortMaps;
  readonly #keeps: RangeSet;
  readonly #network: RuleList;
  readonly #application: RuleList;
  readonly #dnat: readonly FirewallRule[];
  /** Ports on which application rules are read. */
  readonly #answered: readonly PortRange[];
  readonly #side: (texts: readonly string[]) => Side;
  /** What the rules tell apart of sources and of targets, by place. */
  readonly #sources: number[] = [];
  readonly #targets: number[] = [];
  readonly #sourceKinds = new Numbers<string>();
  readonly #targetKinds = new Numbers<string>();
  /** By the kind of the source, then of the target. */
  readonly #known: Passages[][] = [];
  readonly #alike = new Map<string, Passages>();

  constructor(firewall: Firewall, subnet: Subnet, neighbours: Neighbourhood, maps: PortMaps) {
    this.#firewall = firewall;
    this.#maps = maps;
    this.#keeps = setOf(firewall.keepsSourceFor ?? privateRanges);
    this.#side = (texts) => ({
      addresses: unionOfDoubtful(texts.map((text) => neighbours.resolve(text, subnet))),
    });
    const rules = firewall.rules === 'unread' ? [] : inOrder(firewall.rules);
    const of = (kind: FirewallRule['kind']) => rules.filter((rule) => rule.kind === kind);
    const names = new Set(neighbours.estate.endpoints.flatMap((e) => e.names.map(lower)));
    for (const zone of neighbours.estate.zones)
      zone.names?.forEach((name) => names.add(lower(name)));
    this.#dnat = of('dnat');
    this.#answered = of('application').flatMap(portsOf);
    this.#network = new RuleList(
      of('network').map((rule) => this.#match(rule, this.#side(rule.destinations))),
      maps.decision('aside', '', []),
      maps,
    );
    this.#application = new RuleList(
      of('application').map((rule) =>
        this.#match(
          rule,
          rule.names.length === 0 ? this.#side(rule.destinations) : nameSide(rule, names),
        ),
      ),
      maps.decision('deny', 'the firewall, which has no rule that allows it', ['6.3', '9.1']),
      maps,
    );
  }

  get name(): string {
    return this.#firewall.name;
  }

  passages(source: Place, target: Place): Passages {
    const from = (this.#sources[source.index] ??= this.#sourceKinds.of(
      `${this.#network.sourceClass(source)} ${this.#application.sourceClass(source)}`,
    ));
    const to = (this.#targets[target.index] ??= this.#targetKinds.of(
      `${this.#network.destinationClass(target)} ${this.#application.destinationClass(named(target))} ${this.#hides(target)}`,
    ));
    const known = (this.#known[from] ??= []);
    return (known[to] ??= this.#find(source, target));
  }

  #find(source: Place, target: Place): Passages {
    const network = this.#network.between(source, target);
    const application = this.#application.between(source, named(target));
    const hides = this.#hides(target);
    const key = `${network.id} ${application.id} ${hides}`;
    const known = this.#alike.get(key);
    if (known !== undefined) return known;
    const made = {
      number: this.#alike.size + 1,
      each: this.#combine(network, application, hides),
    };
    this.#alike.set(key, made);
    return made;
  }

  /** Whether network rules hide the client from this target. */
  #hides({ address }: Place): boolean {
    return !holds(this.#keeps, address);
  }

  /** Ways in from the internet that lead to this target; undefined if there are none. */
  inward(source: Place, target: Place): PortMap | undefined {
    const leading = this.#dnat.filter(
      ({ translated }) => parseAddress(translated?.address ?? '') === target.address,
    );
    if (leading.length === 0) return undefined;
    const list = new RuleList(
      leading.map((rule) => {
        const port = rule.translated?.port ?? 0;
        const match = this.#match(rule, this.#side(['*']));
        return { ...match, ports: [{ from: port, to: port }] };
      }),
      this.#maps.decision('aside', '', []),
      this.#maps,
    );
    const opened = list.between(source, target);
    const overruled = this.#network.between(source, target);
    // Microsoft's pages disagree on whether a network rule may still deny it.
    return this.#maps.from(cutsOf([opened, overruled]), (protocol, port) => {
      const open = decisionAt(opened, protocol, port);
      const { access, by } = decisionAt(overruled, protocol, port);
      if (open.access !== 'allow' || access !== 'deny') return open;
      return this.#maps.decision('unknown', `${open.by} against ${by}`, ['6.4']);
    });
  }

  #match(rule: FirewallRule, destination: Side): MatchRule {
    const own = { dnat: '6.4', network: '6.1', application: '6.6' }[rule.kind];
    return {
      name: `${rule.kind} rule ${rule.name}`,
      access: rule.access === 'Allow' ? 'allow' : 'deny',
      protocols: [...new Set(rule.protocols.flatMap(protocolsOf))],
      ports: portsOf(rule),
      sourcePorts: 'yes',
      source: this.#side(rule.sources),
      destination,
      rules: [own],
    };
  }

  #combine(network: PortMap, application: PortMap, hides: boolean): readonly Passage[] {
    if (this.#firewall.rules === 'unread') {
      const by = `the firewall ${this.#firewall.name}, whose rules could not be read`;
      return [this.#passage(false, this.#maps.always('unknown', by, ['6.1']))];
    }
    const decide = (translated: boolean): PortMap =>
      this.#maps.from([...cutsOf([network, application]), ...this.#answered], (protocol, port) => {
        const first = decisionAt(network, protocol, port);
        if (first.access !== 'aside') {
          const here = first.access !== 'allow' || hides === translated;
          return here ? first : this.#maps.decision('aside', '', []);
        }
        const second = decisionAt(application, protocol, port);
        if (second.access === 'allow') {
          return translated ? second : this.#maps.decision('aside', '', []);
        }
        return this.#refusal(second, protocol === 'tcp' ? port : undefined);
      });
    const kept = this.#passage(false, decide(false));
    const hidden = this.#passage(true, decide(true));
    const opens = ({ map }: Passage) =>
      [...map.tcp, ...map.udp, ...map.icmp].some(({ decision }) => decision.access === 'allow');
    return opens(hidden) ? [kept, hidden] : [kept];
  }

  #passage(translated: boolean, map: PortMap): Passage {
    const path = `firewall ${this.#firewall.name}${translated ? ' (source NAT)' : ''}`;
    return { translated, map, label: this.#maps.always('allow', '', [], path) };
  }

  /** Where application rules are read, the firewall answers itself before it denies. */
  #refusal(decision: Decision, port: number | undefined): Decision {
    const read = this.#answered.some(
      ({ from, to }) => port !== undefined && from <= port && port <= to,
    );
    if (!read || decision.access !== 'deny') return decision;
    return this.#maps.decision('deny', decision.by, ['6.3', '9.3']);
  }
}

function portsOf(rule: FirewallRule): readonly PortRange[] {
  if (rule.kind === 'application' && rule.ports.includes('*')) return applicationPorts;
  return rule.ports.flatMap((text) => parsePorts(text) ?? []);
}

function inOrder(rules: readonly FirewallRule[]): FirewallRule[] {
  return [...rules].sort(
    (a, b) =>
      Number(b.parent) - Number(a.parent) ||
      a.groupPriority - b.groupPriority ||
      a.priority - b.priority,
  );
}

/** An application rule stands for the known names that it covers: the firewall resolves them itself. */
function nameSide(rule: FirewallRule, known: ReadonlySet<string>): Side {
  const groups = [...known].filter((name) =>
    rule.names.some((pattern) => covers(lower(pattern), name)),
  );
  return { groups, doubt: '6.7' };
}

function covers(pattern: string, name: string): boolean {
  return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : pattern === name;
}

/** The target as an application rule sees it: by its names. */
function named(target: Place): End {
  return { address: target.address, groups: namesOf(target) };
}

/** Undefined where nobody knows what names lead there: on the internet. */
function namesOf({ endpoint, zone }: Place): readonly string[] | undefined {
  if (zone !== undefined) return zone.kind === 'public' ? zone.names?.map(lower) : [];
  return endpoint?.names.map(lower) ?? [];
}

function lower(text: string): string {
  return text.toLowerCase();
}
