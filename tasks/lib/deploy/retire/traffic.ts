/** Whether users reach a stamp. */
export type TrafficState = 'on' | 'off' | 'unknown';

export interface TrafficSeen {
  readonly state: TrafficState;
  /** Who says so, for the log and for a refusal. */
  readonly because: string;
}

/** Knows whether a stamp has traffic. What cannot tell says `unknown`, which counts as on. */
export interface TrafficPort {
  state(signal: AbortSignal): Promise<TrafficSeen>;
}

/** What the topology says of a stamp; absent for a resource group that is in none. */
export interface DeclaredStamp {
  readonly name: string;
  readonly role: 'primary' | 'secondary';
  /** Share of the traffic, 0 to 1000. */
  readonly weight?: number | undefined;
}

/**
 * Traffic by the word of the pipeline, checked against the topology. The topology says what should be, the
 * pipeline what it saw: off needs the pipeline's word, and a topology that does not contradict it for any of the
 * stamps; there are none for a group that is in no topology.
 */
export function statedTraffic(stamps: readonly DeclaredStamp[], stated: TrafficState): TrafficPort {
  const seen = (stamps.length === 0 ? [undefined] : stamps).map((stamp) => weigh(stamp, stated));
  const worst = (['on', 'unknown', 'off'] as const).flatMap((state) =>
    seen.filter((one) => one.state === state),
  );
  return { state: () => Promise.resolve(worst[0] ?? weigh(undefined, stated)) };
}

function weigh(stamp: DeclaredStamp | undefined, stated: TrafficState): TrafficSeen {
  const weight = stamp?.weight;
  if (stated === 'on') return { state: 'on', because: 'the input "trafficState" is on' };
  if (weight !== undefined && weight > 0) {
    return { state: 'on', because: `the topology gives stamp ${stamp?.name} the weight ${weight}` };
  }
  if (stated === 'unknown') {
    return {
      state: 'unknown',
      because: 'the input "trafficState" is not off, and nothing else tells',
    };
  }
  // A primary takes traffic unless somebody says that it does not.
  if (stamp?.role === 'primary' && weight === undefined) {
    return {
      state: 'unknown',
      because: `stamp ${stamp.name} is primary, and the topology does not give it the weight 0`,
    };
  }
  return { state: 'off', because: 'the input "trafficState" is off' };
}
