/** `X-RateLimit-*`: limit, remaining, and the Unix second at which the quota is whole again. */
import { isClosestToDenial, resetAfterMs, type FieldSink, type Standing } from './field-writer.ts'
import { seconds } from './quota-text.ts'

export function writeLegacyFields(sink: FieldSink, standing: Standing): void {
  const { decision, now, clock } = standing
  if (!isClosestToDenial(decision, sink.responseField('x-ratelimit-remaining'))) return
  sink.setResponseField('x-ratelimit-limit', `${decision.limit}`)
  sink.setResponseField('x-ratelimit-remaining', `${decision.remaining}`)
  sink.setResponseField('x-ratelimit-reset', `${seconds(clock.toWall(now + resetAfterMs(standing)))}`)
}
