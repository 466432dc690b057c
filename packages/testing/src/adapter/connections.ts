/** Connections that carry many requests, one after the other or all at once. */
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Charge } from '@forebay/core'
import type { AdapterHarness, NeutralReply, NeutralRoute } from '../adapter-harness.ts'
import { counted, startApp, text, type TestApp } from './test-app.ts'

export function connections(harness: AdapterHarness): void {
  const serving = (limit: number): Promise<TestApp> =>
    startApp(harness, (given) => ({
      rateLimit: { ...given, limit, window: '1m' },
      responseCache: { ...given, ttl: '5m' },
      routes: [{ method: 'GET', path: '/:name', handle: (request) => text(`<${request.url}>`) }],
    }))

  describe('pipelining', () => {
    it('answers in order, hits and misses and denials alike', async () => {
      const app = await serving(5)
      const received = await pipelined(app.running.url, ['/a', '/b', '/a', '/b', '/c', '/a'])
      expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([
        ...Array.from({ length: 5 }, () => 'HTTP/1.1 200'),
        'HTTP/1.1 429',
      ])
      expect(received.match(/<[^>]*>/g)).toEqual(['</a>', '</b>', '</a>', '</b>', '</c>'])
    })
  })

  describe('a client that leaves before its pipelined requests are answered', () => {
    it('is charged for none of them where only successes count', async () => {
      const answered = counted(() => text('done'))
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 10, window: '1m', group: 'all', count: 'successful' },
        routes: [held, { method: 'GET', path: '/:name', handle: answered }],
      }))
      const policy = { name: 'default', limit: 10, windowMs: 60_000, burst: 10, algorithm: 'sliding-window' }
      const look = [{ policy, units: 0 }] as readonly Charge[]
      const remaining = async (): Promise<number> =>
        (await app.backend.limits.peek('all', '127.0.0.1', look)).remaining
      await cutOff(app.running.url, ['/held', '/a', '/b'], () => answered.runs === 2)
      await vi.waitFor(async () => expect(await remaining()).toBe(10), { timeout: 20_000 })
    })

    it('leaves nobody waiting for a response that is never sent', async () => {
      const chunks = Array.from({ length: 40 }, () => Buffer.alloc(65_536, 'x'))
      const stream = counted((): NeutralReply => ({ body: { kind: 'stream', chunks } }))
      const app = await startApp(harness, (given) => ({
        responseCache: { ...given, ttl: '5m', maxBodyBytes: 2 ** 24 },
        routes: [held, { method: 'GET', path: '/long', handle: stream }],
      }))
      await cutOff(app.running.url, ['/held', '/long'], () => stream.runs === 1)
      expect((await app.ask('/long')).body.byteLength).toBe(40 * 65_536)
    })
  })

  describe('a connection that is used again and again', () => {
    it('gathers no listeners', async () => {
      const warnings: Error[] = []
      const hear = (warning: Error): void => void warnings.push(warning)
      process.on('warning', hear)
      onTestFinished(() => void process.off('warning', hear))
      const app = await serving(150)
      const names = Array.from({ length: 200 }, (_, index) => `/${index % 2 === 0 ? 'same' : index}`)
      const received = await pipelined(app.running.url, names)
      expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(150)
      expect(received.match(/HTTP\/1\.1 429/g)).toHaveLength(50)
      // Warnings are told in the next turn.
      await new Promise((resolve) => setImmediate(resolve))
      expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([])
    })
  })
}

/** Never answered. */
const held: NeutralRoute = {
  method: 'GET',
  path: '/held',
  handle: () => new Promise<never>(() => undefined),
}

/** Sends requests without waiting for answers, and leaves when it is time. */
async function cutOff(url: string, paths: readonly string[], isTime: () => boolean): Promise<void> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`).join(''))
  await vi.waitFor(() => expect(isTime()).toBe(true), { timeout: 20_000 })
  socket.destroy()
}

/** Everything that came back until the server closed the connection. */
function pipelined(url: string, paths: readonly string[]): Promise<string> {
  const { hostname, port, host } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname)
    let received = ''
    socket.on('data', (data) => (received += data.toString()))
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
    const requests = paths.map((path, index) => {
      const last = index === paths.length - 1
      return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${last ? 'Connection: close\r\n' : ''}\r\n`
    })
    socket.write(requests.join(''))
  })
}
