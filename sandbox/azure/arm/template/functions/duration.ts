import { invalidTemplate } from '../engine-error.ts';

export interface Duration {
  sign: 1 | -1;
  years: number;
  months: number;
  days: number;
  milliseconds: number;
}

/** An ISO 8601 duration such as 'P3Y', '-P9D' or 'P1DT1.5H'. Throws EngineError. */
export function parseDuration(text: string, name: string): Duration {
  const match =
    /^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
      text.trim(),
    );
  if (match === null || /^-?P$|T$/.test(text.trim())) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': '${text}' is not a duration in ` +
        'ISO 8601.',
    );
  }
  const part = (i: number): number => Number(match[i] ?? 0);
  return {
    sign: match[1] === '-' ? -1 : 1,
    years: part(2),
    months: part(3),
    days: part(4) * 7 + part(5),
    milliseconds: part(6) * 3_600_000 + part(7) * 60_000 + Math.round(part(8) * 1000),
  };
}

/**
 * Years and months as DateTime.AddMonths adds them: the day is cut to the length of the new month.
 */
export function addDuration(start: Date, duration: Duration): Date {
  const { sign } = duration;
  const months = sign * (duration.years * 12 + duration.months);
  const date = new Date(start);
  if (months !== 0) {
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + months);
    const length = new Date(
      Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0),
    ).getUTCDate();
    date.setUTCDate(Math.min(day, length));
  }
  return new Date(date.getTime() + sign * (duration.days * 86_400_000 + duration.milliseconds));
}
