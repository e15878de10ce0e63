import { Appliances } from './appliances.ts';
import { Balancers } from './balancers.ts';
import { Filters } from './filters.ts';
import type { Estate } from './model.ts';
import type { Place } from './places.ts';
import { placesOf } from './places.ts';
import { PortMaps } from './ports.ts';
import { Stands } from './stands.ts';
import { Neighbourhood } from './tags.ts';

/** An estate made ready to be crossed: what stands where, each worked out when it is first asked for. */
export interface Terrain {
  readonly neighbours: Neighbourhood;
  readonly places: readonly Place[];
  readonly maps: PortMaps;
  readonly filters: Filters;
  readonly stands: Stands;
  readonly appliances: Appliances;
  readonly balancers: Balancers;
}

/** @param cuts further prefixes at which places are cut */
export function terrainOf(estate: Estate, cuts: readonly string[]): Terrain {
  const neighbours = new Neighbourhood(estate);
  const places = placesOf(estate, neighbours, cuts);
  const maps = new PortMaps();
  const stands = new Stands(estate, neighbours, maps);
  return {
    neighbours,
    places,
    maps,
    filters: new Filters(neighbours, maps),
    stands,
    appliances: new Appliances(estate, places, neighbours, stands, maps),
    balancers: new Balancers(places),
  };
}
