import { once } from 'node:events'
import { request, type ServerResponse } from 'node:http'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { tapResponse } from '@forebay/core'
import { listen } from '../../harness/koa-server.ts'
import { askWire, type WireAnswer } from '../../harness/wire-answer.ts'
import { NotingRecorder } from './noting-recorder.ts'

async function answerOf(
  recorder: NotingRecorder,
  write: (res: ServerResponse) => void,
  method = 'GET',
): Promise<WireAnswer> {
  await using server = await listen((_req, res) => {
    tapResponse(res, recorder)
    write(res)
  })
  return await askWire(server.url, { method })
}

describe('the tap of a raw response', () => {
  it.each<[string, unknown[]]>([
    ['an object', [{ 'X-A': '1', 'Set-Cookie': ['a=1', 'b=2'] }]],
    ['a reason and an object', ['Fine', { 'X-A': 1, 'Set-Cookie': ['a=1', 'b=2'] }]],
    ['a flat list', [['X-A', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']]],
    [
      'a list of pairs',
      [
        [
          ['X-A', '1'],
          ['Set-Cookie', ['a=1', 'b=2']],
        ],
      ],
    ],
    ['a reason and a flat list', ['Fine', ['X-A', '1', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2']]],
  ])('reads the fields of writeHead from %s', async (_form, rest) => {
    const recorder = new NotingRecorder()
    const answer = await answerOf(recorder, (res) => {
      res.setHeader('X-Before', 'b')
      ;(res.writeHead as (...args: unknown[]) => void)(203, ...rest)
      res.end('x')
    })
    expect(recorder.fields).toEqual({ 'x-before': 'b', 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] })
    expect(recorder.calls).toEqual(['start 203', 'end after 1'])
    expect([answer.status, answer.headers['x-a'], answer.headers['set-cookie']]).toEqual([
      203,
      '1',
      ['a=1', 'b=2'],
    ])
  })

  it.each<[string, (res: ServerResponse) => void, string]>([
    ['write and end', (res) => (res.write('a'), res.end('b')), 'start 200'],
    ['end alone', (res) => res.end('ab'), 'start 200 of 2'],
    ['texts in another encoding', (res) => (res.write('YQ==', 'base64'), res.end('62', 'hex')), 'start 200'],
    ['callbacks', (res) => void res.write('a', () => res.end('b', () => undefined)), 'start 200'],
    ['bytes', (res) => (res.write(Buffer.from('a')), res.end(new Uint8Array([98]))), 'start 200'],
    ['a head sent early', (res) => (res.flushHeaders(), res.end('ab')), 'start 200'],
  ])('records %s once', async (_how, write, start) => {
    const recorder = new NotingRecorder()
    const answer = await answerOf(recorder, write)
    expect(recorder.calls).toEqual([start, 'end after 2'])
    expect([answer.complete, answer.body.toString()]).toEqual([true, 'ab'])
  })

  it('records no content for HEAD', async () => {
    const recorder = new NotingRecorder()
    await answerOf(recorder, (res) => res.end('ab'), 'HEAD')
    expect(recorder.calls).toEqual(['start 200', 'end after 0'])
  })

  it('lets a window leave', async () => {
    const recorder = new NotingRecorder({
      status: 206,
      window: { from: 1, to: 4 },
      set: [['content-length', '3']],
    })
    const answer = await answerOf(recorder, (res) => (res.write('ab'), res.write('cd'), res.end('ef')))
    expect([answer.status, answer.body.toString()]).toEqual([206, 'bcd'])
    expect(recorder.calls.at(-1)).toBe('end after 6')
  })

  it('lets another body leave', async () => {
    const body = Buffer.from('stored')
    const recorder = new NotingRecorder({ status: 200, body, remove: ['x-bad'], recording: false })
    const answer = await answerOf(recorder, (res) => {
      res.writeHead(503, 'Broken', { 'X-Bad': '1' })
      res.write('bro')
      res.end('ken')
    })
    expect([answer.status, answer.body.toString(), answer.headers['x-bad']]).toEqual([
      200,
      'stored',
      undefined,
    ])
    expect(recorder.chunks).toEqual([])
  })

  it('says when a client leaves before the end', async () => {
    const recorder = new NotingRecorder()
    await using server = await listen((_req, res) => {
      tapResponse(res, recorder)
      res.write('half')
    })
    const outgoing = request(server.url, { agent: false })
    outgoing.on('error', () => undefined).end()
    await once(outgoing, 'response')
    outgoing.destroy()
    await vi.waitFor(() => expect(recorder.calls).toEqual(['start 200', 'abort']), { timeout: 20_000 })
  })

  it('records once what HTTP/2 writes by itself', async () => {
    const recorder = new NotingRecorder()
    const server = createServer((_req, res) => {
      tapResponse(res as unknown as ServerResponse, recorder)
      res.end('ab')
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(await text(session.request())).toBe('ab')
    expect(recorder.calls).toEqual(['start 200 of 2', 'end after 2'])
    session.destroy()
    server.close()
  })

  it('leaves the response as it was when undone', async () => {
    const recorder = new NotingRecorder()
    await using server = await listen((_req, res) => {
      const { writeHead, write, end } = res
      tapResponse(res, recorder)()
      expect([res.writeHead, res.write, res.end]).toEqual([writeHead, write, end])
      expect(res.listenerCount('close')).toBe(0)
      res.end('x')
    })
    await askWire(server.url)
    expect(recorder.calls).toEqual([])
  })
})
