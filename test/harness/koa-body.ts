/** Koa's own idiom for every kind of body. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import type { Context } from 'koa'
import type { NeutralBody } from '@forebay/testing'
import { failingSource, webStreamOf } from './body-sources.ts'

type BodyOf<Kind extends NeutralBody['kind']> = Extract<NeutralBody, { kind: Kind }>

type Producer<Kind extends NeutralBody['kind']> = (ctx: Context, body: BodyOf<Kind>) => void | Promise<void>

const producers: { readonly [Kind in Exclude<NeutralBody['kind'], 'raw'>]: Producer<Kind> } = {
  json(ctx, { value }) {
    ctx.type = 'json'
    // Koa sends a string as text, and null as no content.
    ctx.body = typeof value === 'string' || value === null ? JSON.stringify(value) : value
  },
  text(ctx, { text }) {
    if (!ctx.res.hasHeader('Content-Type')) ctx.type = 'text'
    ctx.body = text
  },
  buffer(ctx, { bytes }) {
    ctx.body = Buffer.from(bytes)
  },
  stream(ctx, { chunks }) {
    ctx.body = Readable.from(chunks, { objectMode: false })
  },
  'failing-stream'(ctx, { chunks }) {
    ctx.body = Readable.from(failingSource(chunks), { objectMode: false })
  },
  'web-stream'(ctx, { chunks }) {
    const stream = webStreamOf(chunks)
    ctx.body = takesWebBodies(ctx) ? stream : Readable.fromWeb(stream as never)
  },
  async blob(ctx, { bytes }) {
    const blob = new Blob([new Uint8Array(bytes)])
    ctx.body = takesWebBodies(ctx) ? blob : Buffer.from(await blob.arrayBuffer())
  },
  async response(ctx, { bytes }) {
    const status = ctx.status
    const headers = { 'content-type': 'application/octet-stream', ...textFields(ctx) }
    const response = new Response(new Uint8Array(bytes), { status, headers })
    ctx.body = takesWebBodies(ctx) ? response : Buffer.from(await response.arrayBuffer())
  },
  async file(ctx, { path }) {
    if (!ctx.res.hasHeader('Content-Type')) ctx.type = extname(path)
    ctx.body = createReadStream(path)
    ctx.length = (await stat(path)).size
  },
  empty(ctx) {
    ctx.body = null
  },
  throw(_ctx, { message }) {
    throw new Error(message)
  },
}

export async function koaBody(ctx: Context, body: Exclude<NeutralBody, { kind: 'raw' }>): Promise<void> {
  await (producers[body.kind] as Producer<typeof body.kind>)(ctx, body)
}

/** Version 3 sends Blobs, web streams and Responses; version 2 would send them as `{}`. */
function takesWebBodies(ctx: Context): boolean {
  return 'back' in ctx
}

function textFields(ctx: Context): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(ctx.response.headers)) {
    if (typeof value === 'string') fields[name] = value
  }
  return fields
}
