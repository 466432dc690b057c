/** What a cache in Fastify records and lets leave, for every kind of body: with a gate that is written by hand. */
import { request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Departure, Exchange, HeaderFields, ResponseCacheGate, ResponseRecorder } from '@forebay/core'
import { CacheVisits } from '../../packages/fastify/src/cache-visits.ts'

class Notes implements ResponseRecorder {
  readonly bytes: Uint8Array[] = []
  readonly ends: string[] = []
  status = 0
  fields: HeaderFields = {}
  departure: Partial<Departure> = {}
  exchange: Exchange | undefined

  start(status: number, fields: HeaderFields): Departure {
    Object.assign(this, { status, fields })
    const plain = { status, set: [], remove: [], window: undefined, body: undefined, recording: true }
    return { ...plain, ...this.departure }
  }
  write(chunk: Uint8Array): void {
    this.bytes.push(Buffer.from(chunk))
  }
  end(): void {
    this.ends.push('end')
  }
  abort(): void {
    this.ends.push('abort')
  }
  get text(): string {
    return Buffer.concat(this.bytes).toString()
  }
}

async function cached(
  notes: Notes,
  handle: (reply: FastifyReply) => unknown,
  departure: Partial<Departure> = {},
): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true })
  onTestFinished(() => app.close())
  notes.departure = departure
  const handler = (exchange: Exchange) => {
    notes.exchange = exchange
    return { type: 'continue', recorder: notes } as const
  }
  const visits = new CacheVisits(app)
  app.addHook('onSend', visits.onSend)
  const gate = { handle: handler } as unknown as ResponseCacheGate
  const place = { route: '/a', mount: '/', trustsEveryone: false }
  app.get('/a', { preHandler: visits.hookOf(gate, place) }, (_request, reply) => handle(reply))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app
}

const urlOf = (app: FastifyInstance): string =>
  `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/a`

const bodies: readonly (readonly [string, (reply: FastifyReply) => unknown])[] = [
  ['text', (reply) => reply.send('water')],
  ['a Buffer', (reply) => reply.send(Buffer.from('water'))],
  ['a Node stream', (reply) => reply.send(Readable.from(['wa', 'ter']))],
  ['a web stream', (reply) => reply.send(new Blob(['water']).stream())],
  ['a Response', (reply) => reply.send(new Response('water', { headers: { 'x-own': 'yes' } }))],
  [
    'a raw response',
    (reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'x-raw': 'yes' })
      reply.raw.write('wa')
      reply.raw.end('ter')
    },
  ],
]

describe('a response recorded in Fastify', () => {
  it.each(bodies)('is recorded as it leaves: %s', async (_name, handle) => {
    const notes = new Notes()
    const answer = await fetch(urlOf(await cached(notes, handle)))
    expect(await answer.text()).toBe('water')
    expect([notes.status, notes.text, notes.ends]).toEqual([200, 'water', ['end']])
  })

  it.each(bodies)('leaves as the departure says: %s', async (_name, handle) => {
    const departure = { status: 206, set: [['x-set', 'yes'] as const], window: { from: 1, to: 3 } }
    const answer = await fetch(urlOf(await cached(new Notes(), handle, departure)))
    expect([answer.status, await answer.text(), answer.headers.get('x-set')]).toEqual([206, 'at', 'yes'])
  })

  it.each(bodies)('leaves as a stored body in its place: %s', async (_name, handle) => {
    const body = Buffer.from('stored')
    const departure = { body, remove: ['x-own', 'x-raw'] }
    const answer = await fetch(urlOf(await cached(new Notes(), handle, departure)))
    expect(await answer.text()).toBe('stored')
    expect([answer.headers.get('x-own'), answer.headers.get('x-raw')]).toEqual([null, null])
  })

  it('knows status and fields of a Response', async () => {
    const notes = new Notes()
    await fetch(
      urlOf(await cached(notes, () => new Response('no', { status: 404, headers: { 'x-own': '1' } }))),
    )
    expect([notes.status, notes.fields['x-own']]).toEqual([404, '1'])
  })

  it('is aborted when its source fails', async () => {
    const notes = new Notes()
    const failing = async function* (): AsyncGenerator<string> {
      yield 'half'
      throw new Error('the source failed')
    }
    const app = await cached(notes, (reply) => reply.send(Readable.from(failing())))
    await fetch(urlOf(app))
      .then((answer) => answer.text())
      .catch(() => undefined)
    expect(notes.ends).toEqual(['abort'])
  })

  it('is aborted when its client leaves before the first byte', async () => {
    const notes = new Notes()
    let arrived = (): void => undefined
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    const app = await cached(notes, () => {
      arrived()
      return new Promise(() => undefined)
    })
    const outgoing = ask(urlOf(app)).on('error', () => undefined)
    outgoing.end()
    await arrival
    outgoing.destroy()
    await expect.poll(() => notes.ends).toEqual(['abort'])
  })

  it('runs again without a client, marked so that no client can forge it', async () => {
    const notes = new Notes()
    let runs = 0
    const app = await cached(notes, (reply) => reply.send(`run ${++runs}`))
    await (await fetch(urlOf(app))).text()
    const first = notes.exchange
    const token = {}
    await first?.redispatch(token, { 'if-none-match': '"1"' }, new AbortController().signal)
    expect([runs, first?.refresh, notes.exchange?.refresh === token]).toEqual([2, undefined, true])
    expect([notes.exchange?.target, notes.exchange?.requestFields['if-none-match']]).toEqual(['/a', '"1"'])
    expect([notes.exchange?.address, notes.exchange?.host]).toEqual([first?.address, first?.host])
  })
})
