/** Express's own idiom for every kind of body. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response as ExpressResponse } from 'express'
import type { NeutralBody } from '@forebay/testing'
import { failingSource, webStreamOf } from './body-sources.ts'

type BodyOf<Kind extends NeutralBody['kind']> = Extract<NeutralBody, { kind: Kind }>

type Producer<Kind extends NeutralBody['kind']> = (
  res: ExpressResponse,
  body: BodyOf<Kind>,
) => void | Promise<void>

const producers: { readonly [Kind in Exclude<NeutralBody['kind'], 'raw'>]: Producer<Kind> } = {
  json(res, { value }) {
    res.json(value)
  },
  text(res, { text }) {
    if (!res.hasHeader('Content-Type')) res.type('text')
    res.send(text)
  },
  buffer(res, { bytes }) {
    res.send(Buffer.from(bytes))
  },
  stream(res, { chunks }) {
    return sent(res, Readable.from(chunks, { objectMode: false }))
  },
  'failing-stream'(res, { chunks }) {
    return sent(res, Readable.from(failingSource(chunks), { objectMode: false }))
  },
  'web-stream'(res, { chunks }) {
    return sent(res, Readable.fromWeb(webStreamOf(chunks) as never))
  },
  async blob(res, { bytes }) {
    const blob = new Blob([new Uint8Array(bytes)])
    octets(res).send(Buffer.from(await blob.arrayBuffer()))
  },
  async response(res, { bytes }) {
    const response = new Response(new Uint8Array(bytes))
    octets(res).send(Buffer.from(await response.arrayBuffer()))
  },
  file(res, { path }) {
    return new Promise((resolve, reject) => {
      // A `Cache-Control` of the reply's own stands.
      res.sendFile(path, { cacheControl: !res.hasHeader('Cache-Control') }, (error?: Error) =>
        error === undefined || error === null ? resolve() : reject(error),
      )
    })
  },
  empty(res) {
    res.end()
  },
  throw(_res, { message }) {
    throw new Error(message)
  },
}

export async function expressBody(
  res: ExpressResponse,
  body: Exclude<NeutralBody, { kind: 'raw' }>,
): Promise<void> {
  await (producers[body.kind] as Producer<typeof body.kind>)(res, body)
}

async function sent(res: ExpressResponse, source: Readable): Promise<void> {
  octets(res)
  // A source that fails breaks the connection, which is all that is left to do.
  await pipeline(source, res).catch(() => res.destroy())
}

function octets(res: ExpressResponse): ExpressResponse {
  if (!res.hasHeader('Content-Type')) res.type('application/octet-stream')
  return res
}
