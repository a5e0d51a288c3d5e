import type { Place } from '../types.js';

const decimals = { rounded: 3, exact: 6 } as const;

/** A point to send: rounded to some 110 m before it leaves the device, as the service does anyway, or to 10 cm where it is `exact`. */
export function placeOf({ latitude, longitude }: Pick<Place, 'latitude' | 'longitude'>, exact = false): Place {
  const round = (degrees: number) => Number(degrees.toFixed(exact ? decimals.exact : decimals.rounded));
  return { latitude: round(latitude), longitude: round(longitude), ...(exact && { exact }) };
}
