/** Several requests on one connection before the first is answered. */
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { AdapterHarness } from '../adapter-harness.ts'
import { startApp, text } from './test-app.ts'

export function pipelining(harness: AdapterHarness): void {
  describe('pipelining', () => {
    it('answers in order, hits and misses and denials alike', async () => {
      const app = await startApp(harness, (given) => ({
        rateLimit: { ...given, limit: 5, window: '1m' },
        responseCache: { ...given, ttl: '5m' },
        routes: [{ method: 'GET', path: '/:name', handle: (request) => text(`<${request.url}>`) }],
      }))
      const paths = ['/a', '/b', '/a', '/b', '/c', '/a']
      const received = await pipelined(app.running.url, paths)
      expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([
        ...Array.from({ length: 5 }, () => 'HTTP/1.1 200'),
        'HTTP/1.1 429',
      ])
      expect(received.match(/<[^>]*>/g)).toEqual(['</a>', '</b>', '</a>', '</b>', '</c>'])
    })
  })
}

/** Everything that came back until the server closed the connection. */
function pipelined(url: string, paths: readonly string[]): Promise<string> {
  const { hostname, port, host } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
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
