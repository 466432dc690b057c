/** `"burst";r=19;t=1, "daily";r=9999;t=86400`: the List of named policies that drafts 8 to 10 share. */
import { appendToList, textOf, within, type FieldSink, type Standing } from './field-writer.ts'
import { integer, seconds } from './quota-text.ts'

/** `until` is the instant that `t` counts to. */
export function writeNamedList(sink: FieldSink, standing: Standing, until: 'resetAt' | 'nextAt'): void {
  const { decision, text, now } = standing
  let list = ''
  for (let index = 0; index < decision.policies.length; index++) {
    const policy = decision.policies[index]
    const own = text.policies[index]
    if (policy === undefined || own === undefined) break
    const wait = seconds(within(decision, policy[until] - now, own.longestMs))
    list += `${index === 0 ? '' : ', '}${own.name};r=${integer(policy.remaining)};t=${wait}`
  }
  // The Dictionary of draft 7 stays as another limiter has written it: the field cannot be both.
  if (textOf(sink.responseField('ratelimit')).startsWith('limit=')) return
  appendToList(sink, 'ratelimit', list)
}
