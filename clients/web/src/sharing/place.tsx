import type { Place } from '@chat-functions/client';
import { ExternalLink, MapPin } from 'lucide-react';

interface PlaceViewProps {
  readonly place: Place;
  readonly isTabStop: boolean;
}

const degrees = (value: number, isExact: boolean, [positive, negative]: readonly [string, string]) =>
  `${Math.abs(value).toFixed(isExact ? 6 : 3)}° ${value < 0 ? negative : positive}`;

/** Where a point is, in words. */
export const wordsOf = ({ latitude, longitude, exact }: Place) =>
  `${degrees(latitude, !!exact, ['N', 'S'])}, ${degrees(longitude, !!exact, ['E', 'W'])}`;

/** A map of a point. Nobody learns who looks at the place until it is opened. */
const mapOf = ({ latitude, longitude }: Place) =>
  `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;

/** A place that a message shows, without a map: that is a link. */
export function PlaceView({ place, isTabStop }: PlaceViewProps) {
  return (
    <a className="place" href={mapOf(place)} target="_blank" rel="noopener noreferrer nofollow" tabIndex={isTabStop ? 0 : -1}>
      <span className="card-picture">
        <MapPin aria-hidden="true" />
      </span>
      <span className="card-text">
        <b>{place.exact ? 'Exact place' : 'Place'}</b>
        <span>{wordsOf(place)}</span>
        <small>
          {place.exact ? 'Open the map' : 'Within 110 m · open the map'} <ExternalLink aria-hidden="true" />
        </small>
      </span>
    </a>
  );
}
