/** Connections that carry many requests, one after the other or all at once. */
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AdapterHarness } from '../adapter-harness.ts'
import { startApp, text, type TestApp } from './test-app.ts'

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
