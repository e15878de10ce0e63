import type { Stamp, Topology } from '../topology/model.ts';
import type { PreparedCheck, SpecContext } from './check.ts';
import type { DerivedCheck } from './derive.ts';
import type { Estate } from './estate.ts';
import { kinds } from './kinds.ts';
import type { Waiver } from './waivers.ts';

/** One check of a gates document, for one stamp if it is written for each. */
export interface GateCheck extends PreparedCheck {
  /** Unique; `<stamp>/<id>` for a check of a stamp, `<id>.<part>` for one of a set. */
  readonly id: string;
  readonly kind: string;
  readonly stamp?: string;
  /** `warning`: it is looked at and told, and holds nothing. Default: blocking. */
  readonly severity?: 'warning';
  readonly waiver?: Waiver;
}

export interface GateContext {
  readonly estate: Estate;
  readonly topology?: Topology;
  /** The stamps that `each: stamp` stands for. */
  readonly stamps: readonly Stamp[];
  /** Checks of the private endpoints that were found; one of the document with the same id replaces it. */
  readonly derived?: readonly DerivedCheck[];
}

export function specContext(
  { estate, topology }: GateContext,
  stamp: Stamp | undefined,
  problem: SpecContext['problem'],
): SpecContext {
  return {
    estate,
    problem,
    ...(topology === undefined ? {} : { hub: topology.hub, topology }),
    ...(stamp === undefined ? {} : { stamp }),
  };
}

export function finished(
  prepared: PreparedCheck,
  kind: string,
  {
    id,
    stamp,
    severity,
  }: {
    readonly id: string;
    readonly stamp: Stamp | undefined;
    readonly severity?: 'warning' | undefined;
  },
): GateCheck {
  return {
    ...prepared,
    id: stamp === undefined ? id : `${stamp.name}/${id}`,
    kind,
    ...(stamp === undefined ? {} : { stamp: stamp.name }),
    ...(severity === undefined ? {} : { severity }),
  };
}

/**
 * The checks of the endpoints that were found. Their specifications are our own, so what is wrong with one
 * is a fault of ours.
 */
export function prepareDerived(context: GateContext): GateCheck[] {
  return (context.derived ?? []).map(({ id, kind, stamp, spec }) => {
    const fault = (what: unknown): never => {
      throw new Error(`derived check ${id}: ${JSON.stringify(what)}`);
    };
    const known = kinds.find((one) => one.kind === kind);
    const prepared = known?.prepare(
      spec,
      specContext(context, stamp, (_field, message) => fault(message)),
      (issues) => fault(issues.map(({ message }) => message)),
    );
    if (prepared === undefined) return fault(`kind ${kind}`);
    return finished(prepared, kind, { id, stamp });
  });
}
