/** The tap on node's HTTP/2 responses, which look like those of HTTP/1.1 and differ beneath. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, vi } from 'vitest'
import { sendReused, tapResponse, type ReusedResponse } from '@forebay/core'
import { NotingRecorder } from './noting-recorder.ts'

interface Answer {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly informational: readonly IncomingHttpHeaders[]
  readonly trailers: readonly IncomingHttpHeaders[]
}

interface Session extends AsyncDisposable {
  readonly client: ClientHttp2Session
}

async function open(answer: (res: Http2ServerResponse) => unknown): Promise<Session> {
  const server = createServer((_req, res) => void answer(res))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function ask(client: ClientHttp2Session, head: OutgoingHttpHeaders = {}): Promise<Answer> {
  const stream = client.request({ ':path': '/', ...head })
  const informational: IncomingHttpHeaders[] = []
  const trailers: IncomingHttpHeaders[] = []
  const chunks: Buffer[] = []
  stream.on('headers', (fields) => informational.push(fields))
  stream.on('trailers', (fields) => trailers.push(fields))
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  if (!stream.closed) await once(stream, 'close')
  return { headers, body: Buffer.concat(chunks), informational, trailers }
}

async function answerOf(
  recorder: NotingRecorder,
  write: (res: Http2ServerResponse) => unknown,
  head: OutgoingHttpHeaders = {},
): Promise<Answer> {
  await using session = await open((res) => {
    tapResponse(res as unknown as ServerResponse, recorder)
    return write(res)
  })
  return await ask(session.client, head)
}

const stored: ReusedResponse = {
  status: 203,
  fields: [
    ['x-a', ['1', '2']],
    ['content-length', '2'],
  ],
  body: Buffer.from('ab'),
  age: '7',
  cacheStatus: 'forebay; hit',
}

describe('the tap of an HTTP/2 response', () => {
  it.each<[string, (res: Http2ServerResponse) => unknown, string]>([
    ['end alone', (res) => res.end('ab'), 'start 200 of 2'],
    ['a write and end', (res) => (res.write('a'), res.end('b')), 'start 200'],
    ['a text in another encoding', (res) => res.end('YWI=', 'base64'), 'start 200 of 2'],
    ['a head, writes and end', (res) => (res.writeHead(200, { 'X-A': '1' }), res.end('ab')), 'start 200'],
    ['a stream', async (res) => await pipeline(Readable.from(['a', 'b']), res), 'start 200'],
    ['callbacks', (res) => res.write('a', () => res.end('b', () => undefined)), 'start 200'],
  ])('records %s once', async (_how, write, start) => {
    const recorder = new NotingRecorder()
    const { body } = await answerOf(recorder, write)
    expect(body.toString()).toBe('ab')
    expect(recorder.calls).toEqual([start, 'end after 2'])
  })

  it.each<[string, OutgoingHttpHeaders, number]>([
    ['HEAD', { ':method': 'HEAD' }, 200],
    ['204', {}, 204],
    ['304', {}, 304],
  ])('sends no content where there is none: %s', async (_what, head, status) => {
    const recorder = new NotingRecorder()
    const { headers, body } = await answerOf(recorder, (res) => res.writeHead(status).end(), head)
    expect([headers[':status'], body.length]).toEqual([status, 0])
    expect(recorder.calls).toEqual([`start ${status}`, 'end after 0'])
  })

  it('lets a 304 leave in place of what the handler wrote', async () => {
    const recorder = new NotingRecorder({
      status: 304,
      window: { from: 0, to: 0 },
      remove: ['content-length'],
    })
    const { headers, body } = await answerOf(recorder, (res) => {
      res.setHeader('content-length', '2')
      res.write('a')
      res.end('b')
    })
    expect([headers[':status'], headers['content-length'], body.length]).toEqual([304, undefined, 0])
    expect(recorder.calls).toEqual(['start 200', 'end after 2'])
  })

  it('lets another body leave', async () => {
    const recorder = new NotingRecorder({ body: Buffer.from('stored'), recording: false })
    const { body } = await answerOf(recorder, (res) => (res.write('bro'), res.end('ken')))
    expect(body.toString()).toBe('stored')
  })

  it('lets hints and trailers pass', async () => {
    const recorder = new NotingRecorder()
    const { informational, trailers, body } = await answerOf(recorder, (res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.addTrailers({ 'x-sum': '1' })
      res.end('ab')
    })
    expect(informational).toMatchObject([{ ':status': 103, link: '</a.css>; rel=preload' }])
    expect([trailers, body.toString()]).toMatchObject([[{ 'x-sum': '1' }], 'ab'])
  })

  it('aborts when the client resets the stream', async () => {
    const recorder = new NotingRecorder()
    await using session = await open((res) => {
      tapResponse(res as unknown as ServerResponse, recorder)
      res.write('half')
    })
    const stream = session.client.request({ ':path': '/' })
    stream.on('error', () => undefined)
    stream.once('data', () => stream.close(8))
    await vi.waitFor(() => expect(recorder.calls).toEqual(['start 200', 'abort']), { timeout: 20_000 })
  })

  it('has its counterpart: a stored response is sent as it is', async () => {
    await using session = await open((res) => sendReused(res as unknown as ServerResponse, stored))
    const { headers, body } = await ask(session.client)
    expect(headers).toMatchObject({ ':status': 203, 'x-a': '1, 2', age: '7', 'cache-status': 'forebay; hit' })
    expect(body.toString()).toBe('ab')
  })
})
