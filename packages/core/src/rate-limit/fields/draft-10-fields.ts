/** draft-ietf-httpapi-ratelimit-headers-10: a List of policies, each with what remains and when there is more. */
import type { FieldSink, Standing } from './field-writer.ts'
import { writeNamedList } from './named-list.ts'

/** `t` counts to the next unit, not to the whole quota: there draft 10 parts from draft 8. */
export function writeDraft10Quota(sink: FieldSink, standing: Standing): void {
  writeNamedList(sink, standing, 'nextAt')
}
