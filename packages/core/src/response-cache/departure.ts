/** What leaves for the client when the handler has run. */
import type { Departure, FieldLine, HeaderFields, RequestFields } from '../ports/http.ts'
import { contentFields, type Answer } from './answer.ts'
import { isNotModified, type Validators } from './conditional.ts'
import { selectRange } from './range.ts'
import { besideCookies } from './stored-fields.ts'

/** What is stored has no framing of its own; what a handler produces may. */
const liveContentFields: readonly string[] = [...contentFields, 'transfer-encoding']

const nothing = { from: 0, to: 0 }

export interface LiveResponse {
  readonly status: number
  readonly fields: HeaderFields
  /** Undefined when only the end will tell. */
  readonly bodyBytes: number | undefined
  readonly validators: Validators
  /** The client's own conditions, that the handler did not see. */
  readonly client: RequestFields
  readonly isStored: boolean
  /** What is stored as its `Date`, where the handler gave none: both are to read the same. */
  readonly date: FieldLine | undefined
  /** The whole `Cache-Status` value; undefined when switched off. */
  readonly cacheStatus: string | undefined
}

/** The handler's own response, or the 304, 206 or 416 that its client asked for. */
export function departLive(live: LiveResponse): Departure {
  const { status, client, isStored } = live
  const set: FieldLine[] = live.date === undefined ? [] : [live.date]
  if (live.cacheStatus !== undefined) set.push(['cache-status', live.cacheStatus])
  const whole: Departure = {
    status,
    set,
    remove: [],
    window: undefined,
    body: undefined,
    recording: isStored,
  }
  if (status !== 200) return whole
  if (isNotModified(client, live.validators)) {
    const remove = liveContentFields.filter((name) => live.fields[name] !== undefined)
    return { ...whole, status: 304, remove, window: nothing }
  }
  // A part of a response that is not stored is the handler's business: whatever its length, it would be made in full
  // for the sake of a few bytes. A server may ignore Range (RFC 9110 §14.2).
  if (!isStored || live.bodyBytes === undefined) return whole
  const selected = selectRange(client, live.validators, live.bodyBytes)
  if (selected === undefined) return whole
  const { window } = selected
  set.push(['content-range', selected.contentRange], ['content-length', String(window.to - window.from)])
  return { ...whole, status: selected.status, window }
}

export interface StoredInstead {
  readonly answer: Answer
  /** The fields that the handler's response has, those outside included. */
  readonly fields: HeaderFields
  /** Those that stood before the handler ran. */
  readonly outside: HeaderFields
  readonly cacheStatus: string | undefined
  /** Whether cookies that the handler set leave beside the stored response. */
  readonly keepsCookies: boolean
}

/** A stored response in place of the handler's, of whose own fields nothing is left: what stood before them does again. */
export function departStored({
  answer,
  fields,
  outside,
  cacheStatus,
  keepsCookies,
}: StoredInstead): Departure {
  const set = [...besideCookies(answer.fields, outside['set-cookie'])]
  if (cacheStatus !== undefined) {
    const theirs = set.findIndex(([name]) => name === 'cache-status')
    if (theirs !== -1) set.splice(theirs, 1)
    set.push(['cache-status', cacheStatus])
  }
  const settled = new Set(set.map(([name]) => name))
  if (keepsCookies) settled.add('set-cookie')
  const remove: string[] = []
  for (const name of Object.keys(fields)) {
    if (settled.has(name)) continue
    const before = outside[name]
    if (before === undefined) remove.push(name)
    else if (before !== fields[name]) set.push([name, before])
  }
  return {
    status: answer.status,
    set,
    remove,
    window: undefined,
    body: answer.body ?? new Uint8Array(0),
    recording: false,
  }
}
