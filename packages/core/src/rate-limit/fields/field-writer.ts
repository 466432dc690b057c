/** What a family of fields is made from, and where it is written. */
import type { Clock } from '../../ports/clock.ts'
import type { Exchange } from '../../ports/exchange.ts'
import type { FieldValue } from '../../ports/http.ts'
import type { Decision } from '../../ports/rate-limit-store.ts'
import type { QuotaText } from './quota-text.ts'

/** The response fields of an exchange. */
export type FieldSink = Pick<Exchange, 'responseField' | 'setResponseField'>

/** What a client is told: a decision over at least one policy, at the instant `now`. */
export interface Standing {
  readonly decision: Decision
  readonly text: QuotaText
  readonly now: number
  readonly clock: Pick<Clock, 'toWall'>
}

export type FieldWriter = (sink: FieldSink, standing: Standing) => void

/** Adds to a List (RFC 9110 §5.3): what another limiter wrote stays. */
export function appendToList(sink: FieldSink, name: string, value: string): void {
  const before = textOf(sink.responseField(name))
  sink.setResponseField(name, before === '' ? value : `${before}, ${value}`)
}

/**
 * Whether a field that can tell of one limiter only should tell of this one: it denied, or it leaves the client less than
 * what `remaining` says that another limiter leaves.
 */
export function isClosestToDenial(decision: Decision, remaining: FieldValue | undefined): boolean {
  const other = textOf(remaining)
  // What no number can be read from is not ours: replaced.
  return !decision.allowed || other === '' || !(Number(other) <= decision.remaining)
}

/** Milliseconds from `now` until the shown policy's quota is whole again, within what is believable. */
export function resetAfterMs({ decision, text, now }: Standing): number {
  const { policies } = decision
  let longestMs = 0
  for (let index = 0; index < policies.length; index++) {
    const longest = text.policies[index]?.longestMs ?? 0
    if (longest > longestMs && policies[index]?.resetAt === decision.resetAt) longestMs = longest
  }
  return within(decision, decision.resetAt - now, longestMs)
}

/** `ms`, not below 0 and not beyond `longestMs`, unless a block stands, which may last longer than any window. */
export function within(decision: Decision, ms: number, longestMs: number): number {
  if (ms < 0) return 0
  return !decision.allowed && decision.reason === 'blocked' ? ms : Math.min(ms, longestMs)
}

export function textOf(value: FieldValue | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : value.join(', ')
}
