/** draft-ietf-httpapi-ratelimit-headers-06: `RateLimit-Limit`, `-Remaining`, `-Reset` in seconds from now, and `-Policy`. */
import {
  appendToList,
  isClosestToDenial,
  resetAfterMs,
  type FieldSink,
  type Standing,
} from './field-writer.ts'
import { integer, seconds } from './quota-text.ts'

/** The same in draft 7. */
export function writeDraft6Policy(sink: FieldSink, { text }: Standing): void {
  appendToList(sink, 'ratelimit-policy', text.unnamed)
}

export function writeDraft6Quota(sink: FieldSink, standing: Standing): void {
  const { decision } = standing
  if (!isClosestToDenial(decision, sink.responseField('ratelimit-remaining'))) return
  sink.setResponseField('ratelimit-limit', `${integer(decision.limit)}`)
  sink.setResponseField('ratelimit-remaining', `${integer(decision.remaining)}`)
  sink.setResponseField('ratelimit-reset', `${seconds(resetAfterMs(standing))}`)
}
