/** draft-ietf-httpapi-ratelimit-headers-08: a List of policies, each with what remains and when its quota is whole again. */
import { appendToList, type FieldSink, type Standing } from './field-writer.ts'
import { writeNamedList } from './named-list.ts'

/** The same in draft 10. */
export function writeDraft8Policy(sink: FieldSink, { text }: Standing): void {
  appendToList(sink, 'ratelimit-policy', text.named)
}

export function writeDraft8Quota(sink: FieldSink, standing: Standing): void {
  writeNamedList(sink, standing, 'resetAt')
}
