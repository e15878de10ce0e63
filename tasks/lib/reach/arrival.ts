import { parseAddress } from '../net/cidr.ts';
import type { BalancerRule, PublicRule } from './model.ts';
import { hostAddress } from './model.ts';
import type { Balancers } from './balancers.ts';
import type { Chain } from './chain.ts';
import type { Filters } from './filters.ts';
import type { Place } from './places.ts';
import { contextBit, cutsOf, decisionAt } from './ports.ts';
import type { Decision, PortMap, PortMaps, PortRange } from './ports.ts';
import type { Passed } from './replies.ts';
import type { End } from './rule-list.ts';
import { protocolsOf } from './security.ts';
import type { Terrain } from './terrain.ts';

type Reply = (target: Place, client: Place, passed?: Passed) => PortMap | undefined;

const probe: End = { address: parseAddress(hostAddress) ?? 0, groups: [] };

/** The receiving end: the endpoint's connection, the groups that apply, what is behind a balancer, what listens. */
export class Arrival {
  readonly #places: readonly Place[];
  readonly #filters: Filters;
  readonly #balancers: Balancers;
  readonly #maps: PortMaps;
  readonly #reply: Reply;

  constructor({ places, filters, balancers, maps }: Terrain, reply: Reply) {
    this.#places = places;
    this.#filters = filters;
    this.#balancers = balancers;
    this.#maps = maps;
    this.#reply = reply;
  }

  /** Whether anything at the target filters what arrives. */
  filtered(target: Place): boolean {
    return target.balancer !== undefined || this.#filters.filtered(target, 'Inbound');
  }

  /**
   * The way with what stands at the target.
   *
   * @param seen who the client is as seen there: itself, or a firewall that hides it
   * @param client who it is
   * @param context bits of the rules that a filter's decision rests on besides
   * @param passed the firewall that it came through
   */
  onto(
    way: Chain,
    target: Place,
    seen: Place,
    client: Place,
    context: number,
    passed?: Passed,
  ): Chain {
    const { endpoint, balancer } = target;
    if (balancer !== undefined) return way.then(this.#balanced(target, seen, client, passed));
    let arrived = way;
    if (endpoint !== undefined && endpoint.state !== 'Approved') {
      const by = `the connection of the endpoint, which is ${endpoint.state}`;
      arrived = arrived.then(this.#maps.always('deny', by, ['3.8']));
    }
    arrived = arrived.then(this.#filters.at(target, 'Inbound', seen, context));
    if (endpoint?.provider === undefined) return arrived;
    const { natAddress, frontEnd, subnetId } = endpoint.provider;
    const nat = this.#find(subnetId, natAddress);
    const front = this.#front(subnetId, frontEnd);
    if (nat === undefined || front === undefined) {
      const by = 'the Private Link service, which nobody described';
      return arrived.then(this.#maps.always('unknown', by, ['7.3']));
    }
    const link = contextBit('7.3') | contextBit('7.4');
    return arrived.then(this.#maps.inContext(this.#balanced(front, nat, nat), link));
  }

  /** What is asked only when all else lets it through. */
  listening({ machine, endpoint }: Place): PortMap | undefined {
    const ports = machine?.ports ?? endpoint?.ports;
    if (ports === undefined) return undefined;
    const open = this.#maps.decision('allow', '', []);
    const shut = this.#maps.decision('refuse', 'nothing listens there', ['9.2']);
    const cuts = ports.map((port) => ({ from: port, to: port }));
    return this.#maps.from(cuts, (protocol, port) =>
      protocol !== 'tcp' || ports.includes(port) ? open : shut,
    );
  }

  /** A balancer keeps the client's address; its machines' groups see the port behind it. */
  #balanced(front: Place, seen: Place, client: Place, passed?: Passed): PortMap {
    const { balancer, network } = front;
    if (balancer === undefined) throw new RangeError(`${front.name} is no balancer`);
    if (balancer.sku === 'Basic' && client.network?.region !== network?.region) {
      return this.#maps.always('deny', 'a Basic balancer, which other regions do not reach', [
        '5.8',
      ]);
    }
    const none = this.#maps.decision('deny', 'no rule of the balancer', ['7.1']);
    const by = 'a rule of the balancer, whose port Azure hands out';
    const unsure = this.#maps.decision('unknown', by, ['7.1']);
    const outcomes = balancer.rules.map((rule) => ({
      rule,
      map: this.#behind(rule, front, seen, client, passed),
    }));
    const cuts = balancer.rules.map(frontPorts);
    const whole = outcomes.filter(({ rule }) => isWhole(rule)).map(({ map }) => map);
    return this.#maps.from([...cuts, ...cutsOf(whole)], (protocol, port) => {
      const found = outcomes.find(
        ({ rule }) =>
          (isWhole(rule) || protocolsOf(rule.protocol).includes(protocol)) &&
          (isWhole(rule) || (protocol !== 'icmp' && isIn(frontPorts(rule), port))),
      );
      if (found === undefined) return none;
      const behind = isWhole(found.rule) ? port : found.rule.backPort;
      if (behind === undefined) return unsure;
      const decision = decisionAt(found.map, protocol, behind);
      if (found.rule.lastFrontPort !== undefined && decision.access !== 'deny') return unsure;
      return this.#maps.decision(decision.access, decision.by, [...decision.rules, '7.1']);
    });
  }

  /** What all healthy machines agree on; where they do not, it depends on which one gets the packet. */
  #behind(
    rule: BalancerRule,
    front: Place,
    seen: Place,
    client: Place,
    passed: Passed | undefined,
  ): PortMap {
    const machines = this.#balancers.behind(front, rule);
    if (machines.length === 0) {
      return this.#maps.always(
        'unknown',
        'the machines behind the balancer, which nobody described',
        ['7.1'],
      );
    }
    const healthy = machines.filter((machine) => this.#isHealthy(machine, rule));
    if (healthy.length === 0) {
      return this.#maps.always(
        'deny',
        'health probes, which reach no machine behind the balancer',
        ['1.11'],
      );
    }
    if (machines.includes(client)) {
      return this.#maps.always('unknown', 'the balancer, which may send it back to itself', [
        '7.2',
      ]);
    }
    const maps = healthy.map((machine) =>
      this.#maps.inRow(
        [
          this.#filters.at(machine, 'Inbound', seen),
          this.#reply(machine, client, passed),
          this.listening(machine),
        ].filter((map) => map !== undefined),
      ),
    );
    const differ = this.#maps.decision('unknown', 'the machine that the balancer chooses', ['7.1']);
    return this.#maps.from(cutsOf(maps), (protocol, port) => {
      const all = maps.map((map) => decisionAt(map, protocol, port));
      const [first] = all;
      if (first === undefined) return differ;
      return all.every(({ access }) => access === first.access) ? first : differ;
    });
  }

  /** What public front ends of balancers pass on to a machine, by the port of the machine. */
  published(target: Place, rules: readonly PublicRule[]): PortMap {
    const none = this.#maps.decision('deny', 'no rule of its public front end', ['7.1']);
    const each = rules.map((rule) => ({ rule, decision: this.#publishedBy(rule, target) }));
    const order = ['allow', 'unknown', 'deny'];
    const best = (one: Decision, other: Decision): Decision =>
      order.indexOf(other.access) <= order.indexOf(one.access) ? other : one;
    const cuts = rules.flatMap(({ backPort: port }) =>
      port === undefined ? [] : [{ from: port, to: port }],
    );
    return this.#maps.from(cuts, (protocol, port) =>
      each
        .filter(
          ({ rule }) =>
            isWhole(rule) ||
            (protocolsOf(rule.protocol).includes(protocol) && (rule.backPort ?? port) === port),
        )
        .map(({ decision }) => decision)
        .reduce(best, none),
    );
  }

  #publishedBy(rule: PublicRule, machine: Place): Decision {
    const { balancer } = rule;
    if (!this.#isHealthy(machine, rule)) {
      return this.#maps.decision('deny', `health probes of ${balancer}, which do not reach it`, [
        '1.11',
      ]);
    }
    if (rule.backPort === undefined && !isWhole(rule)) {
      const by = `a rule of ${balancer}, whose port Azure hands out`;
      return this.#maps.decision('unknown', by, ['7.1']);
    }
    return this.#maps.decision('allow', '', ['7.1'], `public front end of ${balancer}`);
  }

  #isHealthy(machine: Place, { probePort }: Pick<BalancerRule, 'probePort'>): boolean {
    if (probePort === undefined) return true;
    const map = this.#filters.asking(machine, 'Inbound')(probe);
    return decisionAt(map, 'tcp', probePort).access === 'allow';
  }

  #find(subnetId: string, address: string): Place | undefined {
    const value = parseAddress(address);
    return this.#places.find(
      (place) => place.inner && place.address === value && place.subnet?.id === subnetId,
    );
  }

  #front(subnetId: string, address: string): Place | undefined {
    const home = this.#places.find((place) => place.subnet?.id === subnetId)?.network;
    const value = parseAddress(address);
    return this.#places.find(
      (place) => place.network === home && place.address === value && place.balancer !== undefined,
    );
  }
}

function isWhole({ protocol }: Pick<BalancerRule, 'protocol'>): boolean {
  return protocol.toLowerCase() === 'all';
}

function isIn({ from, to }: PortRange, port: number): boolean {
  return from <= port && port <= to;
}

function frontPorts({ frontPort, lastFrontPort = frontPort }: BalancerRule): PortRange {
  return { from: frontPort, to: lastFrontPort };
}
