/** Real HTTP traffic at one shop: clients of unequal zeal, products of unequal fame, a burst, a brute-forced login. */
import { Agent, request } from 'node:http'
import type { Answer, Ask, Tally } from './tally.ts'

const workers = 2
const ordinaryRequests = 1_200
const burstSize = 200
const loginGuesses = 40

/** How many requests `drive` makes, for the progress line. */
export const requestsPerShop: number = ordinaryRequests + burstSize + loginGuesses + 30

/** Drives the whole script at the shop on `port`; every answer goes into the tally. */
export async function drive(port: number, tally: Tally): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const ask = async (one: Ask): Promise<void> => tally.add(one, await answerTo(agent, port, one))
  const random = seeded(42)
  try {
    // The first hours of the day compressed: everybody opens the slow report at once.
    await Promise.all(
      range(30, (index) => ask({ method: 'GET', path: '/report', client: `reader-${index}` })),
    )
    let left = ordinaryRequests
    await Promise.all(
      range(workers, async () => {
        while (left-- > 0) await ask(ordinaryAsk(random))
      }),
    )
    await Promise.all(
      range(burstSize, () => ask({ method: 'GET', path: '/products', client: 'burst', isBurst: true })),
    )
    for (let guess = 0; guess < loginGuesses; guess++) {
      await ask({ method: 'POST', path: '/login', client: 'thief', json: { password: `guess-${guess}` } })
    }
  } finally {
    agent.destroy()
  }
}

function ordinaryAsk(random: () => number): Ask {
  const client = `client-${skewed(random, 60)}`
  const dice = random()
  if (dice < 0.2) return { method: 'GET', path: '/products', client }
  if (dice < 0.85) return { method: 'GET', path: `/products/${1 + skewed(random, 210)}`, client }
  if (dice < 0.95)
    return {
      method: 'GET',
      path: `/search?q=${['lamp', 'chair', 'amber', 'grey'][skewed(random, 4)]}`,
      client,
    }
  return { method: 'GET', path: '/export', client }
}

function answerTo(agent: Agent, port: number, ask: Ask): Promise<Answer> {
  const startedAt = performance.now()
  const body = ask.json === undefined ? undefined : JSON.stringify(ask.json)
  return new Promise((resolve, reject) => {
    const headers = {
      'x-api-key': ask.client,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    }
    const sent = request(
      { agent, host: '127.0.0.1', port, method: ask.method, path: ask.path, headers },
      (response) => {
        response.resume()
        response.once('error', reject)
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            ms: performance.now() - startedAt,
          })
        })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

/** A whole number below `count`, small ones much more often: the fame of products and the zeal of clients. */
function skewed(random: () => number, count: number): number {
  return Math.floor(random() ** 2.2 * count)
}

/** Numbers in [0, 1) from a seed (mulberry32): every run of the demo makes the same requests. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
