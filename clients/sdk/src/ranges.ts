/** A closed range of `seq`. */
export type Range = readonly [from: number, to: number];

/** What is known of a log: ranges in ascending order that neither overlap nor touch. */
export type Ranges = readonly Range[];

/** With one more; an empty one, whose end is before its beginning, adds nothing. */
export function add(ranges: Ranges, [from, to]: Range): Ranges {
  if (to < from) return ranges;
  const apart = ranges.filter(range => range[1] < from - 1 || range[0] > to + 1);
  const touching = ranges.filter(range => range[1] >= from - 1 && range[0] <= to + 1);
  const whole: Range = [Math.min(from, ...touching.map(range => range[0])), Math.max(to, ...touching.map(range => range[1]))];
  return [...apart, whole].sort((one, other) => one[0] - other[0]);
}

export const union = (some: Ranges, others: Ranges): Ranges => others.reduce(add, some);

/** The range that has this number. */
export const around = (ranges: Ranges, seq: number): Range | undefined => ranges.find(([from, to]) => from <= seq && seq <= to);
