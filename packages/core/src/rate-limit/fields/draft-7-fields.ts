/** draft-ietf-httpapi-ratelimit-headers-07: one Dictionary `RateLimit: limit=5, remaining=4, reset=60`. */
import { isClosestToDenial, resetAfterMs, textOf, type FieldSink, type Standing } from './field-writer.ts'
import { integer, seconds } from './quota-text.ts'

/**
 * A Dictionary has room for one limiter: the one closest to denial. Where another limiter has written the List of a later
 * draft, that stays: the field cannot be both.
 */
export function writeDraft7Quota(sink: FieldSink, standing: Standing): void {
  const { decision } = standing
  const before = textOf(sink.responseField('ratelimit'))
  if (before.startsWith('"') || !isClosestToDenial(decision, remainingOf(before))) return
  const reset = seconds(resetAfterMs(standing))
  sink.setResponseField(
    'ratelimit',
    `limit=${integer(decision.limit)}, remaining=${integer(decision.remaining)}, reset=${reset}`,
  )
}

function remainingOf(dictionary: string): string {
  const start = dictionary.indexOf('remaining=')
  if (start === -1) return ''
  const end = dictionary.indexOf(',', start)
  return dictionary.slice(start + 'remaining='.length, end === -1 ? undefined : end)
}
