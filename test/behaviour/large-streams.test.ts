/** 200 MB pass through each adapter at the client's pace, without being gathered anywhere. */
import { request } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createResponseCache } from '@forebay/core'
import { frameworks } from '../parity/frameworks.ts'

const chunk = Buffer.alloc(1_048_576, 'x')
const chunks = 200
const mostGrowth = 32 * 1_048_576

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Memory outside the heap, where the bytes of bodies are; what nobody holds any more does not count. */
function held(): number {
  collectGarbage()
  // What the first one freed is swept beside it, and counted out by the next one.
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

describe.each(frameworks)('a stream of 200 MB in $name', (harness) => {
  it('passes with little memory, and is not stored', { timeout: 60_000 }, async () => {
    const cache = createResponseCache({ ttl: '1m' })
    const app = await harness.start({
      responseCache: { cache },
      routes: [
        {
          method: 'GET',
          path: '/large',
          // One chunk many times: what grows is what somebody has gathered.
          handle: () => ({ body: { kind: 'stream', chunks: Array.from({ length: chunks }, () => chunk) } }),
        },
      ],
    })
    const before = held()
    let most = 0
    let received = 0
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(`${app.url}/large`, { agent: false }, (response) => {
        response.on('data', (data: Buffer) => {
          const megabytes = Math.floor(received / chunk.byteLength)
          received += data.byteLength
          if (Math.floor(received / chunk.byteLength) > megabytes && megabytes % 20 === 0) {
            most = Math.max(most, held() - before)
          }
        })
        response.on('end', resolve)
        response.on('error', reject)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    expect(received).toBe(chunks * chunk.byteLength)
    expect(most).toBeLessThan(mostGrowth)
    expect(cache.stats()).toMatchObject({ entries: 0, refused: 1 })
    await app.close()
    await cache.close()
  })
})
