/** Durations: milliseconds as a number, or a text such as `'1m'`. */
import { ForebayError, showValue } from './forebay-error.ts'

type Unit = 'ms' | 's' | 'm' | 'h' | 'd'

/** A number of milliseconds, or a text: `'250ms'`, `'30s'`, `'5m'`, `'1h'`, `'1d'`. Whole milliseconds, at most 10 years. */
export type Duration = number | `${number}${Unit}`

const unitMs: Readonly<Record<Unit, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const longestMs = 10 * 365 * unitMs.d

// Bounded on purpose: a duration is short, and a pattern that cannot backtrack far cannot be made slow.
const durationText = /^(\d{1,15}(?:\.\d{1,6})?)(ms|s|m|h|d)$/

/**
 * Milliseconds of a duration.
 * @throws ForebayError `FOREBAY_INVALID_OPTION`, naming `option`, for anything else: not finite, negative, a fraction of a
 * millisecond, beyond 10 years, an unknown unit.
 */
export function durationMs(value: unknown, option: string): number {
  const ms = readDuration(value)
  if (ms !== undefined) return ms
  throw new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `${option}: ${showValue(value)} is not a duration. Accepted: whole milliseconds as a number from 0 to ${longestMs} ` +
      `(10 years), or a text with a unit such as '250ms', '30s', '5m', '1h' or '1d'.`,
  )
}

/** Milliseconds of a duration; undefined for anything else. For values that come from functions at request time. */
export function readDuration(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? msOfText(value) : value
  return typeof ms === 'number' && Number.isInteger(ms) && ms >= 0 && ms <= longestMs ? ms : undefined
}

function msOfText(text: string): number | undefined {
  const parts = durationText.exec(text)
  if (!parts) return undefined
  const ms = Number(parts[1]) * unitMs[parts[2] as Unit]
  // 1.1 s is 1100.0000000000002 ms in binary; what the user wrote is a whole number of milliseconds.
  const whole = Math.round(ms)
  return Math.abs(ms - whole) < 1e-6 ? whole : undefined
}
