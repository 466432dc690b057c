/** A stored response, or an index of variants, as bytes: a head in JSON, and the body as it is. */
import type { Codec } from '../ports/codec.ts'
import type { FieldLine } from '../ports/http.ts'
import { StoredResponse, type ForEveryone, type StoredResponseParts } from './stored-response.ts'
import { VariantIndex, type Variant } from './variant-index.ts'

/** What the cache stores under a key. */
export type Stored = StoredResponse | VariantIndex

/** First byte: what follows. Next four, little-endian: the length of the head. */
const prefixBytes = 5
const responseKind = 1
const indexKind = 2

/** RFC 9110 §5.1. */
const fieldName = /^[\w!#$%&'*+.^`|~-]+$/

/** Anything but what `node:http` sends: visible characters of Latin-1, space and tab. */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** The format is frozen: what one version wrote another reads, or refuses by the id. */
export const responseCodec: Codec<Stored> = {
  id: 'response/1',

  encode(value) {
    if (value instanceof VariantIndex) return framed(indexKind, value.variants, noBody)
    const { body, readyHit: _made, setsCookie: _derived, ...head } = value
    return framed(responseKind, head, body)
  },

  decode(bytes) {
    const kind = bytes[0]
    if (bytes.byteLength < prefixBytes) throw damaged('too short')
    const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true)
    const bodyAt = prefixBytes + headLength
    if (bodyAt > bytes.byteLength) throw damaged('cut off')
    const head: unknown = JSON.parse(strictUtf8.decode(bytes.subarray(prefixBytes, bodyAt)))
    if (kind === responseKind) return responseFrom(head, bytes.subarray(bodyAt))
    if (kind === indexKind && bodyAt === bytes.byteLength) return indexFrom(head)
    throw damaged('of no known kind')
  },
}

const noBody = new Uint8Array()

function framed(kind: number, head: unknown, body: Uint8Array): Uint8Array {
  const headBytes = utf8.encode(JSON.stringify(head))
  const bytes = new Uint8Array(prefixBytes + headBytes.byteLength + body.byteLength)
  bytes[0] = kind
  new DataView(bytes.buffer).setUint32(1, headBytes.byteLength, true)
  bytes.set(headBytes, prefixBytes)
  bytes.set(body, prefixBytes + headBytes.byteLength)
  return bytes
}

type Head = Omit<StoredResponseParts, 'body'>

function responseFrom(head: unknown, body: Uint8Array): StoredResponse {
  if (!isHead(head)) throw damaged('no response')
  const { etag, lastModified, modifiedAt, stronglyModifiedAt } = head.validators
  return new StoredResponse({
    ...head,
    // JSON leaves out what is undefined.
    validators: { etag, lastModified, modifiedAt, stronglyModifiedAt },
    body,
  })
}

function indexFrom(head: unknown): VariantIndex {
  if (!Array.isArray(head) || head.length === 0 || !head.every(isVariant))
    throw damaged('no index of variants')
  return new VariantIndex(head)
}

function isHead(value: unknown): value is Head {
  const head = value as Partial<Head> | null
  return (
    typeof head === 'object' &&
    head !== null &&
    isStatus(head.status) &&
    typeof head.route === 'string' &&
    Array.isArray(head.fields) &&
    head.fields.every(isFieldLine) &&
    typeof head.validators === 'object' &&
    head.validators !== null &&
    [head.bornAt, head.madeInMs, head.staleWhileRevalidateMs, head.staleIfErrorMs].every(Number.isFinite) &&
    (head.mustValidate === 'always' || head.mustValidate === 'when-stale' || head.mustValidate === 'never') &&
    isForEveryone(head.forEveryone)
  )
}

function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 999
}

/** A line that could not be sent must not come out of a store either: it would split a response, or be an error instead of a miss. */
function isFieldLine(line: unknown): line is FieldLine {
  if (!Array.isArray(line) || line.length !== 2) return false
  const [name, value] = line as unknown[]
  if (typeof name !== 'string' || !fieldName.test(name)) return false
  if (typeof value === 'string') return !unsendable.test(value)
  return isTexts(value) && !value.some((text) => unsendable.test(text))
}

function isForEveryone(value: unknown): value is ForEveryone {
  const { authorization, cookie } = (value ?? {}) as Partial<ForEveryone>
  return typeof authorization === 'boolean' && typeof cookie === 'boolean'
}

function isVariant(value: unknown): value is Variant {
  const { names, secondaryKey, storedAt, deleteAt } = (value ?? {}) as Partial<Variant>
  return (
    isTexts(names) &&
    typeof secondaryKey === 'string' &&
    Number.isFinite(storedAt) &&
    Number.isFinite(deleteAt)
  )
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function damaged(how: string): TypeError {
  return new TypeError(`these bytes are no stored response: ${how}`)
}
