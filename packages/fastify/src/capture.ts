/** Shows the recorder what a handler sent, and returns what leaves in its place. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import {
  contentOf,
  isResponse,
  recordStream,
  type Departure,
  type FieldValue,
  type ResponseRecorder,
} from '@forebay/core'
import { removeField, setFields } from './response-fields.ts'
import type { HandlersPart } from './handlers-part.ts'
import { bufferOf } from './send-response.ts'
import { announcedTrailers } from './trailers.ts'

export interface Captured {
  readonly reply: FastifyReply
  readonly recorder: ResponseRecorder
  readonly part: HandlersPart
}

export function capture(to: Captured, sent: unknown): unknown {
  const { reply, recorder, part } = to
  if (!part.isKnown) {
    recorder.abort()
    return sent
  }
  const leaving = captured(to, sent)
  // Fastify's own HEAD routes ask for the length of whatever is not a stream.
  return leaving === null && reply.request.method === 'HEAD' ? Readable.from([]) : leaving
}

function captured(to: Captured, sent: unknown): unknown {
  const { reply, recorder } = to
  const payload = isResponse(sent) && !sent.bodyUsed ? unwrap(to, sent) : sent
  if (reply.statusCode === 204 && payload !== null && payload !== undefined) {
    // What Fastify itself does when it sends such a response.
    for (const name of ['content-type', 'content-length']) removeField(reply, name)
  }
  const content = reply.statusCode === 204 || reply.statusCode === 304 ? contentOf(null) : contentOf(payload)
  if (content === undefined) {
    // Fastify will meet the same payload, and answer it as it answers every error.
    recorder.abort()
    return sent
  }
  if (content.kind === 'stream') return captureStream(to, content.stream)
  return captureBytes(to, { payload, bytes: content.bytes })
}

/** What Fastify does with a `Response`, before anybody outside sees it. */
function unwrap({ reply, part }: Captured, response: Response): ReadableStream | null {
  reply.code(response.status)
  for (const [name, value] of response.headers) reply.header(name, value)
  part.includes(response.headers)
  return response.body
}

interface Whole {
  readonly payload: unknown
  readonly bytes: Uint8Array
}

function captureBytes(to: Captured, { payload, bytes }: Whole): unknown {
  const { reply, recorder, part } = to
  const isHead = reply.request.method === 'HEAD'
  const fields = fieldsOf(reply, part)
  // Fastify sets it after all hooks. A handler's own that Fastify would correct is corrected here.
  if (hasContent(reply.statusCode) && (!isHead || bytes.byteLength > 0) && fields['trailer'] === undefined) {
    fields['content-length'] = String(bytes.byteLength)
  }
  const departure = recorder.start(reply.statusCode, fields, isHead ? undefined : bytes)
  if (departure.recording) {
    if (!isHead && bytes.byteLength > 0) recorder.write(bytes)
    recorder.end()
  }
  apply(to, departure)
  if (!hasContent(departure.status)) return null
  if (departure.body !== undefined) return bufferOf(departure.body)
  const { window } = departure
  return window === undefined ? payload : bufferOf(bytes.subarray(window.from, window.to))
}

function captureStream(to: Captured, source: Readable): unknown {
  const { reply, recorder, part } = to
  const departure = recorder.start(reply.statusCode, fieldsOf(reply, part))
  apply(to, departure)
  if (reply.request.method === 'HEAD') {
    if (departure.recording) recorder.end()
    letGo(source)
    return departure.body === undefined ? null : bufferOf(departure.body)
  }
  const leavesOtherwise = departure.body !== undefined || !hasContent(departure.status)
  const recorded =
    departure.recording || departure.window ? recordStream(source, recorder, departure) : source
  if (!leavesOtherwise) return recorded
  // The client is served without this body, the store is not: it is read to its end.
  if (departure.recording) recorded.on('error', () => undefined).resume()
  else letGo(recorded)
  return departure.body === undefined ? null : bufferOf(departure.body)
}

function fieldsOf(reply: FastifyReply, part: HandlersPart): Record<string, FieldValue> {
  const fields = part.fields()
  const trailers = announcedTrailers(reply)
  // A response with trailers is not stored: that is for the recorder to say.
  if (trailers !== undefined) fields['trailer'] = trailers
  return fields
}

function apply({ reply, part }: Captured, departure: Departure): void {
  const { remove, set } = departure
  const isAboutCookies = remove.includes('set-cookie') || set.some(([name]) => name === 'set-cookie')
  const others = isAboutCookies ? part.cookiesOfHooks() : []
  if (reply.statusCode !== departure.status) reply.code(departure.status)
  for (const name of remove) removeField(reply, name)
  setFields(reply, set)
  if (others.length > 0) reply.header('set-cookie', others)
}

function letGo(stream: Readable): void {
  stream.on('error', () => undefined).destroy()
}

function hasContent(status: number): boolean {
  return status !== 204 && status !== 304
}
