/** Fastify's own idiom for every kind of body. */
import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { NeutralBody } from '@forebay/testing'
import { failingSource, webStreamOf } from './body-sources.ts'

type BodyOf<Kind extends NeutralBody['kind']> = Extract<NeutralBody, { kind: Kind }>
type Producer<Kind extends NeutralBody['kind']> = (reply: FastifyReply, body: BodyOf<Kind>) => unknown

const producers: { readonly [Kind in Exclude<NeutralBody['kind'], 'raw'>]: Producer<Kind> } = {
  json(reply, { value }) {
    reply.type('application/json; charset=utf-8')
    return reply.serializer(JSON.stringify).send(value === null ? 'null' : value)
  },
  text: (reply, { text }) => {
    if (!reply.hasHeader('content-type')) reply.type('text/plain; charset=utf-8')
    return reply.send(text)
  },
  buffer: (reply, { bytes }) => reply.send(Buffer.from(bytes)),
  stream: (reply, { chunks }) => reply.send(Readable.from(chunks, { objectMode: false })),
  'failing-stream': (reply, { chunks }) =>
    reply.send(Readable.from(failingSource(chunks), { objectMode: false })),
  'web-stream': (reply, { chunks }) => reply.send(webStreamOf(chunks)),
  // Fastify knows no Blob: its stream is what a handler sends.
  blob: (reply, { bytes }) => reply.send(new Blob([new Uint8Array(bytes)]).stream()),
  response(reply, { bytes }) {
    const headers = { 'content-type': 'application/octet-stream', ...textFields(reply) }
    return reply.send(new Response(new Uint8Array(bytes), { status: reply.statusCode, headers }))
  },
  file(reply, { path }) {
    return reply.header('content-length', statSync(path).size).send(createReadStream(path))
  },
  empty: (reply) => reply.send(null),
  throw(_reply, { message }) {
    throw new Error(message)
  },
}

export function fastifyBody(reply: FastifyReply, body: Exclude<NeutralBody, { kind: 'raw' }>): unknown {
  return (producers[body.kind] as Producer<typeof body.kind>)(reply, body)
}

function textFields(reply: FastifyReply): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (typeof value === 'string') fields[name] = value
  }
  return fields
}
