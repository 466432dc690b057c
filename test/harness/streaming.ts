/** Streams for tests of frameworks, and a client that reads them as it likes. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect } from 'vitest'

export const chunk: Buffer = Buffer.alloc(65_536, 'x')

/** Never ends by itself; counts what was read of it. */
export class Endless extends Readable {
  bytes = 0

  override _read(): void {
    this.bytes += chunk.length
    this.push(chunk)
  }
}

/** Brings a chunk, and then fails. */
export async function* failing(): AsyncGenerator<Buffer> {
  yield chunk
  // Only once the head has left can a response be cut off.
  await new Promise((later) => setTimeout(later, 20))
  throw new Error('the source failed')
}

/** A response that has begun, and of which nothing was read. */
export async function begin(url: string): Promise<IncomingMessage> {
  const outgoing = request(url, { agent: false })
  outgoing.on('error', () => undefined)
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  return response
}

/** Expects the server at `url` to pass `source` on as it comes, and to read no more of it than its client does. */
export async function expectPace(url: string, source: Endless): Promise<void> {
  const response = await begin(url)
  const [first] = (await once(response, 'data')) as [Buffer]
  expect(first.length).toBeGreaterThan(0)
  response.pause()
  let before: number
  do {
    before = source.bytes
    await new Promise((later) => setTimeout(later, 100))
  } while (source.bytes !== before)
  // What the sockets of both sides hold, and no more.
  expect(source.bytes).toBeLessThan(32 * 2 ** 20)
  response.destroy()
  await once(source, 'close')
}
